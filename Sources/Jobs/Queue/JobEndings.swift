import Kernel
import Logging
import Synchronization

/// Ends jobs that leave no effects to be committed with: all at once that came while the last ones were being ended.
///
/// A job whose end cannot be written stays in hand, with its lease renewed, and is tried again until the stop.
final class JobEndings: Sendable {
    /// Told whether the lease was still ours; not told when the end could not be written at all.
    typealias Told = @Sendable (Bool) -> Void

    private struct State {
        var ended: [(job: ClaimedJob, told: Told)] = []
        var stoppedAt: ContinuousClock.Instant?
    }

    private let store: JobStore
    private let batch: Int
    private let logger: Logger
    private let state = Mutex(State())
    private let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation

    /// How long a stop waits for a database that is away: shorter than a lease.
    private static let patience = Duration.seconds(10)

    init(store: JobStore, batch: Int, logger: Logger) {
        self.store = store
        self.batch = batch
        self.logger = logger
        (signals, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    func add(_ job: ClaimedJob, _ told: @escaping Told) {
        state.withLock { $0.ended.append((job, told)) }
        signal.yield()
    }

    /// Nothing is added any more.
    func stop() {
        state.withLock { $0.stoppedAt = .now }
        signal.finish()
    }

    /// Ends jobs until `stop`, then what is left; a cancellation of the caller does not cut it off.
    func run() async {
        await Task {
            for await _ in signals { await endAll() }
            await endAll()
        }
        .value
    }

    private func endAll() async {
        while true {
            let part = state.withLock { state in
                let part = Array(state.ended.prefix(batch))
                state.ended.removeFirst(part.count)
                return part
            }
            guard !part.isEmpty else { return }
            await end(part)
        }
    }

    private func end(_ part: [(job: ClaimedJob, told: Told)]) async {
        var pause = Duration.milliseconds(100)
        while true {
            do {
                let ours = try await store.finish(part.map(\.job))
                for (job, told) in part { told(ours.contains(job.inHand)) }
                return
            } catch {
                let metadata: Logger.Metadata = ["jobs": "\(part.count)", "error": "\(error.loggable)"]
                guard mayWait else {
                    // The leases end by themselves and the jobs come back.
                    return logger.warning("cannot end jobs", metadata: metadata)
                }
                logger.warning("cannot end jobs yet", metadata: metadata)
            }
            do { try await Task.sleep(for: pause) } catch { continue }
            pause = min(pause * 2, .seconds(2))
        }
    }

    private var mayWait: Bool {
        state.withLock { $0.stoppedAt.map { ContinuousClock.now - $0 < Self.patience } ?? true }
    }
}
