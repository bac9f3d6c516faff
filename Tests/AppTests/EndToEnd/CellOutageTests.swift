import Database
import Foundation
import HTTP
import Jobs
import Kernel
import Support
import Telegram
import Testing

@testable import zvonar

/// People whose company lives in a cell that does not answer for a while.
struct CellOutageTests {
    @Test func `whose cell is down is told so and answered once when it is back, and the others notice nothing`()
        async throws
    {
        let cell = try await CellOfATest.make()
        defer { cell.close() }
        try await City.live(settings: cell.settings) { city in
            // The cell with the fewest companies takes the next.
            let ivan = try await city.sandbox.person("Иван")
            try await ivan.register("Автовыкуп")
            let olga = try await city.sandbox.person("Ольга")
            try await olga.register("Домашний Мир")
            #expect(try await cell.tenants().count == 1)
            // More of them than the bot has workers.
            var colleagues = try await Self.join(20, olga, in: city)
            let boss = colleagues.removeLast()
            let times = try await Self.openDigestTimes(boss)
            #expect(try await cell.digestTimes() == ["09:00:00"])
            let visitor = try Visitor()
            try await visitor.signIn(try await olga.panelLink())
            #expect(try await visitor.get(city.panel + "/calls").status == 200)
            try await Self.makeOldMark(in: city.test.database)

            try cell.setConnections(allowed: false)
            try await boss.press(times.button("18:00"), under: times)
            var questions: [(person: Person, question: Message)] = []
            for person in [olga] + colleagues {
                questions.append((person, try await person.write("кто требовал вернуть деньги?")))
            }
            let asked = try await ivan.write("кто требовал вернуть деньги?")
            try await ivan.wait(for: "an answer", after: asked.messageID) { $0.text?.contains(Self.answer) == true }
            for (person, question) in questions {
                try await person.wait(forText: "Данные вашей компании сейчас недоступны", after: question.messageID)
            }
            try await Self.expectUnavailable(visitor, in: city)
            try await Self.sweep(city)

            try cell.setConnections(allowed: true)
            for (person, question) in questions {
                try await person.wait(for: "an answer", after: question.messageID) {
                    $0.text?.contains(Self.answer) == true
                }
            }
            // What is chosen is told to both databases, or waits for both.
            try await boss.wait(for: "a confirmation", after: times.messageID) {
                $0.text?.contains("18:00") == true && $0.buttons.isEmpty
            }
            #expect(try await cell.digestTimes() == ["18:00:00"])
            // One word while it waited and one answer, nothing more.
            for (person, question) in questions {
                let said = try await person.messages().filter {
                    $0.messageID > question.messageID && $0.from?.isBot == true
                }
                #expect(said.count == 2, "\(said.compactMap(\.text))")
            }
            #expect(try await visitor.get(city.panel + "/calls").status == 200)
            #expect(try await Self.failedUpdates(city) == 0)
        }
    }

    private static let answer = "ничего похожего не нашлось"

    /// Makes people members of a person's company.
    private static func join(_ count: Int, _ owner: Person, in city: City) async throws -> [Person] {
        var people: [Person] = []
        for number in 1...count { people.append(try await city.sandbox.person("Сотрудник \(number)")) }
        for person in people { try await person.write("/start") }
        for person in people { try await person.wait(forText: "называется") }
        // A company of their own is what the bot offers to strangers; an invitation is another feature's.
        try city.test.runAsSuperuser(
            """
            WITH company AS (
                SELECT tenant FROM platform.memberships JOIN platform.accounts ON accounts.id = memberships.account
                WHERE telegram_id = \(owner.id)
            ), joined AS (
                INSERT INTO platform.memberships (tenant, account, role)
                SELECT company.tenant, accounts.id, 'owner' FROM company, platform.accounts
                WHERE telegram_id IN (\(people.map { "\($0.id)" }.joined(separator: ",")))
                RETURNING tenant, account
            )
            UPDATE platform.chats SET active_tenant = joined.tenant FROM joined WHERE chats.account = joined.account;
            DELETE FROM platform.dialogues
            """
        )
        return people
    }

    private static func openDigestTimes(_ person: Person) async throws -> Message {
        let asked = try await person.write("/start")
        let menu = try await person.wait(for: "the menu", after: asked.messageID) {
            $0.buttons.contains { $0.callbackData == "menu:time" }
        }
        try await person.press(try #require(menu.buttons.first { $0.callbackData == "menu:time" }), under: menu)
        return try await person.wait(for: "the times", after: menu.messageID) {
            $0.buttons.contains { $0.callbackData == "time:18:00" }
        }
    }

    private static func expectUnavailable(_ visitor: Visitor, in city: City) async throws {
        let page = try await visitor.get(city.panel + "/calls")
        #expect(page.status == 503)
        #expect(page.text.contains("Данные сейчас недоступны"), "\(page.text)")
        #expect(page.text.contains(/class="incident">[2-9A-Z]{8}</), "\(page.text)")
        let ready = try await Visitor().get(city.panel + "/ready")
        #expect(ready.status == 200 && ready.text.contains("degraded"), "\(ready.text)")
        #expect(ready.text.contains("too many connections"), "\(ready.text)")
    }

    /// The cell that answers is swept while the other does not.
    private static func sweep(_ city: City) async throws {
        let settings = try Settings(arguments: [], environment: city.environment, file: nil)
        let databases = settings.databases(TestDatabase.reactor, TestDatabase.logger)
        defer { databases.close() }
        let retention = Retention(database: databases, periods: settings.retention, logger: TestDatabase.logger)
        let fault = await #expect(throws: DatabaseFault.self) { try await retention.sweep() }
        #expect(fault?.isOutage == true)
        #expect(retention.counts.first { $0.kind == .updateMarks }?.count == 1)
        #expect(retention.lastSweep == nil)
    }

    private static func makeOldMark(in database: Database) async throws {
        try await database.cell { tx in
            try await tx.execute(
                """
                INSERT INTO cell.handled_updates (bot_id, update_id, handled_at) VALUES (1, 1, now() - interval '1 year')
                """
            )
        }
    }

    private static func failedUpdates(_ city: City) async throws -> Int {
        let rows = try await city.test.database.platform {
            try await $0.query("SELECT count(*) FROM platform.inbox WHERE state = 'failed'")
        }
        return try #require(rows.first).decode(Int.self)
    }
}

/// Another database of the test's server in which companies are made beside the first.
struct CellOfATest: Sendable {
    let configuration: DatabaseConfiguration
    private let database: Database

    static func make() async throws -> CellOfATest {
        let configuration = try await TestDatabase.bare()
        // What `zvonar migrate` does for the cell.
        let database = Database(
            configuration: configuration,
            cells: [:],
            number: 2,
            reactor: TestDatabase.reactor,
            logger: TestDatabase.logger
        )
        let folder = try MigrationFolder(TestDatabase.root.appending(path: "Migrations"))
        try await Migrator(database: database, folder: folder).migrate()
        return CellOfATest(configuration: configuration, database: database)
    }

    var settings: [String: String] {
        let address =
            "postgresql:///\(configuration.address.name)?host=\(configuration.host)&port=\(configuration.port)"
        return ["ZVONAR_CELLS": "2", "ZVONAR_CELL_2_URL": address, "ZVONAR_CELLS_FOR_NEW": "1,2"]
    }

    func tenants() async throws -> [TenantID] {
        try await database.cell { tx in
            try await tx.query("SELECT tenant_id FROM cell.tenants").map { try $0.decode(TenantID.self) }
        }
    }

    func digestTimes() async throws -> [String] {
        try await database.cell { tx in
            try await tx.query("SELECT local_time::text FROM cell.schedule").map { try $0.decode(String.self) }
        }
    }

    func calls(of tenant: TenantID) async throws -> Int {
        let rows = try await database.tenant(tenant) { try await $0.query("SELECT count(*) FROM calls") }
        return try #require(rows.first).decode(Int.self)
    }

    /// Cuts all connections and refuses new ones, or lets them in again.
    func setConnections(allowed: Bool) throws {
        let server = try TestPostgres.shared()
        let name = configuration.address.name
        try server.runAsSuperuser("ALTER DATABASE \(name) CONNECTION LIMIT \(allowed ? -1 : 0)")
        guard !allowed else { return }
        try server.runAsSuperuser("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '\(name)'")
    }

    func close() { database.close() }
}
