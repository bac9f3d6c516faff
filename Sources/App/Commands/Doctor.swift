import ArgumentParser
import Logging
import Audio
import Bot
import Database
import Foundation
import HTTP
import Jobs
import Kernel
import Reactor
import Speech
import Telegram

struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows every setting and where it came from, and tries each thing that the product depends on."
    )

    @OptionGroup var options: SettingsOptions

    func run() async throws {
        let settings = try options.read()
        showSettings(settings)
        let logger = startLogging(.critical)
        let reactor = try Reactor()
        let http = try HTTPClient(reactor: reactor, configuration: HTTPConfiguration(proxy: settings.proxy))
        let database = settings.databases(reactor, logger)
        var isWell = true
        for (name, check) in checks(settings, database, http) + (await bots(settings, database, http)) {
            do {
                print("✓ \(name): \(try await check())")
            } catch {
                isWell = false
                print("✗ \(name): \(error is any Fault ? words(for: error) : "\(error)")")
            }
        }
        await http.close()
        database.close()
        reactor.stop()
        if !isWell { throw ExitCode(1) }
    }

    private func showSettings(_ settings: Settings) {
        let width = settings.reports.map(\.name.count).max() ?? 0
        for report in settings.reports {
            let name = report.name.padding(toLength: width, withPad: " ", startingAt: 0)
            print("\(name)  \(report.value ?? "–")  (\(report.value == nil ? "not set" : report.origin.text))")
        }
        for name in settings.unknown { print("\(name): nothing reads a setting of this name") }
        print("")
    }

    private typealias Check = (String, () async throws -> String)

    private func checks(_ settings: Settings, _ database: Database, _ http: HTTPClient) -> [Check] {
        var checks: [Check] = [
            ("PostgreSQL as platform", { try await database.platform { try await version($0) } }),
            ("PostgreSQL as cell", { try await version(of: database) }),
        ]
        for cell in database.allCells {
            let name = cell.number == 1 ? "PostgreSQL" : "PostgreSQL of cell \(cell.number)"
            if cell.number > 1 { checks.append((name, { try await version(of: cell) })) }
            checks.append(("\(name), its disk", { try await room(of: cell) }))
            checks.append(("\(name), its clock", { try await agreement(with: cell) }))
        }
        checks += [
            (
                "Audio",
                {
                    _ = try AudioTools()
                    return "ffmpeg, ffprobe and libmagic are here"
                }
            ),
            (
                "Recordings",
                {
                    guard let storage = settings.storage else { return try writable(settings.recordings) }
                    return try await settings.tryStorage(storage, http)
                }
            ),
            ("Temporary files", { try writable(settings.temporary) }),
            ("Panel's files", { try present(settings.publicFiles) }),
        ]
        for (name, engine) in [
            ("Speech", settings.speech), ("Embeddings", settings.embeddings), ("Language model", settings.language),
        ] {
            checks.append((name, { try await answer(engine, http) }))
        }
        return checks
    }

    private func version(of cell: Database) async throws -> String {
        try await cell.checkNumber()
        return try await cell.cell { try await version($0) }
    }

    private func version(_ tx: some Transaction) async throws -> String {
        try await tx.query("SELECT 'version ' || current_setting('server_version')").first?.decode(String.self) ?? "?"
    }

    private func room(of cell: Database) async throws -> String {
        try await cell.tryDisk()
        return "it writes"
    }

    private func agreement(with cell: Database) async throws -> String {
        let offset = try await ClockOffset(of: cell, clock: .system)
        if let trouble = offset.trouble { throw ValidationFailure(trouble) }
        return "it shows this machine's time"
    }

    private func writable(_ folder: URL) throws -> String {
        let file = folder.appending(path: ".doctor")
        do {
            try Data("x".utf8).write(to: file)
            try FileManager.default.removeItem(at: file)
        } catch CocoaError.fileWriteOutOfSpace {
            throw ValidationFailure("\(folder.path): the disk is full")
        } catch {
            throw ValidationFailure("\(folder.path) cannot be written")
        }
        guard let space = DiskSpace(of: folder) else { throw ValidationFailure("\(folder.path) is gone") }
        guard !space.isShort else {
            throw ValidationFailure("\(folder.path): the disk is nearly full, \(space.free / 1_000_000) MB left")
        }
        return "\(folder.path) may be written, \(space.free / 1_000_000_000) GB free"
    }

    private func present(_ folder: URL) throws -> String {
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        return "\(files.count) in \(folder.path)"
    }

    /// One check a bot; the bot of the settings is among them once a server has run.
    private func bots(_ settings: Settings, _ database: Database, _ http: HTTPClient) async -> [Check] {
        let stored: [StoredBot]
        do { stored = try await Bots(database: database).all() } catch {
            return [("Telegram", { throw error })]
        }
        var checks: [Check] = stored.map { bot in
            let whom = bot.tenant.map { "company \($0)" } ?? "shared"
            return (
                "Bot \(bot.name) (\(whom))",
                {
                    // A person's own will is no illness.
                    if bot.isStoppedByHand { return bot.stopped ?? "" }
                    if let reason = bot.stopped { throw ValidationFailure("stands still: \(reason)") }
                    _ = try await settings.fleet(database, http).client(bot).call(GetMe())
                    return "answers" + (bot.isHeld ? "" : ", but no server polls it")
                }
            )
        }
        if let token = settings.telegramToken, !stored.contains(where: { $0.id == BotID(token.userID) }) {
            checks.append(
                (
                    "Telegram",
                    {
                        let client = TelegramClient(http: http, token: token, address: settings.telegramAddress)
                        return
                            "bot @\(try await client.call(GetMe()).username ?? "?") answers; no server has run it yet"
                    }
                )
            )
        }
        return checks.isEmpty ? [("Telegram", { "no token is set, no bot runs" })] : checks
    }

    private func answer(_ engine: EngineSettings?, _ http: HTTPClient) async throws -> String {
        guard let engine else { return "not set" }
        switch await EngineState(of: engine, http) {
        case .ready: return "answers"
        case .down(let reason): throw ValidationFailure(reason)
        }
    }
}
