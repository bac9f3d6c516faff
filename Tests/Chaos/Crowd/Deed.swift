/// Something that a person did and the sandbox has turned into exactly one update.
struct Deed: Sendable, Hashable {
    enum Kind: Sendable, Hashable {
        /// Answered with so many rows of the platform's outbox.
        case small(rows: Int)
        case question
        case digest
        case recording(name: String)
    }

    let chat: Int64
    /// Nil for a press.
    let message: Int64?
    /// The data of the pressed button.
    let pressed: String?
    let kind: Kind

    init(chat: Int64, message: Int64, _ kind: Kind) {
        (self.chat, self.message, self.pressed, self.kind) = (chat, message, nil, kind)
    }

    init(chat: Int64, pressed: String, _ kind: Kind) {
        (self.chat, self.message, self.pressed, self.kind) = (chat, nil, pressed, kind)
    }

    var recordingName: String? {
        if case .recording(let name) = kind { name } else { nil }
    }
}

/// All that people have done, in no order between chats.
actor Ledger {
    private(set) var deeds: [Deed] = []

    func add(_ deed: Deed) { deeds.append(deed) }
}
