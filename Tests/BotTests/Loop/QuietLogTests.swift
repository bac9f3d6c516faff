import Accounts
import Calls
import Database
import Foundation
import Jobs
import Kernel
import Logging
import Support
import Telegram
import Testing

@testable import Bot
@testable import TelegramSandbox

/// What the bot's work leaves in the log.
@Suite(.serialized) struct QuietLogTests {
    @Test func `an update's error was logged with all that it said of what it could not read`() async throws {
        try await Stage.build { stage in
            let log = LogBook(.trace)
            let stage = stage.logging(to: log)
            try await stage.running {
                let anna = try await stage.owner()
                let tenant = try await stage.tenant(of: anna)
                let token = try await stage.database.tenant(tenant) { tx in
                    let clip = Clip(call: CallID(1), start: 0, end: 1)
                    return try await stage.parts.tokens.issue(.clip, clip, account: nil, in: tx)
                }
                let payload = "{\"call\": 77015551234770155512347701, \"start\": 0, \"end\": 1}"
                try stage.test.runAsSuperuser("UPDATE \(tenant.schema).tokens SET payload = '\(payload)'")
                let screen = Screen("Кнопка", buttons: [[.press("?", .clip(token))]])
                try await stage.send(to: anna) { place in try screen.message(to: place, rank: .reply) }
                let message = try await anna.waits(for: "Кнопка")
                let said = try await anna.press(Press.clip(token).data, under: message)
                let line = try #require(log.lines.first { $0.contains("An update could not be handled") })
                #expect(line.contains("error=Swift.DecodingError "))
                #expect(!line.contains("corrupted") && !line.contains("description"), "\(line)")
                let number = try #require(line.firstMatch(of: /incident=([2-9A-Z]{8})/)).1
                #expect(said?.contains(number) == true)
            }
            let found = log.lines(holding: [
                "7701", "Анна", "Ромашка", "Кнопка", stage.token.secretText, String(stage.token.secretText.suffix(20)),
            ])
            #expect(found == [])
        }
    }

    @Test func `a chat leaves no name, file, word, question or link in the log`() async throws {
        try await Stage.build { stage in
            let log = LogBook(.trace)
            let stage = stage.logging(to: log)
            var links: [String] = []
            try await stage.running {
                let anna = try await stage.owner()
                _ = try await stage.analysedCall(of: anna)
                try await anna.write("кто просил скидку на лодку?")
                try await anna.waits(for: "не нашлось")
                try await anna.write("/panel")
                let message = try await anna.waits { $0["text"]?.string?.contains("/sign-in/") ?? false }
                let text = try #require(message["text"]?.string)
                links = text.matches(of: /sign-in\/([A-Za-z0-9_-]{22})/).map { String($0.1) }
            }
            #expect(links.count == 1)
            #expect(log.lines.count > 5)
            let found = log.lines(
                holding: ["Анна", "Ромашка", "звонок.wav", "добрый", "скидку", "лодк", stage.token.secretText] + links
            )
            #expect(found == [])
        }
    }
}

extension Stage {
    /// The same with a log that is looked at.
    fileprivate func logging(to log: LogBook) -> Stage {
        var parts = parts
        parts.logger = log.logger
        return Stage(test: test, port: port, http: http, parts: parts, runner: BotRunner(parts), token: token)
    }
}
