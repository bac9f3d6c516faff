import Database
import Foundation
import HTTP
import Kernel
import Logging
import Reactor
import Support
import Telegram
import TelegramSandbox
import Testing

@testable import zvonar

/// The whole product with everything real around it: PostgreSQL, the speech service, the sandbox in Telegram's place.
struct City: Sendable {
    let sandbox: SandboxSide
    let panel: String
    let test: TestDatabase
    /// Its ZVONAR_VAR.
    let folder: URL
    /// The settings of its server.
    let environment: [String: String]
    /// What its server logs, more than an operator would ever ask for.
    let log = LogBook(.debug)

    /// Runs a test in a city of its own, which is gone afterwards.
    static func live(
        speech: URL? = nil,
        settings more: [String: String] = [:],
        _ body: @Sendable (City) async throws -> Void
    ) async throws {
        try await withoutServer(speech: speech, settings: more) { city in
            try await city.running { try await body(city) }
        }
    }

    /// Runs the server in this process for the time of a body; `clock` stands in the place of the machine's.
    func running(clock: WallClock = .system, _ body: () async throws -> Void) async throws {
        let settings = try Settings(arguments: [], environment: environment, file: nil)
        let house = try House(settings, clock: clock, logger: log.logger)
        let living = Task { try await house.run() }
        do {
            try await sandbox.waitForBotCommands()
            let visitor = try Visitor()
            try await waitUntil("the panel answers") {
                do { return try await visitor.get(panel + "/health").status == 200 } catch is HTTPFault { return false }
            }
            try await body()
        } catch {
            living.cancel()
            _ = await living.result
            throw error
        }
        living.cancel()
        _ = await living.result
    }

    /// The one company that there is.
    func tenant() async throws -> TenantID {
        let rows = try await test.database.platform { try await $0.query("SELECT id FROM platform.tenants") }
        return try #require(rows.first).decode(TenantID.self)
    }

    /// Runs a command of the product with the city's settings, such as `migrate`; what it printed.
    @discardableResult
    func command(_ arguments: String..., settings more: [String: String] = [:], code: Int32 = 0) async throws -> String
    {
        try await command(arguments, settings: more, code: code)
    }

    @discardableResult
    func command(_ arguments: [String], settings more: [String: String] = [:], code: Int32 = 0) async throws -> String {
        let command = try ProductCommand(arguments, environment.merging(more) { $1 }, in: folder)
        let (ending, words) = try await command.end()
        guard ending == code else { throw CommandEnded(code: ending, words: words) }
        return words
    }

    private struct CommandEnded: Error {
        let code: Int32
        let words: String
    }

    /// The same where no server runs yet.
    static func withoutServer(
        speech: URL? = nil,
        settings more: [String: String] = [:],
        _ body: @Sendable (City) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "zvonar-city-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var configuration = SandboxConfiguration(folder: folder.appending(path: "sandbox"))
        configuration.port = 0
        let sandbox = TelegramSandbox(configuration, logger: TestDatabase.logger)
        let port = try await sandbox.start()
        do {
            let side = try SandboxSide(port: port)
            let test = try await TestDatabase.make()
            let panelPort = try freePort()
            let environment = [
                "ZVONAR_VAR": folder.path,
                "ZVONAR_HTTP_PORT": "\(panelPort)",
                "ZVONAR_SECRET_KEY": Data(randomBytes(32)).base64EncodedString(),
                "ZVONAR_DATABASE_URL":
                    "postgresql:///\(test.name)?host=\(test.configuration.host)&port=\(test.configuration.port)",
                "ZVONAR_DATABASE_OWNER_PASSWORD": "owner-test",
                "ZVONAR_DATABASE_PLATFORM_PASSWORD": "platform-test",
                "ZVONAR_DATABASE_CELL_PASSWORD": "cell-test",
                "ZVONAR_TELEGRAM_TOKEN": try await side.issueBot(),
                "ZVONAR_TELEGRAM_API": "http://127.0.0.1:\(port)",
                "ZVONAR_SPEECH_URL": try (speech ?? SpeechService.shared().base).absoluteString,
                "ZVONAR_EMBEDDINGS_URL": try SpeechService.shared().base.absoluteString,
                "ZVONAR_MIGRATIONS": TestDatabase.root.appending(path: "Migrations").path,
                "ZVONAR_PUBLIC_FILES": TestDatabase.root.appending(path: "Web/Public").path,
            ].merging(more) { $1 }
            let panel = "http://127.0.0.1:\(panelPort)"
            try await body(City(sandbox: side, panel: panel, test: test, folder: folder, environment: environment))
        } catch {
            await sandbox.stop()
            throw error
        }
        await sandbox.stop()
    }

    /// A port that nobody listens on now.
    static func freePort() throws -> Int {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 ? getsockname(listener, $0, &length) : -1
            }
        }
        guard result == 0 else { throw NoFreePort() }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    private struct NoFreePort: Error {}
}
