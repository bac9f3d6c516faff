import Foundation
import Jobs
import Kernel
import Telegram

/// One call of the Bot API made from an outbox row.
struct Delivery: Sendable, Equatable {
    let method: String
    /// A JSON object.
    let parameters: [UInt8]
    let upload: TelegramUpload?

    /// The row as it goes out: a text of a slot that is in the chat already becomes an edit of it.
    init(_ row: OutboxRow) throws {
        try self.init(row.body, chat: row.chat, slotMessage: row.slotMessage)
    }

    init(_ body: OutgoingBody, chat: Int64, slotMessage: Int64?) throws {
        if slotMessage == nil || body.method != SendMessage.name, Self.isFor(chat, body.parameters) {
            self.init(method: body.method, parameters: Array(body.parameters.utf8), upload: Self.upload(body.file))
            return
        }
        var parameters = try Self.object(body.parameters)
        parameters["chat_id"] = chat
        var method = body.method
        if let slotMessage, method == SendMessage.name {
            method = EditMessageText.name
            parameters["message_id"] = slotMessage
            for key in Self.onlyForNew { parameters[key] = nil }
        }
        try self.init(method: method, object: parameters, file: body.file)
    }

    private init(method: String, object: [String: Any], file: OutgoingFile?) throws {
        self.init(
            method: method,
            parameters: Array(try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys])),
            upload: Self.upload(file)
        )
    }

    private static func upload(_ file: OutgoingFile?) -> TelegramUpload? {
        file.map { TelegramUpload(field: $0.field, name: $0.name, type: $0.mime, bytes: $0.bytes) }
    }

    /// Whether parameters, as PostgreSQL writes JSON, name the chat; most need not be read and written again.
    private static func isFor(_ chat: Int64, _ parameters: String) -> Bool {
        guard let key = parameters.byteOffset(of: "\"chat_id\": ") else { return false }
        // Within no other object: before it stands the brace that begins it all, and none more.
        guard parameters.utf8.prefix(key).count(where: { $0 == UInt8(ascii: "{") }) == 1 else { return false }
        let value = "\(chat)".utf8
        let rest = parameters.utf8.dropFirst(key + 11)
        return rest.starts(with: value)
            && [UInt8(ascii: ","), UInt8(ascii: "}")].contains(rest.dropFirst(value.count).first)
    }

    private init(method: String, parameters: [UInt8], upload: TelegramUpload?) {
        self.method = method
        self.parameters = parameters
        self.upload = upload
    }

    /// The same without formatting, for when Telegram does not understand it.
    func plain() throws -> Delivery {
        var object = try Self.object(String(decoding: parameters, as: UTF8.self))
        object["parse_mode"] = nil
        for key in ["text", "caption"] {
            if let html = object[key] as? String { object[key] = Self.withoutTags(html) }
        }
        let data = try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys])
        return Delivery(method: method, parameters: Array(data), upload: upload)
    }

    /// Parameters that `sendMessage` has and `editMessageText` has not.
    private static let onlyForNew = [
        "reply_parameters", "disable_notification", "protect_content", "message_thread_id",
    ]

    private static func object(_ json: String) throws -> [String: Any] {
        try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any] ?? [:]
    }

    private static func withoutTags(_ html: String) -> String {
        var text = ""
        var isInTag = false
        for character in html {
            switch character {
            case "<": isInTag = true
            case ">": isInTag = false
            default: if !isInTag { text.append(character) }
            }
        }
        return text.replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&quot;", with: "\"")
            .replacing("&amp;", with: "&")
    }
}

/// What follows from Telegram's answer to a delivery.
enum DeliveryVerdict: Sendable, Equatable {
    case sent(message: Int64?)
    /// Nothing has been sent; it may be tried again after so many seconds.
    case later(seconds: Double, because: String)
    /// Telegram limits the chat or the bot.
    case limited(seconds: Double)
    case refused(String)
    /// Nobody knows whether it arrived.
    case ambiguous(String)
    /// Try at once without formatting.
    case withoutFormatting
    /// The message of the slot is gone: send a new one.
    case anew
    /// The person closed the bot: nothing goes to the chat until they let it in again.
    case closed(String)
    /// The bot's token is no longer good.
    case badToken(String)

    /// How often a message is sent anew to a page that answers 4xx in Telegram's place: over about half a minute.
    static let nonsenseAttempts = 6

    /// The wait grows with `attempt`, which is 1 for the first.
    static func verdict(
        on fault: TelegramFault,
        of delivery: Delivery,
        attempt: Int,
        isSlotEdit: Bool,
        mayRepeat: Bool = false
    ) -> Self {
        let reason = fault.description
        if fault.isNotModified { return .sent(message: nil) }
        if fault.isBadToken { return .badToken(reason) }
        if let seconds = fault.retryAfter { return .limited(seconds: Double(seconds)) }
        if fault.isUnparsable { return .withoutFormatting }
        if fault.isMessageGone, isSlotEdit { return .anew }
        if fault.isBlocked { return .closed(reason) }
        if case .nonsense = fault, !fault.isPassing {
            // Not Telegram's word but somebody's in between: it may be a passing one, and must not stop the chat for ever.
            guard attempt < Self.nonsenseAttempts else { return .refused(reason) }
        } else if !fault.isPassing, !fault.mayHaveTakenEffect {
            return .refused(reason)
        }
        // An edit made twice is an edit; a message sent twice is two messages.
        if fault.mayHaveTakenEffect, !mayRepeat, !isHarmlessToRepeat(delivery.method) { return .ambiguous(reason) }
        return .later(seconds: min(60, Double(1 << min(attempt - 1, 6))), because: reason)
    }

    private static func isHarmlessToRepeat(_ method: String) -> Bool {
        method.hasPrefix("edit") || method.hasPrefix("delete") || method.hasPrefix("set")
    }
}
