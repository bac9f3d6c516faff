public import Database
import Foundation
import Kernel

extension TenantTransaction {
    /// Adds a job to the closing part: it exists once this transaction is committed, and not otherwise.
    ///
    /// With a key at most one job of the type waits for the tenant; another one only brings that forward, and keeps it from
    /// starting before this transaction is committed. A job whose like (same key) is running starts after it has ended.
    public func enqueue<Payload>(
        _ type: JobType<Payload>,
        _ payload: Payload,
        after delay: Duration = .zero,
        key: String? = nil
    ) throws {
        let job = NewJob(
            tenant: tenant,
            type: type.name,
            lane: type.lane,
            payload: withoutZeroEscapes(String(decoding: try JSONEncoder().encode(payload), as: UTF8.self)),
            key: key,
            delay: delay,
            maxAttempts: type.maxAttempts
        )
        // Locks its like, which another transaction may want too.
        if let order = job.order { atClosing(job.insertion, inOrderOf: order) } else { atClosing(job.insertion) }
        wake(type.lane.channel)
    }
}

/// A job on its way into the queue.
struct NewJob: Sendable {
    let tenant: TenantID
    let type: String
    let lane: JobLane
    /// JSON.
    let payload: String
    let key: String?
    let delay: Duration
    let maxAttempts: Int

    /// The order in which transactions add jobs with a key, so that they do not deadlock; nil without one.
    var order: String? { key.map { "\(tenant) \(type) \($0)" } }

    var insertion: SQL {
        let state = delay > .zero ? "later" : "waiting"
        // DO NOTHING would not lock the like: it could start, miss what this transaction is about to commit, and end.
        return """
            INSERT INTO cell.jobs AS jobs (tenant_id, type, lane, payload, key, state, max_attempts, run_at, turn)
            SELECT \(tenant), \(type), \(lane), \(payload)::jsonb, \(key), \(state), \(maxAttempts),
                   now() + \(delay.inSeconds) * interval '1 second',
                   \(newTurn(tenant: "\(tenant)", lane: "\(lane)"))
            ON CONFLICT (tenant_id, type, key) WHERE key IS NOT NULL AND state IN ('waiting', 'later')
            DO UPDATE SET run_at = least(jobs.run_at, excluded.run_at)
            """
    }
}

/// The turn of a job that begins to wait now, for the tenant and the lane that two expressions give.
///
/// It is that of start-time fair queueing (Goyal, Vin, Cheng 1996): one step behind the turn that the lane has come to, or
/// one behind the tenant's own last job, whichever is later. A tenant with one job never waits behind many of another.
/// Nothing below the lane's turn is looked at: there may be many rows that are dead and cannot be removed yet.
func newTurn(tenant: SQL, lane: SQL) -> SQL {
    """
    (SELECT coalesce((SELECT max(own.turn) FROM cell.jobs AS own
                      WHERE own.tenant_id = \(tenant) AND own.lane = \(lane) AND own.state = 'waiting' AND own.turn > 0
                        AND own.turn > reached.turn), reached.turn) + 1
     FROM cell.lanes AS reached WHERE reached.lane = \(lane))
    """
}
