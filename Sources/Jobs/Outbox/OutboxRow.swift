public import Kernel

/// A message that has been claimed for sending.
public struct OutboxRow: Sendable {
    public let id: Int64
    public let place: OutboxPlace
    public let chat: Int64
    public let rank: OutgoingRank
    public let body: OutgoingBody
    public let slot: String?
    /// The message that the slot is by now; nil when none of it has been sent.
    public let slotMessage: Int64?
    /// Whether it is sent again when nobody knows whether it arrived.
    public let mayRepeat: Bool
    /// 1 for the first.
    public let attempt: Int

    public var number: OutboxNumber { OutboxNumber(place: place, id: id) }
}

/// What a message is known by while it is in hand.
public struct OutboxNumber: Sendable, Hashable {
    public let place: OutboxPlace
    public let id: Int64
}

/// How a claimed message ended.
public enum OutboxEnding: Sendable {
    /// With the number that Telegram gave it; nil for what makes no message.
    case sent(message: Int64?)
    /// Not now; nothing has been sent. The time runs by the database's clock.
    case later(after: Duration, because: String)
    /// Telegram will never take it.
    case refused(String)
    /// It was cut off in flight: nobody knows.
    case ambiguous(String)
}

/// What became of the end of a message.
public enum OutboxEnd: Sendable, Equatable {
    /// It is written down; `mayHaveMore` tells whether more may wait for the chat by now.
    case noted(mayHaveMore: Bool)
    /// Another holder of the lease has the message.
    case takenOver
}

/// Why no message may be taken.
public enum OutboxFault: Fault, Equatable {
    /// A newer holder of the lease has the outbox.
    case superseded

    public var isPassing: Bool { false }

    public var description: String { "a newer holder of the lease has the outbox" }
}
