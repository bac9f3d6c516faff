import Database
import Kernel
import Support
import Testing

@testable import Jobs

private let bot = BotID(100)

struct RetentionTests {
    private let periods = RetentionPeriods(updatesDays: 7, messagesDays: 30, failuresDays: 90)

    @Test func `only what has ended long ago is removed from the inbox`() async throws {
        let test = try await TestDatabase.make()
        try test.addBot(100)
        try test.runAsSuperuser(
            """
            INSERT INTO platform.inbox (bot_id, update_id, payload, state, received_at, handled_at)
            SELECT 100, row_number() OVER (), kind.state || ' ' || age.days, kind.state,
                   now() - make_interval(days => age.days), nullif(now() - make_interval(days => age.days),
                       CASE WHEN kind.state = 'new' THEN now() - make_interval(days => age.days) END)
            FROM (VALUES (100), (20), (8), (6)) AS age (days),
                 (VALUES ('new'), ('handled'), ('ignored'), ('failed')) AS kind (state)
            ORDER BY age.days DESC
            """
        )
        let retention = Retention(database: test.database, periods: periods, logger: TestDatabase.logger)
        try await retention.sweep()
        let left = try await test.database.platform {
            try await $0.query("SELECT payload FROM platform.inbox ORDER BY payload").map { try $0.decode(String.self) }
        }
        #expect(
            left == [
                "failed 20", "failed 6", "failed 8", "handled 6", "ignored 6", "new 100", "new 20", "new 6", "new 8",
            ]
        )
        #expect(retention.counts.first { $0.kind == .updates }?.count == 7)
        #expect(retention.lastSweep != nil)
    }

    @Test func `the mark of an update that is still to be handled stays, however old`() async throws {
        let test = try await TestDatabase.make()
        try test.addBot(100)
        try test.runAsSuperuser(
            """
            INSERT INTO cell.handled_updates (bot_id, update_id, handled_at)
            SELECT 100, number, now() - CASE WHEN number = 1 THEN interval '6 days' ELSE interval '8 days' END
            FROM generate_series(1, 4) AS number;
            INSERT INTO platform.inbox (bot_id, update_id, payload, state, received_at)
            VALUES (100, 2, '{}', 'new', now() - interval '8 days'), (101, 3, '{}', 'new', now() - interval '8 days')
            """
        )
        try await Retention(database: test.database, periods: periods, logger: TestDatabase.logger).sweep()
        let left = try await test.database.cell {
            try await $0.query("SELECT update_id FROM cell.handled_updates ORDER BY 1").map { try $0.decode(Int.self) }
        }
        #expect(left == [1, 2])
    }

    @Test(arguments: OutboxPlace.allCases)
    func `messages that wait or are being sent stay, however old`(place: OutboxPlace) async throws {
        let test = try await TestDatabase.make()
        let table = place == .cell ? "cell.outbox" : "platform.outbox"
        try test.addBot(100)
        try test.runAsSuperuser(
            """
            INSERT INTO \(table) (bot_id, chat_id, rank, method, parameters, state, error, created_at, finished_at)
            SELECT 100, 1, 0, 'sendMessage', '{}', kind.state, kind.state || ' ' || age.days,
                   now() - make_interval(days => age.days),
                   CASE WHEN kind.state NOT IN ('pending', 'sending') THEN now() - make_interval(days => age.days) END
            FROM (VALUES (100), (40), (20)) AS age (days),
                 (VALUES ('pending'), ('sending'), ('sent'), ('replaced'), ('ambiguous'), ('refused')) AS kind (state)
            ORDER BY age.days DESC
            """
        )
        try await Retention(database: test.database, periods: periods, logger: TestDatabase.logger).sweep()
        let query: SQL = "SELECT error FROM \(place.table) ORDER BY 1"
        let left = try await
            (place == .cell
            ? test.database.cell { try await $0.query(query) } : test.database.platform { try await $0.query(query) })
            .map { try $0.decode(String.self) }
        #expect(
            left == [
                "ambiguous 20", "ambiguous 40", "pending 100", "pending 20", "pending 40", "refused 20", "refused 40",
                "replaced 20", "sending 100", "sending 20", "sending 40", "sent 20",
            ]
        )
    }

    @Test func `of jobs only the long dead are removed`() async throws {
        let world = try await World()
        try world.test.runAsSuperuser(
            """
            INSERT INTO cell.jobs (tenant_id, type, lane, payload, state, max_attempts, turn, worker, lease_until,
                                   dead_at, created_at)
            SELECT 1, kind.state, 'quick', '{}', kind.state, 20, 1,
                   CASE WHEN kind.state = 'running' THEN 'me' END, CASE WHEN kind.state = 'running' THEN now() END,
                   CASE WHEN kind.state = 'dead' THEN now() - age.time END, now() - interval '1 year'
            FROM (VALUES (interval '91 days'), (interval '89 days')) AS age (time),
                 (VALUES ('waiting'), ('later'), ('running'), ('dead')) AS kind (state)
            """
        )
        try await Retention(database: world.database, periods: periods, logger: TestDatabase.logger).sweep()
        #expect(
            try await world.jobs() == [
                "dead dead 0", "later later 0", "later later 0", "running running 0", "running running 0",
                "waiting waiting 0", "waiting waiting 0",
            ]
        )
    }

    @Test func `more than one step removes is removed, past what stays at the front`() async throws {
        let test = try await TestDatabase.make()
        try test.addBot(100)
        try test.runAsSuperuser(
            """
            INSERT INTO platform.inbox (bot_id, update_id, payload, state, received_at, handled_at)
            SELECT 100, number, '{}', CASE WHEN number <= 1200 THEN 'new' ELSE 'handled' END,
                   now() - interval '9 days', CASE WHEN number > 1200 THEN now() - interval '9 days' END
            FROM generate_series(1, 3500) AS number;
            INSERT INTO cell.handled_updates (bot_id, update_id, handled_at)
            SELECT 100, number, now() - interval '9 days' FROM generate_series(1, 3500) AS number
            """
        )
        let retention = Retention(database: test.database, periods: periods, logger: TestDatabase.logger)
        try await retention.sweep()
        let rows = try await test.database.platform { try await $0.query("SELECT count(*) FROM platform.inbox") }
        #expect(try #require(rows.first).decode(Int.self) == 1200)
        let marks = try await test.database.cell { try await $0.query("SELECT count(*) FROM cell.handled_updates") }
        #expect(try #require(marks.first).decode(Int.self) == 1200)
        #expect(retention.counts.map(\.count) == [2300, 2300] + Array(repeating: 0, count: 9))
    }

    @Test func `looking for what is old reads no table whole`() async throws {
        let world = try await World()
        let store = RetentionStore(database: world.database)
        let dead = try await world.plan(store.dead(periods))
        #expect(dead.contains("jobs_dead"), "\(dead)")
        let marks = try await world.plan(store.marks(periods, needed: []))
        #expect(marks.contains("handled_updates_oldest"), "\(marks)")
        let slots = try await world.plan(store.slots(.cell, periods))
        #expect(slots.contains("outbox_slots_oldest"), "\(slots)")
        let topics = try await world.plan(store.topics(periods))
        #expect(topics.contains("live_oldest"), "\(topics)")
        let stranded = try await world.plan(store.stranded(.cell, running: [bot]))
        #expect(stranded.contains("outbox_waiting") && !stranded.contains("Seq Scan"), "\(stranded)")
        let messages = try await world.plan(store.messages(.cell, periods, 5))
        #expect(messages.contains("outbox_pkey") && !messages.contains("Seq Scan"), "\(messages)")
        let updates = try await world.test.database.platform(.usesIndexes) {
            try await $0.query("EXPLAIN \(store.updates(periods, 5))").map { try $0.decode(String.self) }
        }
        #expect(updates.contains { $0.contains("inbox_pkey") } && !updates.contains { $0.contains("Seq Scan") })
    }
}
