import Synchronization

/// What a followed page has to react to; signals that come while it is busy become one.
final class LiveSignals: Sendable {
    struct Signal: Sendable {
        /// The topic's number, when it was raised.
        var number: Int64?
        /// Nothing happened for a while.
        var isHeartbeatDue = false
    }

    private let pending = Mutex(Signal())
    private let wakeUps: AsyncStream<Void>
    private let wakeUp: AsyncStream<Void>.Continuation

    init() { (wakeUps, wakeUp) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

    func raise(to number: Int64) {
        pending.withLock { $0.number = max(number, $0.number ?? number) }
        wakeUp.yield()
    }

    func beat() {
        pending.withLock { $0.isHeartbeatDue = true }
        wakeUp.yield()
    }

    /// Ends the following: the browser left, or the server stops.
    func finish() { wakeUp.finish() }

    /// Signals one after another until `finish` or cancellation.
    func forEach(_ body: (Signal) async throws -> Bool) async throws {
        for await _ in wakeUps {
            let signal = pending.withLock { pending in
                defer { pending = Signal() }
                return pending
            }
            guard try await body(signal) else { return }
        }
    }
}
