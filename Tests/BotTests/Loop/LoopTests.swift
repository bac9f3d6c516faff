import Accounts
import Calls
import Database
import Foundation
import HTTP
import Jobs
import Kernel
import Support
import Telegram
import Testing

@testable import Bot
@testable import TelegramSandbox

@Suite(.serialized) struct LoopTests {
    @Test func `a company is registered in the chat, and a second start makes nothing new`() async throws {
        try await Stage.play { stage in
            let anna = try await stage.owner()
            try await anna.write("/start")
            try await anna.waits(for: "Здравствуйте, Анна. Компания: Ромашка.")
            #expect(try await stage.numbers("SELECT count(*) FROM platform.tenants") == [1])
            // The progress message itself became the menu.
            #expect(try await anna.texts().filter { $0.contains("Готовлю") }.isEmpty)
            #expect(try await anna.texts().count == 4)
        }
    }

    @Test func `messages of one chat are answered in their order`() async throws {
        try await Stage.build { stage in
            let anna = try await stage.person()
            for command in ["/start", "/help", "/cancel", "/help", "/start"] { try await anna.write(command) }
            try await stage.running {
                let texts = try await anna.waits(forTexts: 5)
                #expect(
                    texts.map { String($0.prefix(9)) } == [
                        "Здравству", "Я слушаю ", "Хорошо, н", "Я слушаю ", "Здравству",
                    ]
                )
            }
        }
    }

    @Test func `commands that Telegram does not take hold nobody up`() async throws {
        try await Stage.build { stage in
            try await stage.sandbox.fault(["method": "setMyCommands", "status": 502, "count": 1000])
            let anna = try await stage.person()
            try await anna.write("/start")
            try await stage.running { try await anna.waits(for: "Как называется") }
        }
    }

    @Test func `an update that was stored before a crash is handled after it`() async throws {
        try await Stage.build { stage in
            let anna = try await stage.person()
            try await anna.write("/start")
            try await stage.storeUpdates()
            try await stage.running { try await anna.waits(for: "Как называется") }
            #expect(try await anna.texts().count == 1)
        }
    }

    @Test func `a route that was fixed before a crash holds, though more is known after it`() async throws {
        try await Stage.build { stage in
            let anna = try await stage.running { try await stage.owner() }
            try await anna.write("/start")
            let row = try #require(try await stage.storeUpdates().first)
            let other = try await stage.test.tenant()
            _ = try await Inbox(database: stage.database, bot: stage.bot).begin(row, route: .tenant(other))
            try await stage.running {
                try await anna.write("/help")
                try await anna.waits(for: "Я слушаю записи продаж")
                try await stage.untilStates(are: ["handled"])
            }
            // The person is no member of that company: nothing of it is done, and nothing elsewhere either.
            #expect(try await anna.texts().filter { $0.contains("Здравствуйте, Анна. Компания") }.isEmpty)
        }
    }

    @Test func `effects that were committed before a crash are not committed again`() async throws {
        try await Stage.build { stage in
            let anna = try await stage.running {
                let anna = try await stage.owner()
                try await anna.write("кто просил перезвонить?")
                try await anna.waits(for: "ничего похожего")
                return anna
            }
            let questions = "SELECT count(*) FROM questions" as SQL
            let tenant = try await stage.tenant(of: anna)
            #expect(try await stage.count(questions, tenant) == 1)
            // The process died after the company's transaction and before the mark in the inbox.
            try stage.test.runAsSuperuser("UPDATE platform.inbox SET state = 'new' WHERE route <> 0")
            try await stage.running {
                try await anna.write("/help")
                try await anna.waits(for: "Я слушаю записи продаж")
                try await stage.untilStates(are: ["handled"])
            }
            #expect(try await stage.count(questions, tenant) == 1)
            #expect(try await anna.texts().filter { $0.contains("ничего похожего") }.count == 1)
            #expect(try await anna.texts().filter { $0 == "Ищу…" }.isEmpty)
        }
    }

    @Test func `an unknown kind is ignored and counted, and holds up nothing`() async throws {
        try await Stage.build { stage in
            let anna = try await stage.person()
            let strange = #"{"update_id": 1, "guest_message": {"chat": {"id": 7}}}"#
            _ = try await Inbox(database: stage.database, bot: stage.bot)
                .store([Jobs.ReceivedUpdate(id: 1, chat: nil, payload: strange)])
            try await stage.running {
                try await anna.write("/start")
                try await anna.waits(for: "Как называется")
                try await stage.untilStates(are: ["handled", "ignored"])
            }
            #expect(stage.runner.counters.counts.ignored == 1)
        }
    }

    @Test func `of two processes one polls`() async throws {
        try await Stage.build { stage in
            let anna = try await stage.person()
            try await stage.running {
                try await stage.running {
                    try await anna.write("/start")
                    try await anna.waits(for: "Как называется")
                }
            }
            #expect(try await stage.sandbox.calls(of: "getUpdates", status: 409) == 0)
            #expect(try await anna.texts().count == 1)
        }
    }

    @Test func `a conflict backs off and the bot comes back`() async throws {
        try await Stage.play { stage in
            let anna = try await stage.person()
            try await stage.sandbox.fault(["method": "getUpdates", "status": 409, "count": 1])
            try await anna.write("/start")
            try await anna.waits(for: "Как называется")
            #expect(try await stage.sandbox.calls(of: "getUpdates", status: 409) <= 1)
        }
    }

    @Test func `a revoked token stops the loop visibly`() async throws {
        try await Stage.build { stage in
            try await stage.sandbox.fault(["method": "getUpdates", "status": 401, "count": 1])
            try await stage.running { try await stage.untilStopped() }
            let bots = try await Bots(database: stage.database).all()
            #expect(bots.first?.stopped?.contains("401") == true)
            // A new start does not poll in vain, until the token is given anew.
            try await stage.runner.install(stage.token)
            #expect(try await Bots(database: stage.database).all().first?.stopped == nil)
        }
    }

    @Test func `a fault is told with a number, once, and the chat goes on`() async throws {
        try await Stage.play { stage in
            let anna = try await stage.person()
            try stage.test.runAsSuperuser("ALTER TABLE platform.accounts RENAME TO accounts_away")
            try await anna.write("/start")
            try await anna.waits(for: "Что-то сломалось у нас")
            try stage.test.runAsSuperuser("ALTER TABLE platform.accounts_away RENAME TO accounts")
            try await anna.write("/start")
            try await anna.waits(for: "Как называется")
            #expect(try await anna.texts().count == 2)
            let incidents = try await stage.database.platform { tx in
                try await tx.query("SELECT incident FROM platform.inbox WHERE state = 'failed'")
                    .map { try $0.decode(String.self) }
            }
            let told = try await anna.texts().first ?? ""
            #expect(incidents.count == 1)
            #expect(incidents.allSatisfy { told.contains($0) })
        }
    }

    @Test func `a group is told once that the bot works in private`() async throws {
        try await Stage.play { stage in
            let anna = try await stage.person()
            let made = try await stage.sandbox.post(
                "/sandbox/groups",
                ["title": "Отдел продаж", "bot": "our_bot", "members": [.integer(anna.id)]]
            )
            let group = Person(id: try #require(made["id"]?.int), sandbox: stage.sandbox)
            // The bot was let in, and says so before anybody asks.
            try await group.waits(for: "в личной переписке")
            for text in ["/start@our_bot", "/help@our_bot", "о своём, не боту"] {
                _ = try await group.act("text", ["from": .integer(anna.id), "text": .string(text)])
            }
            // Telegram hands updates out in their order: when this one is answered, those of the group are stored.
            // The group's own word that the bot came in is the one that is ignored.
            try await anna.write("/help")
            try await anna.waits(for: "Я слушаю записи продаж")
            try await stage.untilStates(are: ["handled", "ignored"])
            let told = try await stage.numbers("SELECT count(*) FROM platform.outbox WHERE chat_id = \(group.id)")
            #expect(told == [1])
            #expect(try await group.texts().count == 1)
        }
    }
}

extension Stage {
    /// Stores what Telegram holds, as a process does that dies right after.
    @discardableResult
    func storeUpdates() async throws -> [InboxRow] {
        let client = TelegramClient(http: http, token: token, address: parts.telegramAddress)
        let updates = try await client.call(GetUpdates(timeout: 1, allowedUpdates: Update.wantedKinds))
        return try await Inbox(database: database, bot: bot).store(
            updates.map { Jobs.ReceivedUpdate(id: $0.update.id, chat: $0.update.chat, payload: $0.json) }
        )
    }

    /// The states that updates are in, each once.
    func states() async throws -> [String] {
        try await database.platform { tx in
            try await tx.query("SELECT DISTINCT state FROM platform.inbox").map { try $0.decode(String.self) }
        }
    }

    /// Waits until updates are in these states and no others: the mark comes after what the person sees.
    func untilStates(are states: Set<String>) async throws {
        try await waitUntil("updates are \(states.sorted())") { Set(try await self.states()) == states }
    }

    func count(_ sql: SQL, _ tenant: TenantID) async throws -> Int? {
        let rows = try await database.tenant(tenant) { tx in try await tx.query(sql) }
        return try rows.first.map { row in try row.decode(Int.self) }
    }

    /// Waits until the bot's loop has been stopped, looking whenever something was written.
    func untilStopped() async throws {
        let deadline = ContinuousClock.now + .seconds(20)
        for await _ in database.wakeUps(on: .outbox) {
            if try await Bots(database: database).all().allSatisfy({ $0.stopped != nil }) { return }
            guard ContinuousClock.now < deadline else { break }
        }
        Issue.record("the loop was not stopped")
    }
}
