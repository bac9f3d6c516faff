import Synchronization

/// What the bots of this process have done since the start, for the metrics.
public final class BotCounters: Sendable {
    public struct Counts: Sendable, Equatable {
        public var handled = 0
        /// Of kinds or forms that the product does not know, and those that ask for nothing.
        public var ignored = 0
        public var failed = 0
        /// Questions for updates that Telegram answered, with some or with none, and those that failed.
        public var pollsAnswered = 0
        public var pollsFailed = 0
    }

    private let state = Mutex(Counts())

    public init() {}

    public var counts: Counts { state.withLock { $0 } }

    func countHandled() { state.withLock { $0.handled += 1 } }

    func countIgnored() { state.withLock { $0.ignored += 1 } }

    func countFailed() { state.withLock { $0.failed += 1 } }

    func countPoll(isAnswered: Bool) {
        state.withLock { counts in
            if isAnswered { counts.pollsAnswered += 1 } else { counts.pollsFailed += 1 }
        }
    }
}
