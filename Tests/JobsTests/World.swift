import Database
import Foundation
import Jobs
import Kernel
import Logging
import Support
import Synchronization
import Testing

struct Number: Codable, Sendable, Equatable {
    let value: Int
}

/// A database with one tenant and a worker.
struct World: Sendable {
    let test: TestDatabase
    let tenant: TenantID
    let runner: JobRunner
    let seen = Seen()
    private let silent: Logger

    static let count = JobType<Number>("test.count")

    var database: Database { test.database }

    init() async throws {
        test = try await TestDatabase.make()
        tenant = try await test.tenant()
        var silent = Logger(label: "test")
        silent.logLevel = .critical
        self.silent = silent
        runner = JobRunner(database: test.database, workers: [.quick: 8, .heavy: 1], logger: silent)
        try await test.database.tenant(tenant) { try await $0.execute("CREATE TABLE notes (id bigint)") }
    }

    /// A worker of another process, or of this one on a database with other limits.
    func otherRunner(on database: Database? = nil) -> JobRunner {
        JobRunner(database: database ?? self.database, workers: [.quick: 2], logger: silent)
    }

    /// Runs `body` while a worker works, then stops it as a shutdown does.
    func running(_ other: JobRunner? = nil, _ body: () async throws -> Void) async throws {
        let runner = other ?? runner
        let task = Task { await runner.run() }
        defer { task.cancel() }
        try await body()
        task.cancel()
        await task.value
    }

    func enqueue(_ value: Int, key: String? = nil) async throws {
        try await database.tenant(tenant) { try $0.enqueue(Self.count, Number(value: value), key: key) }
    }

    /// Adds many waiting jobs, without a transaction for each.
    func fill(_ count: Int) throws {
        try test.runAsSuperuser(
            """
            INSERT INTO cell.jobs (tenant_id, type, lane, payload, key, max_attempts, turn)
            SELECT \(tenant), 'test.count', 'quick', '{"value":1}', 'key ' || number, 20,
                   number + (SELECT turn FROM cell.lanes WHERE lane = 'quick')
            FROM generate_series(1, \(count)) AS number
            """
        )
    }

    /// What a kill leaves: running jobs whose leases are not renewed.
    func loseWorker(attempt: Int) async throws {
        try await database.cell {
            try await $0.execute(
                """
                UPDATE cell.jobs SET state = 'running', worker = 'gone', attempt = \(attempt),
                       lease_until = now() - interval '1 second'
                """
            )
        }
    }

    /// What was put off is due.
    func letTimePass() async throws {
        try await database.cell { try await $0.execute("UPDATE cell.jobs SET run_at = now() WHERE state = 'later'") }
    }

    /// How many jobs of the database that `sql` counts.
    func number(_ sql: SQL) async throws -> Int {
        try #require(try await database.cell { try await $0.query(sql) }.first).decode(Int.self)
    }

    /// How the server would run a statement of the cell, as the queue has its statements run.
    func plan(_ sql: SQL) async throws -> String {
        try await database.cell(.usesIndexes) { try await $0.query("EXPLAIN \(sql)") }
            .map { try $0.decode(String.self) }.joined(separator: "\n")
    }

    /// Statements in this database that wait for a lock.
    func blocked() async throws -> Int {
        try await number(
            """
            SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock'
            """
        )
    }

    func jobs() async throws -> [String] {
        try await JobList(database: database).all().map { "\($0.type) \($0.state) \($0.attempt)" }.sorted()
    }

    func positionInQueue(of tenant: TenantID) async throws -> Int {
        try await number(
            """
            SELECT count(*) FROM cell.jobs
            WHERE turn < (SELECT turn FROM cell.jobs WHERE tenant_id = \(tenant))
            """
        )
    }

    func notes() async throws -> Int {
        let rows = try await database.tenant(tenant) { try await $0.query("SELECT count(*) FROM notes") }
        return try #require(rows.first).decode(Int.self)
    }
}

/// What the jobs of a test have said, in order.
final class Seen: Sendable {
    private let words = Mutex<[String]>([])

    var all: [String] { words.withLock { $0 } }
    var count: Int { all.count }

    func append(_ word: String) { words.withLock { $0.append(word) } }
}
