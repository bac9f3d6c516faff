import Database
import Foundation
import Kernel

/// All SQL of the queue.
struct JobStore: Sendable {
    let database: Database
    /// Who we are in the column `worker`: unique over all processes and all time.
    let worker: String

    /// Takes up to `limit` jobs whose turn it is; they are ours until the lease ends.
    func claim(_ lane: JobLane, limit: Int) async throws -> [ClaimedJob] {
        try await database.cell { tx in
            let rows = try await tx.query(
                """
                WITH turn AS (
                    SELECT id
                    FROM cell.jobs AS job
                    WHERE lane = \(lane)
                      AND state = 'waiting'
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
                RETURNING job.id, job.tenant_id, job.type, job.payload, job.attempt, job.max_attempts
                """
            )
            return try rows.map { row in
                let (id, tenant, type, payload, attempt, maxAttempts) = try row.decode(
                    Int64.self,
                    TenantID.self,
                    String.self,
                    String.self,
                    Int.self,
                    Int.self
                )
                return ClaimedJob(
                    id: id,
                    tenant: tenant,
                    type: type,
                    payload: payload,
                    attempt: attempt,
                    maxAttempts: maxAttempts
                )
            }
            .sorted { $0.id < $1.id }
        }
    }

    /// The row of a job in hand; no other statement ends a job, so nobody else's attempt is ever ended.
    private func held(_ job: ClaimedJob) -> SQL {
        "id = \(job.id) AND state = 'running' AND worker = \(worker) AND attempt = \(job.attempt)"
    }

    /// Ends a job together with the effects of a transaction; a lost lease rolls the transaction back.
    func finish(_ job: ClaimedJob, in transaction: some Transaction) {
        transaction.atClosing("DELETE FROM cell.jobs WHERE \(held(job))", mustAffect: 1)
        transaction.wake(.jobs)
    }

    func finish(_ job: ClaimedJob) async throws {
        try await database.cell { tx in finish(job, in: tx) }
    }

    /// Puts a job off; when its like waits already, that one does its work.
    func putOff(_ job: ClaimedJob, for delay: Duration, error: String?) async throws {
        try await database.cell { tx in
            try await tx.execute(
                """
                DELETE FROM cell.jobs AS job
                WHERE \(held(job))
                  AND EXISTS (SELECT FROM cell.jobs AS like_it
                              WHERE like_it.tenant_id = job.tenant_id AND like_it.type = job.type
                                AND like_it.key = job.key AND like_it.state IN ('waiting', 'later'))
                """
            )
            try await tx.execute(
                """
                UPDATE cell.jobs
                SET state = 'later', run_at = now() + \(delay.inSeconds) * interval '1 second',
                    error = \(error), worker = NULL, lease_until = NULL
                WHERE \(held(job))
                """
            )
        }
    }

    /// Gives a job back untried, as at a shutdown.
    func release(_ job: ClaimedJob) async throws {
        try await database.cell { tx in
            try await tx.execute(
                """
                UPDATE cell.jobs
                SET state = 'waiting', attempt = attempt - 1, worker = NULL, lease_until = NULL
                WHERE \(held(job))
                """
            )
            tx.wake(.jobs)
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

    /// Renews the lease of jobs in hand and gives those that are still ours.
    func renew(_ ids: [Int64]) async throws -> Set<Int64> {
        try await database.cell { tx in
            let rows = try await tx.query(
                """
                UPDATE cell.jobs SET lease_until = now() + \(jobLease.inSeconds) * interval '1 second'
                WHERE id = ANY(\(ids)) AND state = 'running' AND worker = \(worker)
                RETURNING id
                """
            )
            return Set(try rows.map { try $0.decode(Int64.self) })
        }
    }

    /// Brings back what was put off until now and what a lost worker held.
    func revive() async throws {
        try await database.cell { tx in
            let due = try await tx.execute(
                "UPDATE cell.jobs SET state = 'waiting' WHERE state = 'later' AND run_at <= now()"
            )
            // A lost worker's job may have a like that waits: then that one does its work.
            try await tx.execute(
                """
                DELETE FROM cell.jobs AS lost
                WHERE state = 'running' AND lease_until < now()
                  AND EXISTS (SELECT FROM cell.jobs AS like_it
                              WHERE like_it.tenant_id = lost.tenant_id AND like_it.type = lost.type
                                AND like_it.key = lost.key AND like_it.state IN ('waiting', 'later'))
                """
            )
            let lost = try await tx.execute(
                """
                UPDATE cell.jobs SET state = 'waiting', worker = NULL, lease_until = NULL, error = 'the worker was lost'
                WHERE state = 'running' AND lease_until < now()
                """
            )
            if due + lost > 0 { tx.wake(.jobs) }
        }
    }
}
