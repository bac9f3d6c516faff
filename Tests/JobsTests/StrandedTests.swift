import Database
import Kernel
import Support
import Testing

@testable import Jobs

extension TestDatabase {
    /// A bot as the platform knows it.
    func addBot(_ number: Int, stopped: String? = nil) throws {
        let reason = stopped.map { "'\($0)'" } ?? "NULL"
        try runAsSuperuser(
            "INSERT INTO platform.bots (id, token_sealed, stopped) VALUES (\(number), '', \(reason))"
        )
    }

    fileprivate func texts(_ sql: SQL, in place: OutboxPlace = .platform) async throws -> [String] {
        let rows =
            place == .cell
            ? try await database.cell { try await $0.query(sql) }
            : try await database.platform { try await $0.query(sql) }
        return try rows.map { try $0.decode(String.self) }
    }
}

/// What nothing ended by itself.
struct StrandedTests {
    private let periods = RetentionPeriods(updatesDays: 7, messagesDays: 30, failuresDays: 90)

    private func sweep(_ test: TestDatabase) async throws {
        try await Retention(database: test.database, periods: periods, logger: TestDatabase.logger).sweep()
    }

    /// One running bot, one that stands still, one that is gone, each with something old and something young.
    private static let bots = "(VALUES (100), (101), (102)) AS bot (id), (VALUES (2), (20), (30)) AS age (hours)"

    private func withBots() async throws -> TestDatabase {
        let test = try await TestDatabase.make()
        try test.addBot(100)
        try test.addBot(101, stopped: "by hand")
        return test
    }

    @Test(arguments: OutboxPlace.allCases)
    func `messages of a bot that is gone or stands still waited for ever and would have gone out months later`(
        place: OutboxPlace
    ) async throws {
        let test = try await withBots()
        let table = place == .cell ? "cell.outbox" : "platform.outbox"
        try test.runAsSuperuser(
            """
            INSERT INTO \(table) (bot_id, chat_id, rank, method, parameters, state, created_at,
                                 file_field, file_name, file_bytes)
            SELECT bot.id, 1, 0, 'sendVoice', '{}', CASE age.hours WHEN 30 THEN 'pending' ELSE kind.state END,
                   now() - make_interval(hours => age.hours + 5), 'voice', 'a.ogg', '\\x00'
            FROM \(Self.bots), (VALUES ('pending'), ('sending')) AS kind (state)
            WHERE age.hours > 2
            """
        )
        try await sweep(test)
        let left = try await test.texts(
            """
            SELECT bot_id || ' ' || state || ' ' || (file_bytes IS NULL) || ' ' || count(*)
            FROM \(place.table) GROUP BY bot_id, state, file_bytes IS NULL ORDER BY 1
            """,
            in: place
        )
        // 25 and 35 hours old: over a day, all of them.
        #expect(
            left == [
                "100 pending false 3", "100 sending false 1", "101 ambiguous true 1", "101 refused true 3",
                "102 ambiguous true 1", "102 refused true 3",
            ]
        )
    }

    @Test func `a bot that has been stopped for less than a day loses nothing`() async throws {
        let test = try await withBots()
        try test.runAsSuperuser(
            """
            INSERT INTO cell.outbox (bot_id, chat_id, rank, method, parameters, created_at)
            SELECT bot.id, 1, 0, 'sendMessage', '{}', now() - make_interval(hours => age.hours)
            FROM \(Self.bots) WHERE age.hours < 24
            """
        )
        try await sweep(test)
        #expect(try await test.texts("SELECT DISTINCT state FROM cell.outbox", in: .cell) == ["pending"])
    }

    @Test func `updates of a bot that is gone waited for ever`() async throws {
        let test = try await withBots()
        try test.runAsSuperuser(
            """
            INSERT INTO platform.inbox (bot_id, update_id, payload, received_at)
            SELECT bot.id, age.hours, '{}', now() - make_interval(hours => age.hours) FROM \(Self.bots)
            """
        )
        try await sweep(test)
        let ended = try await test.texts(
            "SELECT bot_id || ' ' || update_id FROM platform.inbox WHERE state = 'failed' AND handled_at IS NOT NULL"
        )
        #expect(ended == ["102 30"])
    }

    @Test func `what waits for a bot that stands still raised an alarm for ever`() async throws {
        let test = try await withBots()
        let message = "(bot_id, chat_id, rank, method, parameters) SELECT bot.id, 1, 0, 'sendMessage', '{}'"
        try test.runAsSuperuser(
            """
            INSERT INTO platform.inbox (bot_id, update_id, payload) SELECT bot.id, age.hours, '{}' FROM \(Self.bots);
            INSERT INTO platform.outbox \(message) FROM \(Self.bots);
            INSERT INTO cell.outbox \(message) FROM \(Self.bots);
            """
        )
        let gauges = WorkGauges(database: test.database)
        let running = try await Bots(database: test.database).running()
        #expect(running == [BotID(100)])
        #expect(try await gauges.inbox().count == 3)
        #expect(try await gauges.platformOutbox().map(\.count) == [3])
        #expect(try await gauges.cellOutbox(of: running).map(\.count) == [3])
    }

    @Test func `slots of messages and counters of pages were kept for ever`() async throws {
        let test = try await TestDatabase.make()
        let slots = """
            SELECT 100, age.days, 'call', 1, now() - make_interval(days => age.days)
            FROM (VALUES (29), (31)) AS age (days)
            """
        try test.runAsSuperuser(
            """
            INSERT INTO cell.outbox_slots (bot_id, chat_id, slot, message_id, made_at) \(slots);
            INSERT INTO platform.outbox_slots (bot_id, chat_id, slot, message_id, made_at) \(slots);
            INSERT INTO cell.live (tenant_id, topic, number, made_at)
            SELECT 1, 'call-' || age.days, 5, now() - make_interval(days => age.days)
            FROM (VALUES (29), (31)) AS age (days)
            """
        )
        try await sweep(test)
        for place in OutboxPlace.allCases {
            #expect(try await test.texts("SELECT chat_id::text FROM \(place.slots)", in: place) == ["29"])
        }
        #expect(try await test.texts("SELECT topic FROM cell.live", in: .cell) == ["call-29"])
    }

    @Test(arguments: OutboxPlace.allCases)
    func `the bytes of a file were kept with a message that nobody will send any more`(place: OutboxPlace) async throws
    {
        let test = try await TestDatabase.make()
        let table = place == .cell ? "cell.outbox" : "platform.outbox"
        let old = Outbox(database: test.database, bot: BotID(100), epoch: 1)
        try await old.recover()
        try test.runAsSuperuser(
            """
            INSERT INTO \(table) (bot_id, chat_id, rank, method, parameters, file_field, file_name, file_bytes)
            SELECT 100, chat, 0, 'sendVoice', '{}', 'voice', 'a.ogg', '\\x00' FROM (VALUES (1), (2)) AS chats (chat)
            """
        )
        #expect(try await old.refuseAll(to: 2, because: "blocked") == 1)
        #expect(try await old.claim(limit: 5, busy: [], inHand: []).count == 1)
        try await Outbox(database: test.database, bot: BotID(100), epoch: 2).recover()
        let left = try await test.texts(
            "SELECT state || ' ' || (file_bytes IS NULL) FROM \(place.table) ORDER BY chat_id",
            in: place
        )
        #expect(left == ["ambiguous true", "refused true"])
    }
}
