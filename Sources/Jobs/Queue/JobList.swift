public import Database
public import Foundation
public import Kernel

/// A job as an administrator sees it.
public struct JobSummary: Sendable {
    public let id: Int64
    public let tenant: TenantID
    public let type: String
    public let state: String
    public let attempt: Int
    public let runAt: Date
    public let error: String?
}

/// Looks into the queue from outside and puts the dead back into it.
public struct JobList: Sendable {
    private let database: Database

    public init(database: Database) { self.database = database }

    /// Jobs in a state (all when nil), oldest first.
    public func all(state: String? = nil, limit: Int = 100) async throws -> [JobSummary] {
        try await database.cell { tx in
            let rows = try await tx.query(
                """
                SELECT id, tenant_id, type, state, attempt, run_at, error
                FROM cell.jobs
                WHERE state = coalesce(\(state), state)
                ORDER BY id
                LIMIT \(limit)
                """
            )
            return try rows.map { row in
                let (id, tenant, type, state, attempt, runAt, error) = try row.decode(
                    Int64.self,
                    TenantID.self,
                    String.self,
                    String.self,
                    Int.self,
                    Date.self,
                    String?.self
                )
                return JobSummary(
                    id: id,
                    tenant: tenant,
                    type: type,
                    state: state,
                    attempt: attempt,
                    runAt: runAt,
                    error: error
                )
            }
        }
    }

    /// Puts a dead job back; false when there is none, or its like waits already.
    public func retry(_ id: Int64) async throws -> Bool {
        do {
            return try await putBack(id)
        } catch  where error.isUniqueViolation() {
            // Its like came while we looked.
            return false
        }
    }

    private func putBack(_ id: Int64) async throws -> Bool {
        try await database.cell(.usesIndexes) { tx in
            let rows = try await tx.query(
                """
                UPDATE cell.jobs AS job
                SET state = 'waiting', dead_at = NULL, attempt = 0, run_at = now(), error = NULL,
                    turn = \(newTurn(tenant: "job.tenant_id", lane: "job.lane"))
                WHERE id = \(id) AND state = 'dead'
                  AND NOT EXISTS (SELECT FROM cell.jobs AS like_it
                                  WHERE like_it.tenant_id = job.tenant_id AND like_it.type = job.type
                                    AND like_it.key = job.key AND like_it.state IN ('waiting', 'later'))
                RETURNING lane
                """
            )
            for row in rows { JobLane(rawValue: try row.decode(String.self)).map { tx.wake($0.channel) } }
            return !rows.isEmpty
        }
    }

    /// The place of a waiting job among those of its type, over all companies: 1 for the next; nil when it does not wait.
    ///
    /// Those in work count, and of those that wait all whose turn is before its own. So it is never the sum of what others
    /// have brought: of each company only as many stand before it as it has jobs of its own before it. It rises only
    /// when a company comes that has fewer waiting, and by one.
    public func position<Payload>(of type: JobType<Payload>, key: String, tenant: TenantID) async throws -> Int? {
        try await database.cell(.usesIndexes) { tx in
            let rows = try await tx.query(
                """
                WITH mine AS (
                    SELECT id, turn
                    FROM cell.jobs
                    WHERE tenant_id = \(tenant) AND type = \(type.name) AND key = \(key) AND key IS NOT NULL AND state = 'waiting'
                )
                SELECT (SELECT count(*) FROM cell.jobs AS other
                        WHERE other.lane = \(type.lane) AND other.state = 'waiting' AND other.id > 0 AND other.type = \(type.name)
                          AND (other.turn, other.id) < (mine.turn, mine.id))
                     + (SELECT count(*) FROM cell.jobs WHERE state = 'running' AND type = \(type.name)) + 1
                FROM mine
                """
            )
            return try rows.first?.decode(Int.self)
        }
    }

    /// The place that a job of the type would get if the tenant brought it now, see `position`.
    public func position<Payload>(ofNext type: JobType<Payload>, tenant: TenantID) async throws -> Int {
        try await database.cell(.usesIndexes) { tx in
            let rows = try await tx.query(
                """
                SELECT (SELECT count(*) FROM cell.jobs AS other
                        WHERE other.lane = \(type.lane) AND other.state = 'waiting' AND other.id > 0
                          AND other.type = \(type.name)
                          AND other.turn <= \(newTurn(tenant: "\(tenant)", lane: "\(type.lane)")))
                     + (SELECT count(*) FROM cell.jobs WHERE state = 'running' AND type = \(type.name)) + 1
                """
            )
            return try rows.first?.decode(Int.self) ?? 1
        }
    }

    /// Jobs by lane and state, for the metrics.
    public func depths() async throws -> [(lane: String, state: String, count: Int)] {
        try await database.cell { tx in
            try await tx.query("SELECT lane, state, count(*) FROM cell.jobs GROUP BY 1, 2 ORDER BY 1, 2")
                .map { try $0.decode(String.self, String.self, Int.self) }
        }
    }
}
