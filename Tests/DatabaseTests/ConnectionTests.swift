import Database
import Foundation
import Kernel
import Support
import Testing

struct ConnectionTests {
    @Test func `connections that the server has closed are replaced unnoticed`() async throws {
        let test = try await TestDatabase.make()
        let tenant = try await test.tenant()
        try await test.database.tenant(tenant) { try await $0.execute("CREATE TABLE notes (id bigint)") }
        for number in 1...5 {
            try test.runAsSuperuser(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '\(test.name)' AND pid <> pg_backend_pid()"
            )
            try await test.database.tenant(tenant) { try await $0.execute("INSERT INTO notes VALUES (\(number))") }
        }
        let rows = try await test.database.tenant(tenant) { try await $0.query("SELECT count(*) FROM notes") }
        #expect(try #require(rows.first).decode(Int.self) == 5)
    }

    @Test func `a cancelled task ends its statement at once and leaves the pool whole`() async throws {
        let test = try await TestDatabase.make()
        let task = Task { try await test.database.cell { try await $0.query("SELECT pg_sleep(25)") } }
        try await waitUntil { try await running("pg_sleep(25)", in: test) == 1 }
        task.cancel()
        await #expect(throws: (any Error).self) { _ = try await task.value }
        try await waitUntil { try await running("pg_sleep(25)", in: test) == 0 }
        let rows = try await test.database.cell { try await $0.query("SELECT 1") }
        #expect(rows.count == 1)
    }

    @Test(arguments: [0, 1])
    func `a cancelled task closed a healthy connection`(statementsBefore: Int) async throws {
        let test = try await TestDatabase.make()
        var configuration = test.configuration
        configuration.poolSize = 1
        let database = Database(
            configuration: configuration,
            reactor: TestDatabase.reactor,
            logger: TestDatabase.logger
        )
        let backend = try await backend(of: database)
        let task = Task {
            try await database.cell { tx in
                for _ in 0..<statementsBefore { _ = try await tx.query("SELECT 1") }
                withUnsafeCurrentTask { $0?.cancel() }
                _ = try await tx.query("SELECT 2")
            }
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(try await self.backend(of: database) == backend)
    }

    private func backend(of database: Database) async throws -> Int {
        let rows = try await database.cell { try await $0.query("SELECT pg_backend_pid()") }
        return try #require(rows.first).decode(Int.self)
    }

    @Test func `a commit without an answer in time was taken for one that had not happened`() async throws {
        let test = try await TestDatabase.make()
        var configuration = test.configuration
        configuration.statementTimeout = .seconds(1)
        let database = Database(
            configuration: configuration,
            reactor: TestDatabase.reactor,
            logger: TestDatabase.logger
        )
        try test.runAsSuperuser(
            """
            CREATE FUNCTION cell.linger() RETURNS trigger LANGUAGE plpgsql
            AS 'BEGIN PERFORM pg_sleep(20); RETURN NULL; END';
            CREATE CONSTRAINT TRIGGER linger AFTER INSERT ON cell.live DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION cell.linger()
            """
        )
        let fault = await #expect(throws: DatabaseFault.self) {
            try await database.cell { tx in
                // The server's own limit is lifted, so it is ours that ends the wait.
                try await tx.execute("SELECT set_config('statement_timeout', '0', true)")
                try await tx.execute("INSERT INTO cell.live VALUES (1, 'calls', 1)")
            }
        }
        guard case .commitUncertain? = fault else { return #expect(Bool(false), "\(String(describing: fault))") }
    }

    @Test func `a statement over the limit ends with a passing fault`() async throws {
        let test = try await TestDatabase.make()
        var configuration = test.configuration
        configuration.statementTimeout = .seconds(1)
        let database = Database(
            configuration: configuration,
            reactor: TestDatabase.reactor,
            logger: TestDatabase.logger
        )
        let fault = await #expect(throws: DatabaseFault.self) {
            try await database.cell { _ = try await $0.query("SELECT pg_sleep(20)") }
        }
        #expect(fault?.isPassing == true)
    }

    @Test func `who finds no free connection in time is told so`() async throws {
        let test = try await TestDatabase.make()
        var configuration = test.configuration
        configuration.poolSize = 1
        configuration.checkoutTimeout = .milliseconds(100)
        let database = Database(
            configuration: configuration,
            reactor: TestDatabase.reactor,
            logger: TestDatabase.logger
        )
        let fault = await #expect(throws: DatabaseFault.self) {
            try await database.cell { tx in
                _ = try await tx.query("SELECT 1")
                try await database.cell { _ = try await $0.query("SELECT 1") }
            }
        }
        guard case .poolExhausted? = fault else { return #expect(Bool(false), "\(String(describing: fault))") }
        #expect(try await database.cell { try await $0.query("SELECT 1") }.count == 1)
    }

    @Test func `an unreachable server is said to be so`() async throws {
        var configuration = try await TestDatabase.make().configuration
        configuration.host = "/tmp/zvonar-no-such-folder"
        let database = Database(
            configuration: configuration,
            reactor: TestDatabase.reactor,
            logger: TestDatabase.logger
        )
        let fault = await #expect(throws: DatabaseFault.self) {
            try await database.cell { try await $0.query("SELECT 1") }
        }
        guard case .unreachable? = fault else { return #expect(Bool(false), "\(String(describing: fault))") }
    }

    @Test func `many more tasks than connections are all served`() async throws {
        let test = try await TestDatabase.make()
        let sum = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 1...500 {
                group.addTask {
                    try await test.database.cell { tx in
                        try #require(try await tx.query("SELECT \(number)").first).decode(Int.self)
                    }
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(sum == 125_250)
        #expect(test.database.connectionCounts.allSatisfy { $0.lent == 0 && $0.idle <= 10 })
    }

    @Test func `a changed table is noticed by statements that were prepared before`() async throws {
        let test = try await TestDatabase.make()
        let tenant = try await test.tenant()
        try await test.database.tenant(tenant) { try await $0.execute("CREATE TABLE notes (id bigint)") }
        let all: SQL = "SELECT * FROM notes"
        _ = try await test.database.tenant(tenant) { try await $0.query(all) }
        try await test.database.tenant(tenant) { try await $0.execute("ALTER TABLE notes ADD COLUMN text text") }
        let rows = try await test.database.tenant(tenant) { tx in
            try await tx.execute("INSERT INTO notes VALUES (1, 'a')")
            return try await tx.query(all)
        }
        #expect(try #require(rows.first).decode(Int.self, String.self) == (1, "a"))
    }

    @Test func `a wake-up reaches another process`() async throws {
        let test = try await TestDatabase.make()
        let other = Database(
            configuration: test.configuration,
            reactor: TestDatabase.reactor,
            logger: TestDatabase.logger
        )
        let tasks = [Task { await test.database.runWakeUps() }, Task { await other.runWakeUps() }]
        defer { tasks.forEach { $0.cancel() } }
        try await waitUntil { try await running("LISTEN", in: test) == 2 }
        // Without the notification the follower would be woken by the clock, once a second.
        var wakeUps = 0
        let startedAt = ContinuousClock.now
        for await _ in other.wakeUps(on: .quickJobs) {
            wakeUps += 1
            if wakeUps == 20 { break }
            try await test.database.cell { $0.wake(.quickJobs) }
        }
        #expect(wakeUps == 20)
        #expect(ContinuousClock.now - startedAt < .seconds(19))
    }

    private func running(_ statement: String, in test: TestDatabase) async throws -> Int {
        // As the login that runs it, since the statements of others are hidden.
        let rows = try await test.database.cell { tx in
            try await tx.query(
                """
                SELECT count(*) FROM pg_stat_activity
                WHERE datname = \(test.name) AND query LIKE \("%\(statement)%") AND pid <> pg_backend_pid()
                """
            )
        }
        return try #require(rows.first).decode(Int.self)
    }
}
