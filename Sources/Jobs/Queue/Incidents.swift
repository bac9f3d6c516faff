public import Database

/// Finds where an incident number stands in the database.
public struct Incidents: Sendable {
    private let database: Database

    public init(database: Database) { self.database = database }

    /// A line for each job and update that failed under the number.
    public func find(_ number: String) async throws -> [String] {
        var jobs: [Row] = []
        for cell in database.allCells { jobs += try await self.jobs(number, in: cell) }
        let updates = try await database.platform { tx in
            try await tx.query(
                """
                SELECT 'update ' || update_id || ' of bot ' || bot_id || ' is ' || state || ', received ' || received_at
                FROM platform.inbox
                WHERE incident = \(number)
                ORDER BY id
                """
            )
        }
        return try (jobs + updates).map { row -> String in try row.decode(String.self) }
    }

    private func jobs(_ number: String, in cell: Database) async throws -> [Row] {
        try await cell.cell { tx in
            try await tx.query(
                """
                SELECT 'job ' || id || ' ' || type || ' of tenant ' || tenant_id || ' is ' || state || ': ' || error
                FROM cell.jobs
                WHERE error LIKE '%' || \(number)::text || '%'
                ORDER BY id
                """
            )
        }
    }
}
