import Kernel
import Support
import Synchronization
import Testing
import Wall

@testable import Database

/// What goes through Debian's PgBouncer in transaction mode.
struct PoolerTests {
    @Test func `a session through a pooler had none of the limits of one without`() async throws {
        let (test, pooled) = try await pooled()
        let question: SQL = """
            SELECT current_setting('statement_timeout'), current_setting('idle_in_transaction_session_timeout'),
                   current_setting('TimeZone'), current_setting('search_path'), current_setting('jit')
            """
        var answers: [[String]] = []
        for database in [test.database, pooled] {
            let rows = try await database.readCell { try await $0.query(question) }
            let row = try #require(rows.first).decode(
                String.self,
                String.self,
                String.self,
                String.self,
                String.self
            )
            answers.append([row.0, row.1, row.2, row.3, row.4])
        }
        #expect(answers == [["30s", "1min", "UTC", "ext", "off"], ["30s", "1min", "UTC", "ext", "off"]])
    }

    @Test func `transactions, readings and copies go through a pooler`() async throws {
        let (test, pooled) = try await pooled()
        let tenant = try await test.tenant()
        try await pooled.tenant(tenant) { tx in
            try await tx.execute("CREATE TABLE notes (id bigint, text text)")
            try await tx.copy(into: "notes (id, text)") { writer in
                for number in 1...5000 { try await writer.row(Int64(number), "note") }
            }
            var seen = 0
            for try await _ in try tx.stream("SELECT id FROM notes") { seen += 1 }
            #expect(seen == 5000)
            tx.atClosing("INSERT INTO cell.live VALUES (\(tenant), 'x', 1)")
        }
        let rows = try await pooled.read(tenant) { try await $0.query("SELECT count(*) FROM notes") }
        #expect(try #require(rows.first).decode(Int.self) == 5000)
    }

    @Test func `heartbeats and wake-ups go past the pooler`() async throws {
        let (_, pooled) = try await pooled()
        let question: SQL = "SELECT pg_backend_pid()"
        // A session of its own: the same backend every time, while through the pooler it is anybody's.
        let backends = try await (0..<5).asyncMap { _ in
            try await pooled.heartbeat { try #require(try await $0.query(question).first).decode(Int.self) }
        }
        #expect(Set(backends).count == 1)
        let ofPlatform = try await (0..<5).asyncMap { _ in
            try await pooled.platformHeartbeat { try #require(try await $0.query(question).first).decode(Int.self) }
        }
        #expect(Set(ofPlatform).count == 1 && ofPlatform.first != backends.first)
        let task = Task { await pooled.runWakeUps() }
        defer { task.cancel() }
        try await waitUntil("a session listens") {
            let rows = try await pooled.readCell {
                try await $0.query(
                    "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND pid <> pg_backend_pid()"
                )
            }
            return try #require(rows.first).decode(Int.self) > 0
        }
    }

    @Test func `what a tenant leaves in a session behind the pooler is nothing to who comes next`() async throws {
        let (test, pooled) = try await pooled()
        let (mine, neighbour) = (try await test.tenant(), try await test.tenant())
        for tenant in [mine, neighbour] {
            try await pooled.tenant(tenant) { tx in
                try await tx.execute("CREATE TABLE notes (owner bigint)")
                try await tx.execute("INSERT INTO notes VALUES (\(tenant.rawValue))")
                try await tx.execute(
                    "CREATE FUNCTION run(line text) RETURNS void LANGUAGE plpgsql AS 'BEGIN EXECUTE line; END'"
                )
            }
        }
        // On every session behind it: all are held at once.
        let inside = Count()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<5 {
                group.addTask {
                    try await pooled.tenant(mine) { tx in
                        try await tx.execute("SELECT run('PREPARE trap AS SELECT owner FROM notes')")
                        inside.add()
                        try await waitUntil("all sessions are held") { inside.value == 5 }
                        try await tx.execute("SELECT set_config('role', \(mine.schema), false)")
                        try await tx.execute("SELECT set_config('search_path', \(mine.schema), false)")
                    }
                }
            }
            try await group.waitForAll()
        }
        for _ in 0..<20 {
            #expect(try await pooled.cell { try await identity($0) } == ["zvonar_cell", "ext"])
            #expect(try await pooled.readCell { try await identity($0) } == ["zvonar_cell", "ext"])
            let rows = try await pooled.read(neighbour) { try await $0.query("SELECT owner FROM notes") }
            #expect(try #require(rows.first).decode(Int64.self) == neighbour.rawValue)
        }
        // A statement that was left prepared is planned anew for whoever executes it, here too.
        let rows = try await pooled.tenant(neighbour) { try await $0.query("EXECUTE trap") }
        #expect(try #require(rows.first).decode(Int64.self) == neighbour.rawValue)
    }

    /// 20,000 statements each way; deploy/wall asks a million.
    @Test func `twenty thousand statements both ways see no row of a neighbour`() async throws {
        let (test, pooled) = try await pooled()
        var tenants: [TenantID] = []
        for _ in 0..<20 { tenants.append(try await test.tenant()) }
        try await Wall.prepare(tenants, in: test.database)
        let ways = [Wall.Way("pool", test.database), Wall.Way("PgBouncer", pooled)]
        let wall = Wall(ways, tenants: tenants, workersPerWay: 4)
        let results = try await wall.run(statementsPerWay: 20_000, seed: 1)
        for (way, report) in results {
            #expect(report.violations.isEmpty, "\(way): \(report.violations.prefix(5))")
            #expect(report.statements >= 20_000)
            #expect(report.rows > 20_000)
            #expect(report.refusals > 0)
            #expect(report.cancellations > 0)
        }
        #expect(try await wall.leftovers(results.map(\.report)) == [])
    }

    @Test func `a leak that was planted is seen`() async throws {
        let (test, pooled) = try await pooled()
        let tenants = [try await test.tenant(), try await test.tenant(), try await test.tenant()]
        try await Wall.prepare(tenants, in: test.database)
        let ways = [Wall.Way("pool", test.database), Wall.Way("PgBouncer", pooled)]
        let wrongDoor = Wall(ways, tenants: tenants, workersPerWay: 1, leakEvery: 20)
        for (way, report) in try await wrongDoor.run(statementsPerWay: 600, seed: 2) {
            #expect(!report.violations.isEmpty, "\(way) saw nothing")
        }
        try test.runAsSuperuser(
            "INSERT INTO \(tenants[0].schema).wall_notes (owner, text) VALUES (0, 'not of this tenant')"
        )
        let strangeRow = Wall(ways, tenants: [tenants[0]], workersPerWay: 1)
        let results = try await strangeRow.run(statementsPerWay: 100, seed: 3)
        for (way, report) in results { #expect(!report.violations.isEmpty, "\(way) saw nothing") }
        #expect(try await strangeRow.leftovers(results.map(\.report)).isEmpty == false)
    }

    /// A database whose logins carry their settings, and the way to it through the pooler.
    private func pooled() async throws -> (TestDatabase, Database) {
        let test = try await TestDatabase.make()
        // Settings of a login in a database are not cloned with it.
        try await test.migrator.migrate()
        let database = Database(
            configuration: try TestPooler.shared().configuration(of: test),
            reactor: TestDatabase.reactor,
            logger: TestDatabase.logger
        )
        return (test, database)
    }
}

/// How many have come so far.
private final class Count: Sendable {
    private let number = Mutex(0)

    var value: Int { number.withLock { $0 } }

    func add() { number.withLock { $0 += 1 } }
}

extension Sequence {
    fileprivate func asyncMap<Value>(_ body: (Element) async throws -> Value) async rethrows -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await body(element)) }
        return values
    }
}
