public import Database
import Foundation
public import Kernel

/// In which order messages go when they may not all go at once.
public enum OutgoingRank: Int, Sendable, Codable, Comparable {
    case reply, result, progress, mass

    public static func < (one: OutgoingRank, other: OutgoingRank) -> Bool { one.rawValue < other.rawValue }
}

/// A file that goes with a message.
public struct OutgoingFile: Sendable, Equatable {
    /// The parameter it is, such as `document` or `voice`.
    public let field: String
    public let name: String
    public let mime: String
    public let bytes: [UInt8]

    public init(field: String, name: String, mime: String, bytes: [UInt8]) {
        self.field = field
        self.name = name
        self.mime = mime
        self.bytes = bytes
    }
}

/// A method of the Bot API with its parameters, of which `chat_id` is added when it is sent.
public struct OutgoingBody: Sendable, Equatable {
    public let method: String
    /// A JSON object.
    public let parameters: String
    public let file: OutgoingFile?

    public init(method: String, parameters: String, file: OutgoingFile? = nil) {
        self.method = method
        self.parameters = parameters
        self.file = file
    }
}

/// A message on its way to a chat.
public struct OutgoingMessage: Sendable {
    public let bot: BotID
    public let chat: Int64
    public let rank: OutgoingRank
    /// Messages of one slot are one message in the chat: the first is sent, later ones edit it, and a newer one replaces
    /// an older that has not gone yet.
    public let slot: String?
    public let body: OutgoingBody
    /// What is shown when nobody can know whether this one arrived.
    public let ifAmbiguous: OutgoingBody?
    /// The slot whose message shows it, such as the progress message of what this is the result of; nil is this one's.
    public let ambiguousSlot: String?

    public init(
        bot: BotID,
        chat: Int64,
        rank: OutgoingRank,
        slot: String? = nil,
        body: OutgoingBody,
        ifAmbiguous: OutgoingBody? = nil,
        ambiguousSlot: String? = nil
    ) {
        self.bot = bot
        self.chat = chat
        self.rank = rank
        self.slot = slot
        self.body = body
        self.ifAmbiguous = ifAmbiguous
        self.ambiguousSlot = ambiguousSlot
    }

    /// `if_ambiguous` edits the slot, so it travels without a file.
    fileprivate var ambiguousJSON: String? {
        get throws {
            guard let ifAmbiguous else { return nil }
            let form = AmbiguousBody(
                method: ifAmbiguous.method,
                parameters: withoutZeroEscapes(ifAmbiguous.parameters),
                slot: ambiguousSlot ?? slot
            )
            return String(decoding: try JSONEncoder().encode(form), as: UTF8.self)
        }
    }
}

struct AmbiguousBody: Codable {
    let method: String
    /// A JSON object as text.
    let parameters: String
    let slot: String?
}

/// Where the rows of a message lie: in the cell once a tenant is known, in platform before.
public enum OutboxPlace: Sendable, CaseIterable {
    case platform, cell

    var table: SQL { self == .cell ? "cell.outbox" : "platform.outbox" }
    var slots: SQL { self == .cell ? "cell.outbox_slots" : "platform.outbox_slots" }
    var holders: SQL { self == .cell ? "cell.outbox_holders" : "platform.outbox_holders" }
}

extension Database {
    /// Where messages wait in a cell; only the first has the platform beside it.
    var outboxPlaces: [OutboxPlace] { number == 1 ? OutboxPlace.allCases : [.cell] }

    /// Runs `body` with the rights of a place, by indexes: its tables are empty at one time and long at another.
    @discardableResult
    func run<Value: Sendable>(
        _ place: OutboxPlace,
        _ traits: TransactionTraits = [],
        _ body: (any Transaction) async throws -> Value
    ) async throws -> Value {
        switch place {
        case .cell: try await cell(traits.union(.usesIndexes)) { try await body($0) }
        case .platform: try await platform(traits.union(.usesIndexes)) { try await body($0) }
        }
    }
}

extension TenantTransaction {
    /// Adds a message to the closing part: it is sent once this transaction is committed, and not otherwise.
    public func send(_ message: OutgoingMessage) throws {
        try addMessage(message, to: .cell, of: tenant, in: self)
    }
}

extension CellTransaction {
    /// Adds a message for a tenant that is known without its data.
    public func send(_ message: OutgoingMessage, of tenant: TenantID) throws {
        try addMessage(message, to: .cell, of: tenant, in: self)
    }
}

extension PlatformTransaction {
    /// Adds a message to somebody who has no company yet.
    public func send(_ message: OutgoingMessage) throws {
        try addMessage(message, to: .platform, of: nil, in: self)
    }
}

func addMessage(
    _ message: OutgoingMessage,
    to place: OutboxPlace,
    of tenant: TenantID?,
    in transaction: some Transaction
) throws {
    let (body, file) = (message.body, message.body.file)
    if let slot = message.slot {
        // What nobody has seen yet need not be sent: the newest state of a slot is enough.
        transaction.atClosing(
            """
            UPDATE \(place.table) SET state = 'replaced', file_bytes = NULL, finished_at = now()
            WHERE bot_id = \(message.bot) AND chat_id = \(message.chat) AND slot = \(slot) AND state = 'pending'
            """
        )
    }
    transaction.atClosing(
        """
        INSERT INTO \(place.table)
            (bot_id, chat_id, tenant_id, rank, method, parameters, slot, if_ambiguous,
             file_field, file_name, file_mime, file_bytes)
        VALUES (\(message.bot), \(message.chat), \(tenant), \(message.rank.rawValue), \(body.method),
                \(withoutZeroEscapes(body.parameters))::jsonb, \(message.slot), \(try message.ambiguousJSON)::jsonb,
                \(file?.field), \(file?.name), \(file?.mime), \(file?.bytes))
        """
    )
    transaction.wake(.outbox)
}
