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

/// The owner connects the company's own bot by sending its token.
struct OwnBotTests {
    @Test func `an owner sends a token, and the bot runs while the token is nowhere in clear`() async throws {
        try await Stage.play { stage in
            let anna = try await stage.owner()
            let token = try await stage.issueBot("daisy_bot")
            try await anna.write("/bot")
            try await anna.waits(for: "@BotFather")
            try await anna.write("Done! Use this token:\n\(token.secretText)\nKeep it secure.")
            try await anna.waits(for: "Бот @daisy_bot подключён")
            try await anna.before("daisy_bot").write("/start")
            try await anna.before("daisy_bot").waits(for: "Компания: Ромашка")
            try await waitUntil("the message is taken away") {
                let seen = try await stage.sandbox.get("/sandbox/chats/\(anna.id)/messages?bot=our_bot&after=0")
                return !seen.text.contains(token.secretText)
            }
            try await stage.expectNowhere(token)
            let stored = try #require(try await Bots(database: stage.database).find(token.botID))
            #expect(stored.tenant == (try await stage.tenant(of: anna)))
        }
    }

    @Test func `an owner stops the bot and starts it again by a button`() async throws {
        try await Stage.play { stage in
            let anna = try await stage.owner()
            let token = try await stage.issueBot("daisy_bot")
            try await anna.write(token.secretText)
            try await anna.waits(for: "подключён")
            try await anna.write("/bot")
            let state = try await anna.waits(for: "Он работает")
            #expect(try await anna.press("bot-stop:\(token.userID)", under: state) == "Бот остановлен.")
            try await anna.waits(for: "Он остановлен")
            try await stage.untilHeld(token.botID, false)
            #expect(try await anna.press("bot-start:\(token.userID)", under: state) == "Бот включён.")
            try await anna.waits(for: "Он работает")
            try await stage.untilHeld(token.botID, true)
        }
    }

    @Test func `a neighbour's bot was said to be stopped though nothing had changed`() async throws {
        try await Stage.play { stage in
            let anna = try await stage.owner()
            let boris = try await stage.owner("Борис", company: "Василёк")
            let bots = Bots(database: stage.database)
            let theirs = try await stage.issueBot("daisy_bot")
            _ = try await stage.fleet.add(theirs, for: try await stage.tenant(of: anna))
            let mine = try await stage.issueBot("cornflower_bot")
            _ = try await stage.fleet.add(mine, for: try await stage.tenant(of: boris))
            let still = try await stage.issueBot("tulip_bot")
            _ = try await stage.fleet.add(still, for: try await stage.tenant(of: anna))
            #expect(try await bots.stop(still.botID, because: "by a test"))
            func states() async throws -> [String] {
                try await bots.all().map { "\($0.id) \($0.revision) \($0.stopped ?? "runs")" }
            }
            let before = try await states()
            let others: [Press] = [theirs.botID, stage.bot, still.botID, BotID(999_999_999)].flatMap {
                [.stopBot($0), .resumeBot($0)]
            }
            let screen = Screen("Чужое", buttons: (others + [.stopBot(mine.botID)]).map { [.press("?", $0)] })
            try await stage.send(to: boris) { place in try screen.message(to: place, rank: .reply) }
            let message = try await boris.waits(for: "Чужое")
            for press in others {
                let said = try await boris.press(press.data, under: message)
                #expect(said == "Эта кнопка больше не действует.", "\(press)")
            }
            #expect(try await states() == before)
            #expect(try await boris.press("bot-stop:\(mine.userID)", under: message) == "Бот остановлен.")
            #expect(try await bots.find(mine.botID)?.isStoppedByHand == true)
        }
    }

    @Test func `no stranger, wrong token or second bot is connected, and every token leaves the chat`() async throws {
        try await Stage.play { stage in
            let vera = try await stage.person("Вера")
            let token = try await stage.issueBot("daisy_bot")
            try await vera.write(token.secretText)
            try await vera.waits(for: "сначала зарегистрируйте компанию")
            let anna = try await stage.owner()
            try await anna.write("1234567:" + String(repeating: "x", count: 35))
            try await anna.waits(for: "Telegram не знает такого токена")
            try await anna.write(token.secretText)
            try await anna.waits(for: "@daisy_bot подключён")
            let second = try await stage.issueBot("second_bot")
            try await anna.write(second.secretText)
            try await anna.waits(for: "У компании уже есть свой бот: @daisy_bot")
            // Another company's bot stays theirs.
            let boris = try await stage.owner("Борис", company: "Василёк")
            try await boris.write(token.secretText)
            try await boris.waits(for: "служит не этой компании")
            #expect(try await stage.numbers("SELECT count(*) FROM platform.bots WHERE tenant_id IS NOT NULL") == [1])
            for person in [vera, anna, boris] {
                try await waitUntil("the tokens are taken away") {
                    let seen = try await stage.sandbox.get("/sandbox/chats/\(person.id)/messages?bot=our_bot&after=0")
                    return !seen.text.contains(token.secretText) && !seen.text.contains(second.secretText)
                }
            }
            try await stage.expectNowhere(token)
            try await stage.expectNowhere(second)
        }
    }

    @Test func `who is no owner connects nothing`() {
        let visitor = Visitors.member(.head)
        let token = SentToken(in: "sealed-token(abc)")
        let decision = token.map { Front.decide(.token($0), visitor) }
        #expect(decision?.effects.contains { if case .addBot = $0 { true } else { false } } == false)
        #expect(decision?.effects.first == .delete(10))
        #expect(decision?.said == [OwnBotTexts.tokenOfNoOwner(.russian)])
        #expect(Front.decide(.command("bot"), visitor).said == [MenuTexts.notAnOwner(.russian)])
        let pressed = Front.decide(.press(.stopBot(BotID(7)), message: 1), visitor)
        #expect(pressed.effects.isEmpty)
        #expect(pressed.notice == MenuTexts.notAnOwner(.russian))
    }

    private let key = SecretKey.random()
    private static let secret = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw_-"

    @Test(arguments: [
        "\(secret)", "t.me/bot\(secret)/getMe", "token:\\n\(secret)\\nKeep", "{\"text\":\"\(secret)\"}", "7\(secret)",
        "\(secret)AND MORE", "12:34 \(secret) и ещё \(secret)", "🌼\(secret)🌼",
    ])
    func `a token is sealed wherever it stands`(text: String) throws {
        let sealed = SentToken.sealed(in: text, with: key)
        #expect(!sealed.contains("AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"))
        let token = try #require(SentToken(in: sealed))
        #expect(token.opened(with: key)?.secretText.contains("AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw_-") == true)
        #expect(token.opened(with: .random()) == nil)
        #expect(SentToken.sealed(in: sealed, with: key) == sealed)
    }

    @Test(arguments: [
        "", ":", "12:34", "встреча в 12345:", "clip:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw", "{\"id\":12345,\"date\":1}",
        "1234:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw_-", "12345:short",
    ])
    func `what is no token stays as it is`(text: String) {
        #expect(SentToken.sealed(in: text, with: key) == text)
        #expect(SentToken(in: text) == nil)
    }

    @Test(arguments: ["sealed-token()", "sealed-token(", "sealed-token(AAAA)", "sealed-token(ы)"])
    func `a seal that somebody else wrote opens nothing`(text: String) {
        #expect(SentToken(in: text)?.opened(with: key) == nil)
    }
}

extension Stage {
    /// No table of the database, the companies' own included, holds a token in clear.
    func expectNowhere(_ token: BotToken) async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "zvonar-dump-\(UUID().uuidString)")
        defer { do { try FileManager.default.removeItem(at: file) } catch { Issue.record("the dump stays: \(error)") } }
        try TestPostgres.shared().dump(test.name, to: file)
        let dump = try Data(contentsOf: file)
        #expect(dump.firstRange(of: Data("CREATE TABLE platform.inbox".utf8)) != nil)
        #expect(dump.firstRange(of: Data(token.secretText.utf8)) == nil)
    }
}
