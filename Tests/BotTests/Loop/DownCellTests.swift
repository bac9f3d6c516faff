import Accounts
import Database
import Foundation
import Jobs
import Kernel
import Support
import Telegram
import Testing

@testable import Bot
@testable import TelegramSandbox

/// A bot that companies of several cells share, while one of these is away.
@Suite(.serialized) struct DownCellTests {
    @Test func `people of a cell that was down kept all others waiting`() async throws {
        let second = try await TestDatabase.bare()
        try await Self.migrate(second)
        try await Stage.build(cells: [2: second], retryDelay: .seconds(1)) { stage in
            // More of them than there are workers.
            let people = try await Self.colleagues(10, stage)
            try Self.setConnections(to: second, allowed: false)
            for person in people {
                try await person.write("кто просил скидку?")
                try await person.write("а рассрочку?")
            }
            try await stage.running {
                let waiting: SQL = "SELECT count(*) FROM platform.inbox WHERE attempt > 0 AND state = 'new'"
                try await waitUntil("all have tried") { try await stage.numbers(waiting) == [people.count] }
                let boris = try await stage.person("Борис")
                try await boris.write("/start")
                try await boris.waits(for: "Как называется")
                #expect(try await stage.numbers(waiting) == [people.count])
                try Self.setConnections(to: second, allowed: true)
                try await stage.untilStates(are: ["handled"])
                for person in people {
                    #expect(try await person.waits(forTexts: 3).count { $0 == "Ищу…" } == 2)
                }
            }
        }
    }

    @Test func `a cell that let its callers wait kept the messages of all others back`() async throws {
        try await withLoopbackServer({ $0.waitForEnd() }) { silent in
            var address = DatabaseConfiguration(host: "127.0.0.1", port: silent.port, name: "silent", passwords: [:])
            address.passwords = [.owner: "", .platform: "", .cell: ""]
            address.connectTimeout = .seconds(120)
            let away = Database(
                configuration: address,
                cells: [:],
                number: 2,
                reactor: TestDatabase.reactor,
                logger: TestDatabase.logger
            )
            defer { away.close() }
            try await Stage.build { stage in
                let anna = try await stage.running { try await stage.owner() }
                for number in 1...3 { try await stage.say("Письмо \(number)", slot: nil, to: anna) }
                let budget = OutboxBudget(senders: 2)
                let outbox = Outbox(database: stage.database, bot: stage.bot, epoch: 1000)
                try await outbox.recover()
                try await withThrowingTaskGroup(of: Void.self) { group in
                    let waiting = stage.sender(of: Outbox(database: away, bot: stage.bot, epoch: 1000), away, budget)
                    group.addTask { await waiting.run() }
                    try await waitUntil("the silent cell is asked") { silent.connections > 0 }
                    let working = stage.sender(of: outbox, stage.database, budget)
                    group.addTask { await working.run() }
                    try await anna.waits(for: "Письмо 3")
                    group.cancelAll()
                    silent.stop()
                    try await group.waitForAll()
                }
            }
        }
    }

    @Test func `the hour of a digest was said to be changed while its cell could not change it`() async throws {
        try await Stage.build { stage in
            let anna = try await stage.running { try await stage.owner() }
            let hours: SQL = "SELECT extract(hour FROM digest_time)::bigint FROM platform.tenants"
            try await stage.running {
                try await anna.write("/start")
                try await anna.press("menu:time", under: try await anna.waits(for: "Здравствуйте, Анна. Компания"))
                let times = try await anna.waits(for: "Когда присылать")
                try stage.test.runAsSuperuser("ALTER TABLE cell.schedule RENAME TO schedule_away")
                try await anna.press("time:18:00", under: times)
                try await anna.waits(for: "Что-то сломалось")
                #expect(try await stage.numbers(hours) == [9])
                try stage.test.runAsSuperuser("ALTER TABLE cell.schedule_away RENAME TO schedule")
                try await anna.press("time:18:00", under: times)
                try await anna.waits(for: "18:00")
            }
            #expect(try await stage.numbers(hours) == [18])
            #expect(try await stage.cellTexts("SELECT left(local_time::text, 5) FROM cell.schedule") == ["18:00"])
        }
    }

    /// What `zvonar migrate` does for a cell.
    private static func migrate(_ configuration: DatabaseConfiguration) async throws {
        let cell = Database(
            configuration: configuration,
            cells: [:],
            number: 2,
            reactor: TestDatabase.reactor,
            logger: TestDatabase.logger
        )
        defer { cell.close() }
        try await Migrator(database: cell, folder: MigrationFolder(TestDatabase.root.appending(path: "Migrations")))
            .migrate()
    }

    /// People who are members of one company in the second cell.
    private static func colleagues(_ count: Int, _ stage: Stage) async throws -> [Person] {
        var people: [Person] = []
        for number in 1...count { people.append(try await stage.person("Анна \(number)")) }
        for person in people { try await person.write("/start") }
        try await stage.running {
            for person in people { try await person.waits(for: "Как называется") }
            try await stage.untilStates(are: ["handled"])
        }
        let rows = try await stage.database.platform { tx in
            try await tx.query(
                """
                INSERT INTO platform.tenants (name, zone, language, state, cell)
                VALUES ('Ромашка', 'Europe/Moscow', 'ru', 'ready', 2)
                RETURNING id
                """
            )
        }
        let tenant = try #require(rows.first).decode(TenantID.self)
        let folder = try MigrationFolder(TestDatabase.root.appending(path: "Migrations"))
        try await Migrator(database: stage.database, folder: folder).provision(tenant)
        try stage.test.runAsSuperuser(
            """
            DELETE FROM platform.dialogues;
            INSERT INTO platform.memberships (tenant, account, role) SELECT \(tenant), id, 'operator' FROM platform.accounts;
            UPDATE platform.chats SET active_tenant = \(tenant)
            """
        )
        return people
    }

    /// Cuts all connections to a database and refuses new ones, or lets them in again.
    private static func setConnections(to cell: DatabaseConfiguration, allowed: Bool) throws {
        let server = try TestPostgres.shared()
        let name = cell.address.name
        try server.runAsSuperuser("ALTER DATABASE \(name) CONNECTION LIMIT \(allowed ? -1 : 0)")
        guard !allowed else { return }
        try server.runAsSuperuser("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '\(name)'")
    }
}

extension Stage {
    fileprivate func sender(of outbox: Outbox, _ cell: Database, _ budget: OutboxBudget) -> OutboxSender {
        OutboxSender(
            outbox: outbox,
            wakeUps: { cell.wakeUps(on: .outbox) },
            client: TelegramClient(http: http, token: token, address: parts.telegramAddress),
            budget: budget,
            logger: TestDatabase.logger,
            chatIsClosed: { _ in },
            badToken: { _ in }
        )
    }
}
