import Accounts
import Database
import Jobs
import Kernel
import Support
import Telegram
import Testing

@testable import Bot

/// Several bots in one process: found while it runs, each for whom it is meant.
struct SeveralBotsTests {
    @Test func `a bot added while the server runs answers, and a stopped one is silent until it is resumed`()
        async throws
    {
        try await Stage.play { stage in
            let token = try await stage.issueBot("second_bot")
            let anna = try await stage.person().before("second_bot")
            try await anna.write("/start")
            #expect(try await stage.fleet.add(token, for: nil) == "second_bot")
            try await anna.waits(for: "Как называется")
            let bots = Bots(database: stage.database)
            #expect(try await bots.stop(token.botID, because: "by a test"))
            try await stage.untilHeld(token.botID, false)
            try await anna.write("/cancel")
            // The other bot runs on, and the stopped one is not woken by a start of the server.
            try await stage.person("Борис").write("/start")
            try await stage.runner.install(token)
            #expect(try await bots.find(token.botID)?.stopped == "by a test")
            #expect(try await anna.texts().count == 1)
            #expect(try await bots.resume(token.botID))
            #expect(try await anna.waits(forTexts: 2).count == 2)
        }
    }

    @Test func `a bot with a new token goes on with it, and what refused the old one stops nothing`() async throws {
        try await Stage.play { stage in
            let bots = Bots(database: stage.database)
            let before = try #require(try await bots.find(stage.bot))
            _ = try await stage.fleet.add(stage.token, for: nil)
            try await bots.refuse(before, because: "401 for the old token")
            let after = try #require(try await bots.find(stage.bot))
            #expect(after.stopped == nil)
            #expect(after.revision == before.revision + 1)
            let anna = try await stage.person()
            try await anna.write("/start")
            try await anna.waits(for: "Как называется")
        }
    }

    @Test func `a refused token stops its own bot only`() async throws {
        try await Stage.play { stage in
            let token = try await stage.issueBot("second_bot")
            _ = try await stage.fleet.add(token, for: nil)
            try await stage.untilHeld(token.botID, true)
            // Of Telegram's faults one names a bot: a token that it does not know.
            let wrong = try #require(BotToken("\(token.userID):not-the-token-that-was-given-here"))
            let sealed = stage.fleet.sealed(wrong)
            _ = try await Bots(database: stage.database).put(token.botID, for: nil, username: nil, sealedToken: sealed)
            try await waitUntil("the bot stands still") {
                try await Bots(database: stage.database).find(token.botID)?.stopped != nil
            }
            let stopped = try #require(try await Bots(database: stage.database).find(token.botID))
            #expect(stopped.stopped?.contains("401") == true)
            #expect(!stopped.isStoppedByHand)
            let anna = try await stage.person()
            try await anna.write("/start")
            try await anna.waits(for: "Как называется")
        }
    }

    @Test func `a token that Telegram does not know is refused and not stored`() async throws {
        try await Stage.build { stage in
            let unknown = try #require(BotToken("77:abcdefghijklmnopqrstuvwxyz"))
            await #expect(throws: BotRefusal.unknownToken) { try await stage.fleet.add(unknown, for: nil) }
            #expect(try await Bots(database: stage.database).all().map(\.id) == [stage.bot])
        }
    }

    @Test func `a company's own bot serves that company alone and registers nobody`() async throws {
        try await Stage.play { stage in
            let anna = try await stage.owner()
            let tenant = try await stage.tenant(of: anna)
            let boris = try await stage.owner("Борис", company: "Василёк")
            let token = try await stage.issueBot("daisy_bot")
            _ = try await stage.fleet.add(token, for: tenant)
            try await anna.before("daisy_bot").write("/start")
            try await anna.before("daisy_bot").waits(for: "Компания: Ромашка")
            for stranger in [boris, try await stage.person("Вера")] {
                let stranger = stranger.before("daisy_bot")
                try await stranger.write("/start")
                try await stranger.waits(for: "Это бот одной компании")
                try await stranger.write("Лютик")
                let texts = try await stranger.waits(forTexts: 2)
                #expect(texts.allSatisfy { $0.contains("@our_bot") && !$0.contains("Ромашка") })
            }
            #expect(try await stage.numbers("SELECT count(*) FROM platform.tenants") == [2])
            #expect(try await stage.numbers("SELECT count(*) FROM platform.dialogues") == [0])
        }
    }

    @Test func `one person in two bots is answered where they ask, and by that bot alone`() async throws {
        try await Stage.play { stage in
            let anna = try await stage.owner()
            let tenant = try await stage.tenant(of: anna)
            _ = try await stage.fleet.add(try await stage.issueBot("daisy_bot"), for: tenant)
            let own = anna.before("daisy_bot")
            let before = try await anna.texts().count
            try await own.write("/digest")
            try await own.waits(for: "Звонков не было")
            #expect(try await anna.texts().count == before)
            try await anna.write("кто просил скидку?")
            try await anna.waits(for: "не нашлось")
            #expect(try await own.texts().count == 1)
            let rows = try await stage.numbers("SELECT count(DISTINCT chat) FROM platform.chats")
            #expect(rows == [1])
        }
    }

    @Test func `a digest comes once to a person with two bots, by the company's own`() async throws {
        try await Stage.play { stage in
            let anna = try await stage.owner()
            let tenant = try await stage.tenant(of: anna)
            let people = stage.parts.people
            #expect(try await people.digestReaders(of: tenant).map(\.bot) == [stage.bot])
            let token = try await stage.issueBot("daisy_bot")
            _ = try await stage.fleet.add(token, for: tenant)
            try await anna.before("daisy_bot").write("/start")
            try await anna.before("daisy_bot").waits(for: "Компания: Ромашка")
            #expect(try await people.digestReaders(of: tenant).map(\.bot) == [token.botID])
            // A bot that stands still delivers nothing.
            _ = try await Bots(database: stage.database).stop(token.botID, because: "by a test")
            #expect(try await people.digestReaders(of: tenant).map(\.bot) == [stage.bot])
        }
    }

    @Test func `a bot never changes whom it serves`() async throws {
        try await Stage.play { stage in
            let tenant = try await stage.tenant(of: try await stage.owner())
            let other = try await stage.tenant(of: try await stage.owner("Борис", company: "Василёк"))
            let token = try await stage.issueBot("daisy_bot")
            _ = try await stage.fleet.add(token, for: tenant)
            for wanted in [other, nil] {
                await #expect(throws: BotRefusal.servesOthers) { try await stage.fleet.add(token, for: wanted) }
            }
            await #expect(throws: BotRefusal.servesOthers) { try await stage.fleet.add(stage.token, for: tenant) }
            try await stage.runner.install(token)
            #expect(try await Bots(database: stage.database).find(token.botID)?.tenant == tenant)
            #expect(try await Bots(database: stage.database).stop(token.botID, of: other, because: "") == false)
        }
    }

    @Test func `each bot has its own lease, poll and budget`() async throws {
        try await Stage.build { stage in
            let tokens = [try await stage.issueBot("second_bot"), try await stage.issueBot("third_bot")]
            for token in tokens { _ = try await stage.fleet.add(token, for: nil) }
            try await stage.running {
                // A second process with the same bots gets none of them.
                try await stage.running {
                    for name in ["our_bot", "second_bot", "third_bot"] {
                        let person = try await stage.person(name).before(name)
                        try await person.write("/start")
                        try await person.waits(for: "Как называется")
                    }
                }
            }
            #expect(try await stage.numbers("SELECT count(*) FROM platform.leases WHERE name LIKE 'bot:%'") == [3])
            #expect(try await stage.sandbox.calls(of: "getUpdates", status: 409) == 0)
        }
    }
}

extension Stage {
    var fleet: BotFleet { parts.fleet }

    /// Waits until a process polls a bot, or none does.
    func untilHeld(_ bot: BotID, _ isHeld: Bool) async throws {
        try await waitUntil("the lease of a bot") { try await Bots(database: database).find(bot)?.isHeld == isHeld }
    }
}
