/// What the Bot API answers instead of a result; texts are those of Telegram's server.
struct BotFailure: Error {
    let code: Int
    let description: String
    var retryAfter: Int?
    /// The supergroup that a group became.
    var migrateToChat: Int?

    /// 400, where `text` loses its capital unless it begins like `BUTTON_DATA_INVALID`.
    static func badRequest(_ text: String) -> BotFailure {
        let isCode = text.prefix(2).allSatisfy { $0.isUppercase || $0 == "_" }
        let lowered = isCode ? text : text.prefix(1).lowercased() + text.dropFirst()
        return BotFailure(code: 400, description: "Bad Request: \(lowered)")
    }

    static let unauthorized = BotFailure(code: 401, description: "Unauthorized")
    static let chatNotFound = badRequest("chat not found")
    static let blocked = BotFailure(code: 403, description: "Forbidden: bot was blocked by the user")

    static func tooManyRequests(retryAfter: Int) -> BotFailure {
        BotFailure(
            code: 429,
            description: "Too Many Requests: retry after \(retryAfter)",
            retryAfter: retryAfter
        )
    }

    static func migrated(to supergroup: Int) -> BotFailure {
        BotFailure(
            code: 400,
            description: "Bad Request: group chat was upgraded to a supergroup chat",
            migrateToChat: supergroup
        )
    }

    static func forbidden(_ text: String) -> BotFailure { BotFailure(code: 403, description: "Forbidden: \(text)") }

    var json: JSON {
        let parameters = JSON.fields([
            "retry_after": .optional(retryAfter), "migrate_to_chat_id": .optional(migrateToChat),
        ])
        return .fields([
            "ok": false, "error_code": .integer(code), "description": .string(description),
            "parameters": parameters == [:] ? nil : parameters,
        ])
    }
}

/// What the person's side answers instead of a result: a status and a sentence in English for a developer.
struct PersonFailure: Error {
    let status: Int
    let sentence: String

    init(_ sentence: String) { self.init(400, sentence) }

    init(_ status: Int, _ sentence: String) {
        self.status = status
        self.sentence = sentence
    }
}

/// The connection is to be lost without an answer, as a fault asked.
struct LostConnection: Error {}
