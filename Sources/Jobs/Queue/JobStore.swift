import Database
import Foundation
import Kernel

/// All SQL of the queue.
struct JobStore: Sendable {
    let database: Database
    /// Who we are in the column `worker`: unique over all processes and all time.
    let worker: String

    /// Takes up to `limit` jobs of the types whose turn it is; they are ours until the lease ends.
    ///
    /// Other types are left to processes that know them: while one is replaced by a newer, both take jobs.
    func claim(_ lane: JobLane, types: [String], limit: Int) async throws -> [ClaimedJob] {
        try await database.cell { tx in
            let rows = try await tx.query(
                """
                WITH turn AS (
                    SELECT id
                    FROM cell.jobs AS job
                    WHERE lane = \(lane)
                      AND state = 'waiting'
                      AND type = ANY(\(types))
                      AND (key IS NULL OR NOT EXISTS (
                          SELECT FROM cell.jobs AS running
                          WHERE running.tenant_id = job.tenant_id AND running.type = job.type
                            AND running.key = job.key AND running.state = 'running'))
                    ORDER BY turn_at, id
                    LIMIT \(limit)
                    FOR UPDATE SKIP LOCKED
                )
                UPDATE cell.jobs AS job
                SET state = 'running', attempt = attempt + 1, worker = \(worker),
                    lease_until = now() + \(jobLease.inSeconds) * interval '1 second'
                FROM turn
                WHERE job.id = turn.id
                RETURNING job.id, job.worker, job.tenant_id, job.type, job.payload, job.attempt, job.max_attempts
                """
            )
            return try rows.map(claimed).sorted { $0.id < $1.id }
        }
    }

    private func claimed(_ row: Row) throws -> ClaimedJob {
        let (id, worker, tenant, type, payload, attempt, maxAttempts) = try row.decode(
            Int64.self,
            String.self,
            TenantID.self,
            String.self,
            String.self,
            Int.self,
            Int.self
        )
        return ClaimedJob(
            id: id,
            worker: worker,
            tenant: tenant,
            type: type,
            payload: payload,
            attempt: attempt,
            maxAttempts: maxAttempts
        )
    }

    /// The row of a job in hand; no other statement ends a job, so nobody else's attempt is ever ended.
    private func held(_ job: ClaimedJob) -> SQL {
        "id = \(job.id) AND state = 'running' AND worker = \(job.worker) AND attempt = \(job.attempt)"
    }

    /// Ends a job together with the effects of a transaction; a lost lease rolls the transaction back.
    func finish(_ job: ClaimedJob, in transaction: some Transaction) {
        transaction.atClosing("DELETE FROM cell.jobs WHERE \(held(job))", mustAffect: 1)
        transaction.wake(.jobs)
    }

    func finish(_ job: ClaimedJob) async throws {
        try await database.cell { tx in finish(job, in: tx) }
    }

    /// Puts a job off.
    func putOff(_ job: ClaimedJob, for delay: Duration, error: String?) async throws {
        try await endAttempt(
            job,
            changing: "state = 'later', run_at = now() + \(delay.inSeconds) * interval '1 second', error = \(error)"
        )
    }

    /// Gives a job back untried, as at a shutdown.
    func release(_ job: ClaimedJob) async throws {
        try await endAttempt(job, changing: "state = 'waiting', attempt = attempt - 1")
    }

    /// Lets a job wait again as `change` says; when its like waits already, that one does its work.
    ///
    /// Changes nothing when the job is not that worker's any more, or `condition` does not hold.
    private func endAttempt(_ job: ClaimedJob, changing change: SQL, when condition: SQL = "true") async throws {
        func tryOnce() async throws {
            try await database.cell { tx in
                // Locked, so that what is looked at stays true until it is changed.
                let own = try await tx.query(
                    "SELECT id FROM cell.jobs WHERE \(held(job)) AND \(condition) FOR UPDATE"
                )
                guard !own.isEmpty else { return }
                let replaced = try await tx.execute(
                    """
                    DELETE FROM cell.jobs AS job
                    WHERE id = \(job.id)
                      AND EXISTS (SELECT FROM cell.jobs AS like_it
                                  WHERE like_it.tenant_id = job.tenant_id AND like_it.type = job.type
                                    AND like_it.key = job.key AND like_it.state IN ('waiting', 'later'))
                    """
                )
                if replaced == 0 {
                    try await tx.execute(
                        "UPDATE cell.jobs SET \(change), worker = NULL, lease_until = NULL WHERE id = \(job.id)"
                    )
                }
                tx.wake(.jobs)
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
            UPDATE cell.jobs SET state = 'dead', error = \(error), worker = NULL, lease_until = NULL
            WHERE \(held(job))
            """,
            mustAffect: 1
        )
    }

    /// Puts a job among the dead and does nothing else.
    func bury(_ job: ClaimedJob, because error: String) async throws {
        try await database.cell { tx in bury(job, because: error, in: tx) }
    }

    /// Renews the lease of attempts in hand and gives those that are still ours.
    func renew(_ attempts: [JobAttempt]) async throws -> Set<JobAttempt> {
        let (ids, numbers) = (attempts.map(\.id), attempts.map(\.number))
        return try await database.heartbeat { tx in
            let rows = try await tx.query(
                """
                UPDATE cell.jobs AS job
                SET lease_until = now() + \(jobLease.inSeconds) * interval '1 second'
                FROM unnest(\(ids), \(numbers)) AS mine (id, attempt)
                WHERE job.id = mine.id AND job.attempt = mine.attempt
                  AND job.state = 'running' AND job.worker = \(worker)
                RETURNING job.id, job.attempt
                """
            )
            return Set(
                try rows.map { row in
                    let (id, number) = try row.decode(Int64.self, Int.self)
                    return JobAttempt(id: id, number: number)
                }
            )
        }
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
                when: "lease_until < now()"
            )
        }
    }

    /// What was put off until now waits again, each job with a new turn: an old one would let all of them go first.
    private func promote() async throws {
        try await database.cell { tx in
            let count = try await tx.execute(
                """
                WITH due AS (
                    SELECT id, tenant_id, lane, run_at
                    FROM cell.jobs
                    WHERE state = 'later' AND run_at <= now()
                    ORDER BY run_at, id
                    LIMIT 1000
                    FOR UPDATE SKIP LOCKED
                ), placed AS (
                    SELECT id, tenant_id, lane, row_number() OVER (PARTITION BY tenant_id, lane ORDER BY run_at, id) AS place
                    FROM due
                )
                UPDATE cell.jobs AS job
                SET state = 'waiting',
                    turn_at = \(newTurn(tenant: "placed.tenant_id", lane: "placed.lane"))
                              + (placed.place - 1) * interval '1 ms'
                FROM placed
                WHERE job.id = placed.id
                """
            )
            if count > 0 { tx.wake(.jobs) }
        }
    }

    /// Jobs whose worker has been silent for longer than a lease.
    private func lost() async throws -> [ClaimedJob] {
        try await database.cell { tx in
            try await tx.query(
                """
                SELECT id, worker, tenant_id, type, payload, attempt, max_attempts
                FROM cell.jobs
                WHERE state = 'running' AND lease_until < now()
                ORDER BY lease_until
                LIMIT 100
                """
            )
            .map(claimed)
        }
    }
}
