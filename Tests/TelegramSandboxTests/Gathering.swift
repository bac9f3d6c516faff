import Testing

@testable import TelegramSandbox

/// A playground with a group of three persons and the bot.
struct Gathering: Sendable {
    let play: Playground
    let id: Int
    let boris: Int
    let vera: Int

    /// Runs a test in a fresh group; what was said while it was made is confirmed already.
    static func meet(
        _ more: [String: JSON] = [:],
        hasLimits: Bool = false,
        _ test: (Gathering) async throws -> Void
    ) async throws {
        try await Playground.play(hasLimits: hasLimits) { play async throws in
            var persons: [Int] = []
            for name in ["Борис", "Вера"] {
                let person = try await play.post("/sandbox/users", ["first_name": .string(name)])
                persons.append(try #require(person.json["id"]?.int))
            }
            let request: [String: JSON] = [
                "title": "Отдел продаж", "bot": "test_bot",
                "members": .array([play.person, persons[0], persons[1]].map { .integer($0) }),
            ]
            let chat = try await play.post("/sandbox/groups", .object(request.merging(more) { $1 }))
            try #require(chat.status == 200, "\(chat.error)")
            let gathering = Gathering(
                play: play,
                id: try #require(chat.json["id"]?.int),
                boris: persons[0],
                vera: persons[1]
            )
            _ = try await play.bot("getUpdates", ["offset": -1, "allowed_updates": .array(Self.allKinds)])
            _ = try await gathering.news()
            try await test(gathering)
        }
    }

    private static let allKinds: [JSON] = [
        "message", "edited_message", "callback_query", "my_chat_member", "chat_member", "message_reaction",
    ]

    /// A member acts in the group.
    func act(_ verb: String, as person: Int, _ parameters: [String: JSON] = [:]) async throws -> Playground.Answer {
        let body = parameters.merging(["from": .integer(person)]) { $1 }
        return try await play.post("/sandbox/chats/\(id)/\(verb)", .object(body))
    }

    func write(_ text: String, as person: Int, _ more: [String: JSON] = [:]) async throws -> JSON {
        let answer = try await act("text", as: person, more.merging(["text": .string(text)]) { $1 })
        try #require(answer.status == 200, "\(answer.error)")
        return answer.json
    }

    func say(_ text: String) async throws -> Playground.Answer {
        try await play.bot("sendMessage", ["chat_id": .integer(id), "text": .string(text)])
    }

    func manage(_ verb: String, _ parameters: JSON = [:]) async throws -> Playground.Answer {
        try await play.post("/sandbox/groups/\(id)/\(verb)", parameters)
    }

    /// The updates since the last call, which are confirmed by it.
    func news() async throws -> [JSON] {
        let updates = try await play.bot("getUpdates").result.array ?? []
        if let last = updates.last?["update_id"]?.int {
            _ = try await play.bot("getUpdates", ["offset": .integer(last + 1)])
        }
        return updates
    }

    func texts() async throws -> [String] { try await news().compactMap { $0["message"]?["text"]?.string } }
}
