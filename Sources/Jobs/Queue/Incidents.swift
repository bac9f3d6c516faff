public import Database

/// Finds where an incident number stands in the database.
public struct Incidents: Sendable {
    private let database: Database

    public init(database: Database) { self.database = database }

    /// A line for each job and update that failed under the number, and for each cell that could not be asked.
    public func find(_ number: String) async throws -> [String] {
        let jobs = await withTaskGroup(of: (Int, [String]).self) { group in
            for cell in database.allCells { group.addTask { (cell.number, await lines(about: number, in: cell)) } }
            return await group.reduce(into: [(Int, [String])]()) { $0.append($1) }
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
        return jobs.sorted { $0.0 < $1.0 }.flatMap(\.1) + (try updates.map { try $0.decode(String.self) })
    }

    private func lines(about number: String, in cell: Database) async -> [String] {
        do {
            return try await jobs(number, in: cell).map { try $0.decode(String.self) }
        } catch {
            let reason = (error as? DatabaseFault)?.description ?? "it failed"
            return ["cell \(cell.number) could not be asked: \(reason)"]
        }
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
