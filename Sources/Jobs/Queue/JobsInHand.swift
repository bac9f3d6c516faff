import Synchronization

/// The attempts that this process has claimed and not ended yet: their leases are renewed.
final class JobsInHand: Sendable {
    private enum Stage {
        case buffered
        case working(Task<JobOutcome, any Error>)
        case ending
    }

    private let stages = Mutex<[JobAttempt: Stage]>([:])

    var all: [JobAttempt] { stages.withLock { Array($0.keys) } }

    func add(_ jobs: [ClaimedJob]) {
        stages.withLock { stages in
            for job in jobs { stages[job.inHand] = .buffered }
        }
    }

    /// Starts the work on a job; nil when its lease was lost before.
    func begin(_ attempt: JobAttempt, _ work: () -> Task<JobOutcome, any Error>) -> Task<JobOutcome, any Error>? {
        stages.withLock { stages in
            guard stages[attempt] != nil else { return nil }
            let task = work()
            stages[attempt] = .working(task)
            return task
        }
    }

    /// The work is done, its end is not written yet.
    func beginEnding(_ attempt: JobAttempt) { stages.withLock { $0[attempt] = .ending } }

    func remove(_ attempt: JobAttempt) { stages.withLock { _ = $0.removeValue(forKey: attempt) } }

    /// An attempt counts no more: it was given to somebody else, or has ended by itself.
    func lose(_ attempt: JobAttempt) {
        stages.withLock { stages in
            switch stages[attempt] {
            case .buffered: stages[attempt] = nil
            case .working(let task): task.cancel()
            // Its end finds out by itself.
            case .ending, nil: break
            }
        }
    }
}
