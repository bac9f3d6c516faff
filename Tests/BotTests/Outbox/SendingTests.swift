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

@Suite(.serialized) struct SendingTests {
    @Test func `a limited message arrives once, after the time that Telegram asked for`() async throws {
        try await Stage.play { stage in
            let anna = try await stage.person()
            try await stage.sandbox.fault(["method": "sendMessage", "status": 429, "retry_after": 1, "count": 1])
            try await anna.write("/start")
            try await anna.waits(for: "Как называется")
            #expect(try await anna.texts().count == 1)
            #expect(try await stage.sandbox.calls(of: "sendMessage", status: 429) == 1)
        }
    }

    @Test(arguments: [("after", 1), ("before", 0)])
    func `a result cut off in flight is never sent twice, and the progress message offers it`(
        drop: String,
        arrived: Int
    ) async throws {
        try await Stage.play { stage in
            let anna = try await stage.owner()
            try await stage.say("Анализирую…", slot: "recording:1", to: anna)
            try await anna.waits(for: "Анализирую…")
            try await stage.sandbox.fault(["method": "sendMessage", "drop": .string(drop), "count": 1])
            let uncertain = ProgressScreens.resultReady(Samples.token("r"), .russian)
            try await stage.send(to: anna) { place in
                try Screen("Сам результат").message(
                    to: place,
                    rank: .result,
                    ifAmbiguous: (slot: "recording:1", screen: uncertain)
                )
            }
            let progress = try await anna.waits { $0["text"]?.string == "Результат готов." }
            let button = progress["reply_markup"]?["inline_keyboard"]?.array?.first?.array?.first
            #expect(button?["callback_data"]?.string == "again:rrrrrrrrrrrrrrrrrrrrrr")
            #expect(try await anna.texts().filter { $0 == "Сам результат" }.count == arrived)
            #expect(try await anna.texts().filter { $0 == "Анализирую…" }.isEmpty)
            let ambiguous: SQL = "SELECT error FROM cell.outbox WHERE state = 'ambiguous'"
            #expect(try await stage.cellTexts(ambiguous).count == 1)
        }
    }

    @Test func `the end of a message is not forgotten while the database cannot take it`() async throws {
        try await Stage.play { stage in
            let anna = try await stage.owner()
            try stage.test.runAsSuperuser("ALTER TABLE cell.outbox RENAME COLUMN finished_at TO finished_away")
            try await stage.say("Первое", slot: nil, to: anna)
            try await anna.waits(for: "Первое")
            try await stage.say("Второе", slot: nil, to: anna)
            try stage.test.runAsSuperuser("ALTER TABLE cell.outbox RENAME COLUMN finished_away TO finished_at")
            try await anna.waits(for: "Второе")
            #expect(try await anna.texts().count { $0 == "Первое" } == 1)
            let first: SQL = "SELECT state FROM cell.outbox WHERE parameters ->> 'text' = 'Первое'"
            #expect(try await stage.cellTexts(first) == ["sent"])
        }
    }

    @Test func `an edit cut off in flight is simply made again`() async throws {
        try await Stage.play { stage in
            let anna = try await stage.owner()
            try await stage.say("Распознаю речь: 10 %", slot: "recording:1", to: anna)
            try await anna.waits(for: "10 %")
            try await stage.sandbox.fault(["method": "editMessageText", "drop": "after", "count": 1])
            try await stage.say("Распознаю речь: 20 %", slot: "recording:1", to: anna)
            try await anna.waits(for: "20 %")
            try await stage.say("Анализирую…", slot: "recording:1", to: anna)
            try await anna.waits(for: "Анализирую…")
            let progress = try await anna.texts().filter { $0.contains("Распознаю") || $0 == "Анализирую…" }
            #expect(progress == ["Анализирую…"])
        }
    }

    @Test func `what a process was sending when it died is uncertain to the next one`() async throws {
        try await Stage.build { stage in
            let anna = try await stage.running {
                let anna = try await stage.owner()
                try await stage.say("Анализирую…", slot: "recording:1", to: anna)
                try await anna.waits(for: "Анализирую…")
                return anna
            }
            try await stage.send(to: anna) { place in
                try Screen("Сам результат").message(
                    to: place,
                    rank: .result,
                    ifAmbiguous: (
                        slot: "recording:1", screen: ProgressScreens.resultReady(Samples.token("r"), .russian)
                    )
                )
            }
            // The former holder of the lease claimed the message and was killed.
            let claimed = try await Outbox(database: stage.database, bot: stage.bot, epoch: 1).claim(
                limit: 5,
                busy: [],
                inHand: []
            )
            #expect(claimed.count == 1)
            try await stage.running { try await anna.waits(for: "Результат готов.") }
            #expect(try await anna.texts().filter { $0 == "Сам результат" }.isEmpty)
        }
    }

    @Test func `a newer state of a slot replaces those that nobody has seen`() async throws {
        try await Stage.build { stage in
            let anna = try await stage.running { try await stage.owner() }
            for percent in 0...20 { try await stage.say("\(percent * 5) %", slot: "recording:1", to: anna) }
            try await stage.running { try await anna.waits(for: "100 %") }
            #expect(try await anna.texts().filter { $0.hasSuffix(" %") } == ["100 %"])
            let sent = try await stage.sandbox.get("/sandbox/log?after=0").array ?? []
            #expect(!sent.contains { $0["parameters"]?["text"]?.string == "50 %" })
        }
    }

    @Test func `formatting that Telegram cannot read is taken out instead of losing the message`() async throws {
        try await Stage.play { stage in
            let anna = try await stage.owner()
            try await stage.send(to: anna) { place in
                OutgoingMessage(
                    bot: place.bot,
                    chat: place.chat,
                    rank: .reply,
                    body: OutgoingBody(
                        method: "sendMessage",
                        parameters: #"{"text": "<b>Два &lt; три", "parse_mode": "HTML"}"#
                    )
                )
            }
            try await anna.waits(for: "Два < три")
        }
    }

    @Test func `a chat that blocked the bot is closed until it lets it in again`() async throws {
        try await Stage.play { stage in
            let anna = try await stage.owner()
            let boris = try await stage.owner("Борис", company: "Тюльпан")
            _ = try await anna.act("block")
            try await stage.say("Первое", slot: "a", to: anna)
            try await stage.say("Второе", slot: "b", to: anna)
            try await stage.say("Мимо", slot: nil, to: boris)
            try await boris.waits(for: "Мимо")
            _ = try await anna.act("unblock")
            try await anna.write("/help")
            try await anna.waits(for: "Я слушаю записи продаж")
            try await stage.say("Третье", slot: "c", to: anna)
            try await anna.waits(for: "Третье")
            #expect(try await anna.texts().filter { $0 == "Первое" || $0 == "Второе" }.isEmpty)
            #expect(try await stage.sandbox.calls(of: "sendMessage", status: 403) <= 1)
        }
    }

    @Test func `a server that fails makes a message uncertain, not double`() async throws {
        try await Stage.play { stage in
            let anna = try await stage.owner()
            try await stage.sandbox.fault(["method": "sendMessage", "status": 500, "count": 1])
            try await stage.say("Неизвестно", slot: nil, to: anna)
            try await stage.say("Дальше", slot: nil, to: anna)
            try await anna.waits(for: "Дальше")
            #expect(try await stage.cellTexts("SELECT state FROM cell.outbox WHERE state = 'ambiguous'").count == 1)
        }
    }
}

extension Stage {
    /// Writes a message into the outbox of the person's company.
    func send(to person: Person, _ message: (ChatPlace) throws -> OutgoingMessage) async throws {
        let place = ChatPlace(bot: bot, chat: Int64(person.id))
        let tenant = try await companyOf(person)
        try await database.tenant(tenant) { tx in try tx.send(try message(place)) }
    }

    func say(_ text: String, slot: String?, to person: Person) async throws {
        try await send(to: person) { place in
            try Screen(text).message(to: place, rank: slot == nil ? .reply : .progress, slot: slot)
        }
    }

    private func companyOf(_ person: Person) async throws -> TenantID {
        let rows = try await database.platform { tx in
            try await tx.query("SELECT active_tenant FROM platform.chats WHERE chat = \(person.id)")
        }
        return try #require(rows.first).decode(TenantID.self)
    }
}
