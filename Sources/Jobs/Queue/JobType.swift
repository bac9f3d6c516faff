import Database
import Foundation
import Kernel

/// Which workers take a job, so that long work never stands in the way of short.
public enum JobLane: String, Sendable, CaseIterable {
    /// Milliseconds of database work.
    case quick
    /// Waits for somebody else's server.
    case network
    /// Keeps a core or the speech engine busy for long.
    case heavy

    /// What wakes its workers, and nobody else's.
    var channel: WakeUpChannel {
        switch self {
        case .quick: .quickJobs
        case .network: .networkJobs
        case .heavy: .heavyJobs
        }
    }
}

/// A kind of work with the values it needs; one room enqueues it, another registers who does it.
public struct JobType<Payload: Codable & Sendable>: Sendable {
    public let name: String
    public let lane: JobLane
    public let maxAttempts: Int

    public init(_ name: String, lane: JobLane = .quick, maxAttempts: Int = 20) {
        self.name = name
        self.lane = lane
        self.maxAttempts = maxAttempts
    }
}

/// How an attempt ended when it did not fail.
public enum JobOutcome: Sendable, Equatable {
    case done
    /// Not now: what it needs is not there yet.
    case again(after: Duration, because: String)
    /// The same, and the attempt is not counted: however long it lasts, the job is not given up for it.
    case wait(for: Duration, because: String)
    /// Trying again would not help.
    case giveUp(reason: String)
}

/// A job in hand, held by a lease that its worker renews.
struct ClaimedJob: Sendable {
    let id: Int64
    /// Whose lease it is.
    let worker: String
    let tenant: TenantID
    let type: String
    let lane: JobLane
    let payload: String
    /// Whether its like may wait for its end.
    let isKeyed: Bool
    let attempt: Int
    let maxAttempts: Int

    var inHand: JobAttempt { JobAttempt(id: id, number: attempt) }
}

/// One of the attempts at a job: an old one may still be under way while another process, or this one, makes the next.
struct JobAttempt: Hashable, Sendable {
    let id: Int64
    let number: Int
}

/// How long a worker may be silent before its jobs are given to others.
let jobLease = Duration.seconds(15)

/// How often a worker renews its leases: two renewals may fail before one ends.
let jobHeartbeat = Duration.seconds(5)

/// The wait before attempt `attempt` + 1: 2 s doubled each time up to 15 minutes, a quarter more or less by chance, so
/// that jobs that failed together do not come back together.
func backoff(after attempt: Int, chance: Double = .random(in: 0.75...1.25)) -> Duration {
    let seconds = min(900, 2 * pow(2, Double(min(max(attempt, 1), 20) - 1)))
    return .milliseconds(Int(seconds * 1000 * chance))
}

extension Duration {
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
