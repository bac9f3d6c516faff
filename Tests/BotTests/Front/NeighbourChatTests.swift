import Accounts
import Calls
import Database
import Foundation
import Jobs
import Kernel
import Support
import Telegram
import Testing

@testable import Bot
@testable import TelegramSandbox

/// A neighbour's things named in a chat, in a link to the bot and in the payloads of the bot's own jobs.
@Suite(.serialized) struct NeighbourChatTests {
    @Test func `a link to the bot with a neighbour's token, call or company is a plain start`() async throws {
        try await Stage.play { stage in
            let anna = try await stage.owner()
            let tenant = try await stage.tenant(of: anna)
            _ = try await stage.analysedCall(of: anna)
            let call = CallJob(call: CallID(1))
            let (clip, open) = try await stage.database.tenant(tenant) { tx in
                let clip = Clip(call: call.call, start: 0, end: 1)
                return (
                    try await stage.parts.tokens.issue(.clip, clip, account: nil, in: tx),
                    try await stage.parts.tokens.issue(.call, call, account: nil, in: tx)
                )
            }
            let person = TelegramPerson(id: Int64(anna.id), firstName: "Анна", username: nil, languageTag: nil)
            let place = ChatPlace(bot: stage.bot, chat: Int64(anna.id))
            let account = try await stage.parts.people.arrive(person, in: place).account
            let link = try await stage.database.platform { tx in
                stage.parts.signIn.issue(for: account, in: tenant, tx)
            }
            let boris = try await stage.owner("Борис", company: "Тюльпан")
            let count = try await boris.texts().count
            try await boris.write("/start")
            let plain = try #require(try await boris.waits(forTexts: count + 1).last)
            try await stage.untilIdle()
            let annas = try await anna.texts()
            let payloads = [
                clip.text, open.text, link.text, "open:\(open.text)", "call-1", "/calls/1", tenant.schema,
                "bot-stop:\(stage.bot)",
            ]
            for payload in payloads { try await boris.write("/start \(payload)") }
            _ = try await boris.waits(forTexts: count + 1 + payloads.count)
            try await stage.untilIdle()
            let said = try await boris.texts().dropFirst(count + 1)
            #expect(Array(said) == Array(repeating: plain, count: payloads.count))
            #expect(try await anna.texts() == annas)
            #expect(try await stage.tenant(of: boris) != tenant)
            #expect(try await Bots(database: stage.database).find(stage.bot)?.stopped == nil)
            // Nobody was signed in by it.
            let (session, _) = try await stage.parts.signIn.consume(link, userAgent: nil)
            #expect(session.tenant == tenant)
        }
    }

    @Test func `a job of the bot whose payload names a neighbour's call, question or digest tells nothing`()
        async throws
    {
        try await Stage.play { stage in
            let anna = try await stage.owner()
            let tenant = try await stage.tenant(of: anna)
            _ = try await stage.analysedCall(of: anna)
            try await anna.write("скидка на подснежники")
            try await anna.waits(for: "не нашлось")
            try await stage.database.tenant(tenant) { tx in
                try tx.enqueue(BotJobs.daily, DailyRun(day: LocalDay(year: 2026, month: 11, day: 21)))
            }
            try await anna.waits(for: "Дайджест за")
            try await stage.untilIdle()
            let boris = try await stage.owner("Борис", company: "Тюльпан")
            try await stage.untilIdle()
            let neighbour = try await stage.tenant(of: boris)
            let before = (anna: try await anna.received().count, rows: try await stage.outbox(of: neighbour).count)
            let origin = CallOrigin(bot: stage.bot, chat: Int64(boris.id), slot: "", account: AccountID(2))
            let call = CallID(1)
            try await stage.database.tenant(neighbour) { tx in
                let clip = Clip(call: call, start: 0, end: 1)
                try tx.enqueue(BotJobs.clip, SendClip(clip: clip, origin: origin))
                try tx.enqueue(BotJobs.transcript, SendCall(call: call, origin: origin))
                try tx.enqueue(BotJobs.result, SendCall(call: call, origin: origin))
                for type in [CallJobs.analysed, CallJobs.failed, CallJobs.progressed] {
                    try tx.enqueue(type, CallJob(call: call))
                }
                for type in [CallJobs.answered, CallJobs.asked] {
                    try tx.enqueue(type, QuestionJob(question: QuestionID(1)))
                }
                try tx.enqueue(CallJobs.digestMade, DigestMade(digest: DigestID(1)))
            }
            try await stage.untilIdle()
            let rows = try await stage.outbox(of: neighbour)
            // A clip and a transcript are answered: there is no such call.
            #expect(rows.count > before.rows)
            for row in rows {
                for word in [
                    "звонок.wav", "Добрый", "Приветствие", "Чек-лист", "подснежник", "sendVoice", "sendDocument",
                ] {
                    #expect(!row.contains(word), "\(row)")
                }
            }
            #expect(try await anna.received().count == before.anna)
            let kept = try await stage.database.tenant(tenant) { tx in
                try await stage.parts.archive.card(call, in: tx)?.item.state
            }
            #expect(kept == .done)
        }
    }
}

extension Stage {
    /// Waits until no job is left to do and no message left to send.
    fileprivate func untilIdle() async throws {
        try await waitUntil("nothing is left to do") {
            let open: SQL = """
                SELECT (SELECT count(*) FROM cell.jobs WHERE state <> 'dead')
                       + (SELECT count(*) FROM cell.outbox WHERE finished_at IS NULL)
                """
            let left = try await database.cell { tx in try await tx.query(open).map { try $0.decode(Int.self) } }
            let said = try await numbers("SELECT count(*) FROM platform.outbox WHERE finished_at IS NULL")
            return left == [0] && said == [0]
        }
    }

    /// The messages of a company, with all that they hold.
    fileprivate func outbox(of tenant: TenantID) async throws -> [String] {
        try await cellTexts("SELECT outbox::text FROM cell.outbox WHERE tenant_id = \(tenant)")
    }
}
