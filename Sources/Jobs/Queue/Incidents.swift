public import Database

/// Finds where an incident number stands in the database.
public struct Incidents: Sendable {
    private let database: Database
    /// Longer than a probe waits: nothing but a person stands in line, and the look goes through the whole queue.
    private let limit: Duration

    public init(database: Database, limit: Duration = .seconds(10)) {
        self.database = database
        self.limit = limit
    }

    /// A line for each job and update that failed under the number, and for each cell that could not be asked.
    public func find(_ number: String) async throws -> [String] {
        let answers = await database.askCells(within: limit) { cell in
            try await jobs(number, in: cell).map { try $0.decode(String.self) }
        }
        let lines = answers.flatMap { cell, answer -> [String] in
            switch answer {
            case .success(let lines): return lines
            case .failure(let error):
                let reason = (error as? DatabaseFault)?.description ?? "it failed"
                return ["cell \(cell.number) could not be asked: \(reason)"]
            }
        }
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
        return lines + (try updates.map { try $0.decode(String.self) })
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
