import Database
import Foundation
import Jobs
import Kernel
import Logging
import Support
import Synchronization
import Telegram
import Testing

@testable import Bot
@testable import TelegramSandbox

/// Updates on their way while the database is away.
@Suite(.serialized) struct OutageTests {
    @Test func `an update that meets an outage of the database is handled after it`() async throws {
        try await Stage.build { stage in
            let anna = try await stage.person()
            try await anna.write("/start")
            let row = try #require(try await stage.storeUpdates().first)
            let again = CountedLog("An update will be handled again")
            let handler = stage.handler(again)
            try stage.setConnections(allowed: false)
            async let handling: Void = handler.handle(row)
            // More failures than an update may have for reasons of its own.
            try await waitUntil { again.count > UpdateHandler.attempts }
            try stage.setConnections(allowed: true)
            await handling
            #expect(try await stage.states() == ["handled"])
            // Beside the answer there may be the word that it has to wait.
            let answers: SQL = "SELECT count(*) FROM platform.outbox WHERE slot IS NULL OR slot NOT LIKE 'waits:%'"
            #expect(try await stage.numbers(answers) == [1])
        }
    }

    @Test func `an update that was begun often during an outage was given up by the first failure after a restart`()
        async throws
    {
        try await Stage.build { stage in
            let anna = try await stage.person()
            try await anna.write("/start")
            try await stage.storeUpdates()
            let handler = stage.handler(CountedLog(""))
            try stage.test.runAsSuperuser("UPDATE platform.inbox SET attempt = 60")
            let row = try #require(try await Inbox(database: stage.database, bot: stage.bot).unhandled().first)
            try stage.setConnections(allowed: false)
            var again = PendingUpdate(row)
            #expect(await handler.attempt(&again) != nil)
            #expect(!again.isToBeCounted)
            try stage.setConnections(allowed: true)
            #expect(await handler.attempt(&again) == nil)
            #expect(try await stage.states() == ["handled"])
            // The same outage met again is not counted.
            #expect(try await stage.numbers("SELECT attempt FROM platform.inbox") == [60])
        }
    }

    @Test func `one attempt at a time finds out whether a silent cell is back`() async throws {
        let outages = CellOutages(pause: .zero)
        await #expect(throws: DatabaseFault.self) {
            try await outages.trying(2) { throw DatabaseFault.unreachable("no route") }
        }
        let (entered, enter) = AsyncStream.makeStream(of: Void.self)
        let (left, leave) = AsyncStream.makeStream(of: Void.self)
        async let looking = outages.trying(2) {
            enter.yield()
            for await _ in left { break }
            return "back"
        }
        for await _ in entered { break }
        await #expect(throws: CellAway.self) { try await outages.trying(2) { Issue.record("two looked") } }
        // Another cell has nothing to do with it.
        #expect(try await outages.trying(3) { "here" } == "here")
        leave.yield()
        #expect(try await looking == "back")
        #expect(try await outages.trying(2) { "here" } == "here")
    }

    @Test func `a server that starts before its database waits for it`() async throws {
        try await Stage.build { stage in
            try stage.test.runAsSuperuser("DELETE FROM platform.bots")
            let early = CountedLog("Cannot store the bot yet")
            var parts = stage.parts
            parts.logger = Logger(label: "test") { _ in early }
            let runner = BotRunner(parts)
            try stage.setConnections(allowed: false)
            async let installing: Void = runner.install(stage.token)
            try await waitUntil { early.count > 0 }
            try stage.setConnections(allowed: true)
            try await installing
            #expect(try await stage.numbers("SELECT count(*) FROM platform.bots") == [1])
        }
    }

    @Test func `an update that is given up is settled, though that needs several tries`() async throws {
        try await Stage.build { stage in
            let anna = try await stage.person()
            try await anna.write("/start")
            let row = try #require(try await stage.storeUpdates().first)
            let unmarked = CountedLog("A failed update is not marked yet")
            let handler = stage.handler(unmarked)
            try stage.test.runAsSuperuser("ALTER TABLE platform.accounts RENAME TO accounts_away")
            try stage.test.runAsSuperuser("ALTER TABLE platform.outbox RENAME TO outbox_away")
            async let handling: Void = handler.handle(row)
            try await waitUntil { unmarked.count > 1 }
            try stage.test.runAsSuperuser("ALTER TABLE platform.outbox_away RENAME TO outbox")
            await handling
            #expect(try await stage.states() == ["failed"])
            #expect(try await stage.numbers("SELECT count(*) FROM platform.outbox") == [1])
        }
    }

    @Test func `a batch that comes again because its storing was not answered is handled`() async throws {
        try await Stage.build { stage in
            let anna = try await stage.person()
            try await stage.running {
                try await anna.write("/start")
                try await anna.waits(for: "Как называется")
                // The next batch is committed, and the process never hears of it.
                let payloads = try await stage.database.platform { tx in
                    try await tx.query("SELECT update_id, payload FROM platform.inbox").map {
                        try $0.decode(Int64.self, String.self)
                    }
                }
                let (last, payload) = try #require(payloads.first)
                let next = payload.replacing("\(last)", with: "\(last + 1)").replacing("/start", with: "/help")
                let update = Jobs.ReceivedUpdate(id: last + 1, chat: Int64(anna.id), payload: next)
                _ = try await Inbox(database: stage.database, bot: stage.bot).store([update])
                try await anna.write("/help")
                try await anna.waits(for: "Я слушаю записи продаж")
                try await stage.untilStates(are: ["handled"])
            }
            #expect(try await anna.texts().count { $0.contains("Я слушаю записи продаж") } == 1)
        }
    }
}

extension Stage {
    fileprivate func handler(_ log: CountedLog) -> UpdateHandler {
        UpdateHandler(
            bot: bot,
            scope: .shared,
            parts: parts,
            inbox: Inbox(database: database, bot: bot),
            client: TelegramClient(http: http, token: token, address: parts.telegramAddress),
            counters: BotCounters(),
            outages: CellOutages(pause: parts.retryDelay),
            chatIsBack: { _ in },
            logger: Logger(label: "test") { _ in log }
        )
    }

    /// Cuts all connections to the database and refuses new ones, or lets them in again.
    fileprivate func setConnections(allowed: Bool) throws {
        try test.runAsSuperuser("ALTER DATABASE \(test.name) CONNECTION LIMIT \(allowed ? -1 : 0)")
        guard !allowed else { return }
        try test.runAsSuperuser(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()
            """
        )
    }
}

/// Counts the lines of one text.
private struct CountedLog: LogHandler {
    let wanted: String
    private let lines: Lines
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    init(_ wanted: String) {
        self.wanted = wanted
        lines = Lines()
    }

    var count: Int { lines.count.withLock { $0 } }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        if "\(event.message)" == wanted { lines.count.withLock { $0 += 1 } }
    }

    private final class Lines: Sendable {
        let count = Mutex(0)
    }
}
