import Database
import Kernel
import Support
import Synchronization
import Testing

@testable import Jobs

/// Which senders of a process look for something to send, and when.
struct OutboxWatchTests {
    @Test(arguments: OutboxPlace.allCases)
    func `a message for one bot made the senders of all claim`(place: OutboxPlace) async throws {
        let test = try await TestDatabase.make()
        try await watching([100, 200, 300].map(BotID.init(rawValue:)), test.database) { wakes in
            // Each is woken once when it comes.
            try await waitUntil { wakes.counts == [BotID(100): 1, BotID(200): 1, BotID(300): 1] }
            try await send(by: BotID(200), in: place, test)
            try await waitUntil { wakes.counts[BotID(200), default: 0] >= 4 }
            #expect(wakes.counts[BotID(100)] == 1 && wakes.counts[BotID(300)] == 1)
        }
    }

    @Test(arguments: OutboxPlace.allCases)
    func `a message that was put off wakes its sender when its time has come`(place: OutboxPlace) async throws {
        let test = try await TestDatabase.make()
        try await send(by: BotID(200), in: place, test)
        try test.runAsSuperuser("UPDATE \(name(place)) SET not_before = now() + interval '1 hour'")
        try await watching([100, 200].map(BotID.init(rawValue:)), test.database) { wakes in
            try await waitUntil { wakes.counts == [BotID(100): 1, BotID(200): 1] }
            try await send(by: BotID(100), in: place, test)
            try await waitUntil { wakes.counts[BotID(100), default: 0] >= 3 }
            #expect(wakes.counts[BotID(200)] == 1)
            try test.runAsSuperuser("UPDATE \(name(place)) SET not_before = now()")
            try await waitUntil { wakes.counts[BotID(200), default: 0] >= 2 }
        }
    }

    @Test(arguments: OutboxPlace.allCases)
    func `a message whose claim lost its answer is found by the next`(place: OutboxPlace) async throws {
        let test = try await TestDatabase.make()
        try await send(by: BotID(200), in: place, test)
        let outbox = Outbox(database: test.database, bot: BotID(200), epoch: 1)
        try await outbox.recover()
        #expect(try await outbox.claim(limit: 5, busy: [], inHand: []).count == 1)
        try await watching([100, 200].map(BotID.init(rawValue:)), test.database) { wakes in
            try await waitUntil { wakes.counts[BotID(200), default: 0] >= 3 }
            #expect(wakes.counts[BotID(100)] == 1)
            #expect(try await outbox.claim(limit: 5, busy: [], inHand: []).count == 1)
        }
    }

    @Test func `who cannot be asked for is woken all the same`() async throws {
        let nowhere = DatabaseConfiguration(
            host: "/nowhere",
            port: 5432,
            name: "nowhere",
            passwords: [.platform: "", .cell: ""]
        )
        let database = Database(configuration: nowhere, reactor: TestDatabase.reactor, logger: TestDatabase.logger)
        defer { database.close() }
        try await watching([100, 200, 300].map(BotID.init(rawValue:)), database) { wakes in
            try await waitUntil { wakes.counts.count == 3 && wakes.counts.values.allSatisfy { $0 >= 3 } }
        }
    }

    @Test func `a bot that is alone is woken without a question`() async throws {
        try await withLoopbackServer({ $0.waitForEnd() }) { silent in
            let address = DatabaseConfiguration(
                host: "127.0.0.1",
                port: silent.port,
                name: "silent",
                passwords: [.platform: "", .cell: ""]
            )
            let database = Database(configuration: address, reactor: TestDatabase.reactor, logger: TestDatabase.logger)
            defer { database.close() }
            let watch = OutboxWatch(database: database, logger: TestDatabase.logger)
            try await watching([100].map(BotID.init(rawValue:)), database, watch) { wakes in
                try await waitUntil { wakes.counts[BotID(100), default: 0] >= 3 }
                #expect(silent.connections == 0)
                // With a second one there is a question.
                let other = watch.signals(of: BotID(200))
                try await waitUntil { silent.connections > 0 }
                withExtendedLifetime(other) {}
                silent.stop()
            }
        }
    }

    @Test(arguments: OutboxPlace.allCases)
    func `the question goes by the index of each bot`(place: OutboxPlace) async throws {
        let test = try await TestDatabase.make()
        try test.runAsSuperuser("VACUUM ANALYZE \(name(place))")
        try test.runAsSuperuser(
            """
            INSERT INTO \(name(place)) (bot_id, chat_id, rank, method, parameters, state)
            SELECT number % 50, number % 5000, 3, 'sendMessage', '{}', 'sent' FROM generate_series(1, 20000) AS number
            """
        )
        let explain: SQL = "EXPLAIN \(OutboxWatch.question([BotID(100), BotID(200)], place))"
        let plan = try await test.database.run(place, .oneExchange) { try await $0.query(explain) }
            .map { try $0.decode(String.self) }.joined(separator: "\n")
        #expect(plan.contains("using outbox_turn") && plan.contains("using outbox_sending"), "\(plan)")
        #expect(!plan.contains("Seq Scan") && !plan.contains("hashed"), "\(plan)")
    }

    /// How often each bot was woken.
    private final class Wakes: Sendable {
        private let state = Mutex<[BotID: Int]>([:])

        var counts: [BotID: Int] { state.withLock { $0 } }

        func count(_ bot: BotID) { state.withLock { $0[bot, default: 0] += 1 } }
    }

    private func watching(
        _ bots: [BotID],
        _ database: Database,
        _ watch: OutboxWatch? = nil,
        _ body: (Wakes) async throws -> Void
    ) async throws {
        let watch = watch ?? OutboxWatch(database: database, logger: TestDatabase.logger)
        let wakes = Wakes()
        let signals = bots.map { ($0, watch.signals(of: $0)) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await watch.run() }
            for (bot, signals) in signals { group.addTask { for await _ in signals { wakes.count(bot) } } }
            defer { group.cancelAll() }
            try await body(wakes)
        }
    }

    private func name(_ place: OutboxPlace) -> String { place == .cell ? "cell.outbox" : "platform.outbox" }

    private func send(by bot: BotID, in place: OutboxPlace, _ test: TestDatabase) async throws {
        let message = OutgoingMessage(
            bot: bot,
            chat: 1,
            rank: .reply,
            body: OutgoingBody(method: "sendMessage", parameters: "{}")
        )
        switch place {
        case .cell: try await test.database.cell { try $0.send(message, of: TestDatabase.tenantNumber()) }
        case .platform: try await test.database.platform { try $0.send(message) }
        }
    }
}
