import Accounts
import ArgumentParser
import Bot
import Database
import Foundation
import HTTP
import Jobs
import Kernel
import Logging
import Reactor
import Telegram

struct BotCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bot",
        abstract: "The bots of this installation; a running server follows every change within a second.",
        subcommands: [List.self, Add.self, Stop.self, Resume.self]
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the bots.")

        @OptionGroup var options: SettingsOptions

        func run() async throws {
            let bots = try await withDatabase(try options.read()) { try await Bots(database: $0).all() }
            guard !bots.isEmpty else { return print("There is no bot yet.") }
            for bot in bots { print(BotLine(bot).text) }
        }
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Adds a bot, or its new token in place of the old.",
            discussion: "The token is read from standard input, or asked for; it never stands on the command line."
        )

        @OptionGroup var options: SettingsOptions
        @Option(help: "The company whose own bot it is; without it all companies share the bot.") var tenant: Int64?
        @Option(help: "A file with the token instead of standard input.") var tokenFile: String?

        func run() async throws {
            let settings = try options.read()
            guard let token = BotToken(try TokenSource(file: tokenFile).read()) else {
                throw ValidationFailure("That is not a bot's token; @BotFather gives one such as 123456:ABC….")
            }
            try await withDatabase(settings) { database in
                if let tenant { _ = try await Tenants(database: database).known(TenantID(tenant)) }
                let name = try await withHTTP(settings) { http in
                    try await settings.fleet(database, http).add(token, for: tenant.map { TenantID($0) })
                }
                print("Bot @\(name) is added.")
            }
        }
    }

    struct Stop: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Stops a bot until it is resumed; what people write to it waits at Telegram for a day."
        )

        @OptionGroup var options: SettingsOptions
        @Argument(help: "Its number or name, as `bot list` shows it.") var bot: String

        func run() async throws {
            try await withDatabase(try options.read()) { database in
                let found = try await Bots(database: database).named(bot)
                _ = try await Bots(database: database).stop(found.id, because: "stopped by an administrator")
                print("Bot \(found.name) stands still.")
            }
        }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lets a stopped bot run again.")

        @OptionGroup var options: SettingsOptions
        @Argument(help: "Its number or name, as `bot list` shows it.") var bot: String

        func run() async throws {
            try await withDatabase(try options.read()) { database in
                let found = try await Bots(database: database).named(bot)
                _ = try await Bots(database: database).resume(found.id)
                print("Bot \(found.name) runs again.")
            }
        }
    }
}

/// A bot in one line.
struct BotLine {
    let text: String

    init(_ bot: StoredBot) {
        let whom = bot.tenant.map { "company \($0)" } ?? "shared"
        let state =
            if let reason = bot.stopped { "stands still: \(reason)" } else if bot.isHeld { "runs" } else {
                "waits for a server"
            }
        text = "\(bot.id)\t\(bot.name)\t\(whom)\t\(state)"
    }
}

/// Where a token comes from.
struct TokenSource {
    let file: String?

    func read() throws -> String {
        let text: String
        if let file {
            do { text = try String(contentsOf: URL(filePath: file), encoding: .utf8) } catch {
                throw ValidationFailure("\(file) cannot be read.")
            }
        } else if isatty(STDIN_FILENO) == 1 {
            // Not echoed, so that it stays out of what the terminal keeps.
            text = getpass("Token: ").map { String(cString: $0) } ?? ""
        } else {
            text = readLine() ?? ""
        }
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}

extension Bots {
    /// The bot of a number or a name.
    fileprivate func named(_ text: String) async throws -> StoredBot {
        let name = text.hasPrefix("@") ? String(text.dropFirst()) : text
        let found = try await all().first { "\($0.id)" == name || $0.username?.lowercased() == name.lowercased() }
        guard let found else { throw ValidationFailure("There is no bot \(text); `bot list` shows them.") }
        return found
    }
}

extension Tenants {
    /// A company that is ready, or words for the command line.
    fileprivate func known(_ tenant: TenantID) async throws -> TenantProfile {
        do { return try await profile(tenant) } catch let fault as TenantFault {
            throw ValidationFailure(fault.description)
        }
    }
}

extension Settings {
    /// The bots as this installation seals and reaches them.
    func fleet(_ database: Database, _ http: HTTPClient) -> BotFleet {
        BotFleet(database: database, http: http, secretKey: secretKey, address: telegramAddress)
    }
}

/// Opens a client for the length of one command; refusals and faults end it with their words.
func withHTTP<Value>(_ settings: Settings, _ body: (HTTPClient) async throws -> Value) async throws -> Value {
    let reactor = try Reactor()
    defer { reactor.stop() }
    let http = try HTTPClient(reactor: reactor, configuration: HTTPConfiguration(proxy: settings.proxy))
    let result: Result<Value, any Error>
    do { result = .success(try await body(http)) } catch { result = .failure(error) }
    await http.close()
    do { return try result.get() } catch let refusal as any Refusal {
        throw ValidationFailure(refusal.sentence(in: .english))
    } catch let fault as any Fault {
        throw ValidationFailure("\(fault)")
    }
}
