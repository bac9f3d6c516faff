import Database
import Foundation
import Kernel

/// From where a claim looks for jobs.
enum ClaimDepth: Sendable, CaseIterable {
    /// From the first waiting job, past every row that was claimed before and cannot be removed yet.
    case whole
    /// From the turn that the lane has come to. Passes over a job whose transaction took long to commit, or whose like has
    /// only just ended: a look at the whole finds it.
    case front
}

/// All SQL of the queue.
struct JobStore: Sendable {
    let database: Database
    /// Who we are in the column `worker`: unique over all processes and all time.
    let worker: String

    /// Takes up to `limit` jobs of the types whose turn it is; they are ours until the lease ends.
    ///
    /// Other types are left to processes that know them: while one is replaced by a newer, both take jobs.
    func claim(_ lane: JobLane, types: [String], limit: Int, looking depth: ClaimDepth = .whole) async throws
        -> [ClaimedJob]
    {
        try await database.cell(.usesIndexes) { tx in
            try await tx.query(claiming(lane, types: types, limit: limit, looking: depth)).map(claimed)
        }
    }

    /// The statement of a claim.
    func claiming(_ lane: JobLane, types: [String], limit: Int, looking depth: ClaimDepth) -> SQL {
        let reached: SQL = "(SELECT lanes.turn FROM cell.lanes AS lanes WHERE lanes.lane = \(lane))"
        let start: SQL = depth == .front ? "AND turn >= \(reached)" : ""
        // By places and scalar questions, not by joins: a plan for an empty queue would join in an order that is fatal to
        // a long one.
        return """
            WITH claimed AS (
                UPDATE cell.jobs AS job
                SET state = 'running', attempt = attempt + 1, worker = \(worker),
                    lease_until = now() + \(jobLease.inSeconds) * interval '1 second'
                WHERE ctid = ANY (ARRAY(
                    SELECT ctid
                    FROM cell.jobs AS job
                    WHERE lane = \(lane) AND state = 'waiting' AND id > 0 \(start)
                      AND type = ANY(\(types))
                      AND (key IS NULL OR (SELECT running.id FROM cell.jobs AS running
                                           WHERE running.tenant_id = job.tenant_id AND running.type = job.type
                                             AND running.key = job.key AND running.state = 'running'
                                           LIMIT 1) IS NULL)
                    ORDER BY turn, id
                    LIMIT \(limit)
                    FOR UPDATE SKIP LOCKED
                ))
                RETURNING job.*
            ), moved AS (
                SELECT setval(('cell.jobs_turn_' || \(lane))::regclass, max(turn)) FROM claimed
                HAVING max(turn) > \(reached)
            )
            SELECT id, worker, tenant_id, type, lane, payload, key IS NOT NULL, attempt, max_attempts,
                   (SELECT count(*) FROM moved)
            FROM claimed
            ORDER BY turn, id
            """
    }

    private func claimed(_ row: Row) throws -> ClaimedJob {
        let (id, worker, tenant, type, lane, payload, isKeyed, attempt, maxAttempts) = try row.decode(
            Int64.self,
            String.self,
            TenantID.self,
            String.self,
            String.self,
            String.self,
            Bool.self,
            Int.self,
            Int.self
        )
        guard let lane = JobLane(rawValue: lane) else { throw DatabaseFault.unreadable("the lane of a job") }
        return ClaimedJob(
            id: id,
            worker: worker,
            tenant: tenant,
            type: type,
            lane: lane,
            payload: payload,
            isKeyed: isKeyed,
            attempt: attempt,
            maxAttempts: maxAttempts
        )
    }

    /// The row of a job in hand; no other statement ends a job, so nobody else's attempt is ever ended.
    private func held(_ job: ClaimedJob) -> SQL {
        // Only a running job has a worker. The state is not named: an index of all that run could be taken for it.
        "id = \(job.id) AND worker = \(job.worker) AND attempt = \(job.attempt)"
    }

    /// Ends a job together with the effects of a transaction; a lost lease rolls the transaction back.
    func finish(_ job: ClaimedJob, in transaction: some Transaction) {
        transaction.atClosing("DELETE FROM cell.jobs WHERE \(held(job))", mustAffect: 1)
        // Only a like waits for this end; the worker's own lane goes on by itself.
        if job.isKeyed { transaction.wake(job.lane.channel) }
    }

    /// Ends jobs of ours that have no effects to be committed with, and gives those whose lease we still had.
    func finish(_ jobs: [ClaimedJob]) async throws -> Set<JobAttempt> {
        try await database.cell(.usesIndexes) { tx in
            let rows = try await tx.query(finishing(jobs))
            for channel in Set(jobs.filter(\.isKeyed).map(\.lane.channel)) { tx.wake(channel) }
            return try attempts(rows)
        }
    }

    /// The statement that ends several jobs, each under the same conditions as one.
    func finishing(_ jobs: [ClaimedJob]) -> SQL {
        """
        DELETE FROM cell.jobs
        WHERE \(held(jobs.map(\.inHand)))
        RETURNING id, attempt
        """
    }

    /// The rows of several attempts of this worker, of which two may be at one job.
    private func held(_ attempts: [JobAttempt]) -> SQL {
        """
        id = ANY(\(attempts.map(\.id))) AND worker = \(worker)
        AND id || ' ' || attempt = ANY(\(attempts.map { "\($0.id) \($0.number)" }))
        """
    }

    private func attempts(_ rows: [Row]) throws -> Set<JobAttempt> {
        Set(
            try rows.map { row in
                let (id, number) = try row.decode(Int64.self, Int.self)
                return JobAttempt(id: id, number: number)
            }
        )
    }

    /// Puts a job off; an attempt that is not counted was none.
    func putOff(_ job: ClaimedJob, for delay: Duration, error: String?, isCounted: Bool = true) async throws {
        try await endAttempt(
            job,
            changing: """
                state = 'later', run_at = now() + \(delay.inSeconds) * interval '1 second', error = \(error),
                attempt = attempt - \(isCounted ? 0 : 1)
                """
        )
    }

    /// Gives a job back untried, as at a shutdown.
    func release(_ job: ClaimedJob) async throws {
        try await endAttempt(job, changing: "state = 'waiting', attempt = attempt - 1")
    }

    /// Lets a job wait again as `change` says; when its like waits already, that one does its work.
    ///
    /// Changes nothing when the job is not that worker's any more, or `condition` does not hold.
    private func endAttempt(
        _ job: ClaimedJob,
        changing change: SQL,
        when condition: SQL = "true",
        _ traits: TransactionTraits = .usesIndexes
    ) async throws {
        func tryOnce() async throws {
            try await database.cell(traits) { tx in
                // Locked, so that what is looked at stays true until it is changed.
                let own = try await tx.query(
                    "SELECT id FROM cell.jobs WHERE \(held(job)) AND \(condition) FOR UPDATE"
                )
                guard !own.isEmpty else { return }
                let replaced = try await tx.execute(
                    """
                    DELETE FROM cell.jobs AS job
                    WHERE id = \(job.id)
                      AND (SELECT like_it.id FROM cell.jobs AS like_it
                           WHERE like_it.tenant_id = job.tenant_id AND like_it.type = job.type
                             AND like_it.key = job.key AND like_it.key IS NOT NULL
                             AND like_it.state IN ('waiting', 'later')) IS NOT NULL
                    """
                )
                if replaced == 0 {
                    try await tx.execute(
                        "UPDATE cell.jobs SET \(change), worker = NULL, lease_until = NULL WHERE id = \(job.id)"
                    )
                }
                tx.wake(job.lane.channel)
            }
        }
        do {
            try await tryOnce()
        } catch  where error.isUniqueViolation() {
            // Its like was committed between the look and the change; the second look sees it.
            try await tryOnce()
        }
    }

    /// Puts a job among the dead, with the effects of the transaction.
    func bury(_ job: ClaimedJob, because error: String, in transaction: some Transaction) {
        transaction.atClosing(
            """
            UPDATE cell.jobs SET state = 'dead', dead_at = now(), error = \(error), worker = NULL, lease_until = NULL
            WHERE \(held(job))
            """,
            mustAffect: 1
        )
        if job.isKeyed { transaction.wake(job.lane.channel) }
    }

    /// Puts a job among the dead and does nothing else.
    func bury(_ job: ClaimedJob, because error: String) async throws {
        try await database.cell(.usesIndexes) { tx in bury(job, because: error, in: tx) }
    }

    /// Renews the lease of attempts in hand and gives those that are still ours.
    func renew(_ attempts: [JobAttempt]) async throws -> Set<JobAttempt> {
        try await database.heartbeat([.usesIndexes, .mayBeLost]) { tx in
            try self.attempts(try await tx.query(renewing(attempts)))
        }
    }

    /// The statement that renews leases.
    ///
    /// A row that is locked is being ended at this moment: waiting for it could be waiting for each other.
    func renewing(_ attempts: [JobAttempt]) -> SQL {
        """
        WITH renewed AS (
            UPDATE cell.jobs
            SET lease_until = now() + \(jobLease.inSeconds) * interval '1 second'
            WHERE ctid = ANY (ARRAY(SELECT ctid FROM cell.jobs WHERE \(held(attempts)) FOR UPDATE SKIP LOCKED))
        )
        SELECT id, attempt FROM cell.jobs WHERE \(held(attempts))
        """
    }

    /// Brings back what was put off until now and, after a wait as long as that of a failure, what a lost worker held.
    func revive() async throws {
        try await promote()
        for job in try await lost() {
            let delay = backoff(after: job.attempt).inSeconds
            try await endAttempt(
                job,
                changing: """
                    state = 'later', run_at = now() + \(delay) * interval '1 second', error = 'the worker was lost'
                    """,
                when: Self.isLost,
                [.usesIndexes, .mayBeLost]
            )
        }
    }

    /// What was put off until now waits again, each job with a new turn: an old one would let all of them go first.
    private func promote() async throws {
        try await database.cell([.usesIndexes, .mayBeLost]) { tx in
            let rows = try await tx.query(
                """
                WITH due AS (
                    SELECT ctid AS place_of_row, id, tenant_id, lane, run_at
                    FROM cell.jobs
                    WHERE state = 'later' AND run_at <= now()
                    ORDER BY run_at, id
                    LIMIT 1000
                    FOR UPDATE SKIP LOCKED
                ), placed AS (
                    SELECT place_of_row, tenant_id, lane,
                           row_number() OVER (PARTITION BY tenant_id, lane ORDER BY run_at, id) AS place
                    FROM due
                ), promoted AS (
                    UPDATE cell.jobs AS job
                    SET state = 'waiting',
                        turn = \(newTurn(tenant: "placed.tenant_id", lane: "placed.lane")) + placed.place - 1
                    FROM placed
                    WHERE job.ctid = placed.place_of_row
                    RETURNING job.lane
                )
                SELECT DISTINCT lane FROM promoted
                """
            )
            for row in rows { JobLane(rawValue: try row.decode(String.self)).map { tx.wake($0.channel) } }
        }
    }

    /// The lease has run out; or it is longer than any, since the clock was set back while its worker was lost.
    private static let isLost: SQL = """
        (lease_until < now() OR lease_until > now() + 3 * \(jobLease.inSeconds) * interval '1 second')
        """

    /// Jobs whose worker has been silent for longer than a lease.
    private func lost() async throws -> [ClaimedJob] {
        try await database.cell(.usesIndexes) { tx in
            try await tx.query(
                """
                SELECT id, worker, tenant_id, type, lane, payload, key IS NOT NULL, attempt, max_attempts
                FROM cell.jobs
                WHERE state = 'running' AND \(Self.isLost)
                ORDER BY lease_until
                LIMIT 100
                """
            )
            .map(claimed)
        }
    }
}
