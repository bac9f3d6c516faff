/// All that is known at the end: what people did, what Telegram saw, what the database holds.
struct Evidence: Sendable {
    var deeds: [Deed] = []
    /// Companies that each newcomer's and owner's chat should have made: one.
    var registered: [Int64] = []
    var calls: [LoggedCall] = []
    /// The bot's messages in each chat as they stand, by their numbers.
    var messages: [Int64: [Int64: String]] = [:]
    var updates: [StoredUpdate] = []
    /// Updates whose effects were committed in the cell, as often as they stand there.
    var handledInCell: [Int64] = []
    /// How often a process said that it has handled an update.
    var saidHandled: [Int64: Int] = [:]
    var rows: [SentRow] = []
    var slots: [SlotKey: Int64] = [:]
    var storedCalls: [StoredCall] = []
    var questions: [RecordingKey] = []
    var companies: [Int64: Int] = [:]
    var jobs: [LeftJob] = []
}

struct StoredUpdate: Sendable {
    let id: Int64
    let chat: Int64
    /// The message of the person; nil for a press.
    let message: Int64?
    let pressed: String?
    let state: String
    /// Nil while nothing was decided, 0 for platform.
    let route: Int64?
}

/// A row of one of the two outboxes.
struct SentRow: Sendable {
    let id: Int64
    let isOfPlatform: Bool
    let chat: Int64
    let method: String
    let text: String?
    let replyTo: Int64?
    let slot: String?
    let state: String
    let message: Int64?
    let tellsWhenAmbiguous: Bool
    let error: String?

    var isNewMessage: Bool { method.hasPrefix("send") }
    var name: String { "\(isOfPlatform ? "platform" : "cell").outbox \(id)" }
}

struct SlotKey: Hashable, Sendable {
    let chat: Int64
    let slot: String
}

struct StoredCall: Sendable {
    let tenant: Int64
    let id: Int64
    let origin: RecordingKey
    let slot: String
    let state: String
}

struct LeftJob: Sendable {
    let id: Int64
    let type: String
    let state: String
    let error: String?
}
