import Database
import Foundation
import Kernel
import Support
import Testing

@testable import Jobs

/// Work beside a cell that is away or is not set.
struct CellsTests {
    private static let nowhere = DatabaseConfiguration(
        host: "/nowhere",
        port: 5432,
        name: "nowhere",
        passwords: [.owner: "", .platform: "", .cell: ""]
    )

    private static func database(_ test: TestDatabase, cells: [Int: DatabaseConfiguration]) -> Database {
        Database(
            configuration: test.configuration,
            cells: cells,
            reactor: TestDatabase.reactor,
            logger: TestDatabase.logger
        )
    }

    /// A company of a third cell.
    private static func lost(_ test: TestDatabase) throws -> TenantID {
        let tenant = TestDatabase.tenantNumber()
        try test.runAsSuperuser(
            """
            INSERT INTO platform.tenants (id, name, zone, language, state, cell) OVERRIDING SYSTEM VALUE
            VALUES (\(tenant), 'Ромашка', 'Europe/Moscow', 'ru', 'ready', 3)
            """
        )
        return tenant
    }

    @Test(arguments: [0, 1])
    func `a cell that was taken out of the settings was no reason to wait`(others: Int) async throws {
        let test = try await TestDatabase.make()
        let tenant = try Self.lost(test)
        let database = Self.database(test, cells: others == 0 ? [:] : [2: Self.nowhere])
        defer { database.close() }
        do {
            try await database.tenant(tenant) { _ = try await $0.query("SELECT 1") }
            Issue.record("the company is not here")
        } catch let fault as DatabaseFault {
            #expect(fault.isPassing)
            #expect(fault.description == "the cell 3 is not set: ZVONAR_CELLS")
        }
    }

    @Test func `the page of a company without its cell stopped all live pages`() async throws {
        let test = try await TestDatabase.make()
        let database = Self.database(test, cells: [2: Self.nowhere])
        defer { database.close() }
        let (lost, tenant) = (try Self.lost(test), try await test.tenant())
        let topic = LiveTopic("calls")
        let feed = LiveFeed(database: database, logger: TestDatabase.logger)
        let running = Task { await feed.run() }
        defer { running.cancel() }
        let waiting = feed.follow([topic: 0], of: lost)
        let changes = feed.follow([topic: 0], of: tenant)
        try await database.tenant(tenant) { $0.touch(topic) }
        let signal = Signal<LiveFeed.Numbers>()
        let telling = Task { for await numbers in changes { signal.send(numbers) } }
        defer { telling.cancel() }
        #expect(Array(try await signal.next().keys) == [topic])
        withExtendedLifetime(waiting) {}
    }

    @Test func `an incident was not found while one cell was away`() async throws {
        let test = try await TestDatabase.make()
        let database = Self.database(test, cells: [2: Self.nowhere])
        defer { database.close() }
        let tenant = try await test.tenant()
        try await test.database.tenant(tenant) { try $0.enqueue(World.count, Number(value: 1)) }
        try test.runAsSuperuser("UPDATE cell.jobs SET error = 'it broke (incident K7M2Q9XA)'")
        let lines = try await Incidents(database: database).find("K7M2Q9XA")
        #expect(lines.count == 2)
        #expect(lines.first?.contains("test.count of tenant \(tenant)") == true)
        #expect(lines.last?.hasPrefix("cell 2 could not be asked: PostgreSQL cannot be reached") == true)
    }

    @Test func `an incident was looked for as long as a silent cell let one wait`() async throws {
        try await withLoopbackServer({ $0.waitForEnd() }) { silent in
            let test = try await TestDatabase.make()
            var address = Self.nowhere
            (address.host, address.port, address.connectTimeout) = ("127.0.0.1", silent.port, .seconds(600))
            let database = Self.database(test, cells: [2: address])
            defer { database.close() }
            let incidents = Incidents(database: database, limit: .seconds(5))
            let lines = try await withDeadline(.seconds(60)) { try await incidents.find("K7M2Q9XA") }
            #expect(lines == ["cell 2 could not be asked: PostgreSQL did not answer in time"])
        }
    }
}
