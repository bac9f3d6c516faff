import Synchronization

/// The jobs of one lane that this process has claimed: some wait here for a free worker, some are in work, some are being
/// ended.
///
/// It takes only as many ahead as its workers do in a tenth of a second, so that none lies here that another process
/// could begin; with work that takes long, none.
final class LaneBuffer: Sendable {
    private struct Entry {
        let job: ClaimedJob
        let claimedAt: ContinuousClock.Instant
    }

    private struct State {
        var waiting: ArraySlice<Entry> = []
        var working = 0
        /// Claimed and not ended.
        var held = 0
        var isClosed = false
        /// Of the last jobs, the newer ones weighing more; nil before the first.
        var secondsAJob: Double?
    }

    private let limit: Int
    private let batch: Int
    private let state = Mutex(State())

    /// At most `limit` jobs are in work at once, and at most `batch` are claimed at once.
    init(limit: Int, batch: Int) {
        self.limit = limit
        self.batch = batch
    }

    /// How many jobs to claim now.
    var wanted: Int {
        state.withLock { state in
            guard !state.isClosed else { return 0 }
            let ahead = state.secondsAJob.map { min(2 * batch, Int(Double(limit) * 0.1 / max($0, 1e-6))) } ?? 0
            let free = max(0, limit + ahead - state.held)
            // While there is something to begin, a whole batch is waited for: single jobs cost as much as many.
            return state.waiting.isEmpty || free >= batch ? min(batch, free) : 0
        }
    }

    /// Whether nothing of the lane is claimed here.
    var isIdle: Bool { state.withLock { $0.held == 0 } }

    /// Takes what was claimed in; says how many more workers may begin.
    func add(_ jobs: [ClaimedJob], at time: ContinuousClock.Instant) -> Int {
        state.withLock { state in
            state.waiting += jobs.map { Entry(job: $0, claimedAt: time) }
            state.held += jobs.count
            let more = max(0, min(limit - state.working, state.waiting.count))
            state.working += more
            return more
        }
    }

    /// The next job for a worker; with nil the worker ends.
    func take() -> ClaimedJob? {
        state.withLock { state in
            guard !state.isClosed, let entry = state.waiting.popFirst() else {
                state.working -= 1
                return nil
            }
            return entry.job
        }
    }

    /// A worker is done with a job, which is not ended yet.
    func worked(for duration: Duration) {
        let seconds = duration / .seconds(1)
        state.withLock { $0.secondsAJob = $0.secondsAJob.map { $0 * 0.9 + seconds * 0.1 } ?? seconds }
    }

    func ended() { state.withLock { $0.held -= 1 } }

    /// Takes out what has been waiting since before a moment, to be given back: all workers have stuck.
    func takeOut(claimedBefore moment: ContinuousClock.Instant) -> [ClaimedJob] {
        state.withLock { state in
            let old = state.waiting.prefix { $0.claimedAt < moment }
            state.waiting.removeFirst(old.count)
            // What was thought of the time that a job takes was wrong.
            if !old.isEmpty { state.secondsAJob = nil }
            return old.map(\.job)
        }
    }

    /// Lets no worker take another job, and takes out those that wait.
    func close() -> [ClaimedJob] {
        state.withLock { state in
            state.isClosed = true
            defer { state.waiting = [] }
            return state.waiting.map(\.job)
        }
    }
}

/// Decides from where a claim looks, so that looks at the whole queue cost a sixth of the time at most.
///
/// While a snapshot is held, such as by a backup, each of them passes every row that has been claimed since.
struct ClaimDepths {
    private var costOfWhole = Duration.zero
    private var endOfWhole: ContinuousClock.Instant?

    func depth(at now: ContinuousClock.Instant) -> ClaimDepth { wholeIsDue(at: now) ? .whole : .front }

    /// When the whole may be looked at again.
    var nextWhole: ContinuousClock.Instant? { endOfWhole.map { $0 + min(costOfWhole * 5, .seconds(1)) } }

    mutating func looked(_ depth: ClaimDepth, from start: ContinuousClock.Instant, to end: ContinuousClock.Instant) {
        guard depth == .whole else { return }
        costOfWhole = end - start
        endOfWhole = end
    }

    private func wholeIsDue(at now: ContinuousClock.Instant) -> Bool { nextWhole.map { $0 <= now } ?? true }
}
