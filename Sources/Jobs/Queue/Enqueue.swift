public import Database
import Foundation
import Kernel

extension TenantTransaction {
    /// Adds a job to the closing part: it exists once this transaction is committed, and not otherwise.
    ///
    /// With a key at most one job of the type waits for the tenant; another one changes nothing. A job whose like (same
    /// key) is running starts after it has ended.
    public func enqueue<Payload>(
        _ type: JobType<Payload>,
        _ payload: Payload,
        after delay: Duration = .zero,
        key: String? = nil
    ) throws {
        let json = withoutZeroEscapes(String(decoding: try JSONEncoder().encode(payload), as: UTF8.self))
        let state = delay > .zero ? "later" : "waiting"
        let seconds = delay.inSeconds
        // The turn is that of start-time fair queueing (Goyal, Vin, Cheng 1996): at the head of the queue, or one step
        // behind the tenant's own last job, whichever is later. A tenant with one job never waits behind many of another.
        atClosing(
            """
            INSERT INTO cell.jobs (tenant_id, type, lane, payload, key, state, max_attempts, run_at, turn_at)
            SELECT \(tenant), \(type.name), \(type.lane), \(json)::jsonb, \(key), \(state), \(type.maxAttempts),
                   now() + \(seconds) * interval '1 second',
                   greatest(
                       coalesce((SELECT turn_at FROM cell.jobs WHERE lane = \(type.lane) AND state = 'waiting'
                                 ORDER BY turn_at LIMIT 1), clock_timestamp()),
                       (SELECT max(turn_at) + interval '1 ms' FROM cell.jobs
                        WHERE tenant_id = \(tenant) AND lane = \(type.lane) AND state IN ('waiting', 'running')))
            ON CONFLICT (tenant_id, type, key) WHERE key IS NOT NULL AND state IN ('waiting', 'later') DO NOTHING
            """
        )
        wake(.jobs)
    }
}
