/// Something that happened, for the bot to handle; the id rises, though not always by one.
///
/// Kinds that the product does not know, and new ones of later API versions, still decode: otherwise a single
/// update would hold up all that follow it.
public struct Update: Codable, Sendable, Hashable {
    public var id: Int64
    public var kind: Kind

    public enum Kind: Sendable, Hashable {
        case message(Message)
        case editedMessage(Message)
        case callbackQuery(CallbackQuery)
        /// The bot itself was blocked, let in or put out.
        case myChatMember(ChatMemberUpdated)
        case chatMember(ChatMemberUpdated)
        /// Its name in the API, empty when there was none.
        case unknown(String)
        /// A kind we know in a form we do not, with the place of the first mistake.
        case unreadable(String, at: String)

        /// As in the API, such as `callback_query`.
        public var name: String {
            switch self {
            case .message: Known.message.rawValue
            case .editedMessage: Known.editedMessage.rawValue
            case .callbackQuery: Known.callbackQuery.rawValue
            case .myChatMember: Known.myChatMember.rawValue
            case .chatMember: Known.chatMember.rawValue
            case .unknown(let name), .unreadable(let name, _): name
            }
        }
    }

    /// What `getUpdates` is asked for.
    public static let wantedKinds = [Known.message, .editedMessage, .callbackQuery, .myChatMember].map(\.rawValue)

    private enum Known: String, CaseIterable {
        case message
        case editedMessage = "edited_message"
        case callbackQuery = "callback_query"
        case myChatMember = "my_chat_member"
        case chatMember = "chat_member"
    }

    private struct Key: CodingKey, Hashable {
        static let id = Key("update_id")

        let stringValue: String
        var intValue: Int? { nil }

        init(_ text: String) { stringValue = text }

        init?(stringValue: String) { self.init(stringValue) }

        init?(intValue: Int) { nil }
    }

    public init(id: Int64, kind: Kind) {
        self.id = id
        self.kind = kind
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        id = try container.decode(Int64.self, forKey: .id)
        let names = container.allKeys.filter { $0 != .id }.map(\.stringValue)
        guard let known = Known.allCases.first(where: { names.contains($0.rawValue) }) else {
            kind = .unknown(names.min() ?? "")
            return
        }
        do {
            kind = try Self.payload(known, in: container)
        } catch let error as DecodingError {
            kind = .unreadable(known.rawValue, at: error.place)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(id, forKey: .id)
        let key = Key(kind.name)
        switch kind {
        case .message(let message), .editedMessage(let message): try container.encode(message, forKey: key)
        case .callbackQuery(let query): try container.encode(query, forKey: key)
        case .myChatMember(let change), .chatMember(let change): try container.encode(change, forKey: key)
        case .unknown(let name), .unreadable(let name, _):
            // Without its content the kind is still told.
            if !name.isEmpty { try container.encode([String: String](), forKey: key) }
        }
    }

    private static func payload(_ known: Known, in container: KeyedDecodingContainer<Key>) throws -> Kind {
        let key = Key(known.rawValue)
        return switch known {
        case .message: .message(try container.decode(Message.self, forKey: key))
        case .editedMessage: .editedMessage(try container.decode(Message.self, forKey: key))
        case .callbackQuery: .callbackQuery(try container.decode(CallbackQuery.self, forKey: key))
        case .myChatMember: .myChatMember(try container.decode(ChatMemberUpdated.self, forKey: key))
        case .chatMember: .chatMember(try container.decode(ChatMemberUpdated.self, forKey: key))
        }
    }
}

extension DecodingError {
    /// Where decoding stopped, such as `message.chat.type`, without what stood there.
    var place: String {
        let (path, missing): ([any CodingKey], (any CodingKey)?) =
            switch self {
            case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
                (context.codingPath, nil)
            case .keyNotFound(let key, let context): (context.codingPath, key)
            @unknown default: ([], nil)
            }
        let keys = path + (missing.map { [$0] } ?? [])
        return keys.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
    }
}
