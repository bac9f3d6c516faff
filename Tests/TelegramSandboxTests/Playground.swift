import Foundation
import HTTP
import Kernel
import Logging
import Reactor
import Testing

@testable import TelegramSandbox

/// A running sandbox with a bot and a person who has started it, spoken to over real HTTP.
struct Playground: Sendable {
    let port: Int
    let folder: URL
    let token: String
    let person: Int
    let client: HTTPClient
    let clock: TestClock

    struct Answer: Sendable {
        let status: Int
        let json: JSON
        let headers: HTTPHeaders

        var result: JSON { json["result"] ?? .null }
        var description: String { json["description"]?.string ?? "" }
        var error: String { json["error"]?.string ?? "" }
    }

    /// Runs a test on a sandbox of its own, which is gone afterwards.
    ///
    /// Without a person it is as on the first day: there is a bot, and nobody has come yet.
    static func play(
        hasLimits: Bool = false,
        hasPerson: Bool = true,
        _ test: (Playground) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "sandbox-\(UUID().uuidString)")
        defer {
            do {
                try FileManager.default.removeItem(at: folder)
            } catch {
                Issue.record("the test's folder was not removed: \(error)")
            }
        }
        try await run(folder, hasLimits: hasLimits) { port, client, clock in
            let begin = Playground(port: port, folder: folder, token: "", person: 0, client: client, clock: clock)
            let bot = try await begin.post("/sandbox/bots", ["username": "test_bot", "first_name": "Тест"])
            let person =
                hasPerson
                ? try await begin.post("/sandbox/users", ["first_name": "Анна", "language_code": "ru"]).json["id"]?.int
                : 0
            let playground = Playground(
                port: port,
                folder: folder,
                token: try #require(bot.json["token"]?.string),
                person: try #require(person),
                client: client,
                clock: clock
            )
            if hasPerson { _ = try await playground.write("/start") }
            try await test(playground)
        }
    }

    /// Runs a sandbox on a folder; `self` goes on against it after a restart by `reopened`.
    private static func run(
        _ folder: URL,
        hasLimits: Bool,
        _ body: (Int, HTTPClient, TestClock) async throws -> Void
    ) async throws {
        let clock = TestClock()
        var configuration = SandboxConfiguration(folder: folder)
        configuration.port = 0
        configuration.hasLimits = hasLimits
        configuration.clock = clock.wall
        let sandbox = TelegramSandbox(configuration, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let port = try await sandbox.start()
        let client = try HTTPClient(reactor: Reactor())
        do {
            try await body(port, client, clock)
        } catch {
            await sandbox.stop()
            await client.close()
            throw error
        }
        await sandbox.stop()
        await client.close()
    }

    /// The same folder under another sandbox, as after a crash: the first one is not stopped and writes no more.
    func reopened(_ test: (Playground) async throws -> Void) async throws {
        try await Self.run(folder, hasLimits: false) { port, client, clock in
            try await test(
                Playground(port: port, folder: folder, token: token, person: person, client: client, clock: clock)
            )
        }
    }

    var base: String { "http://127.0.0.1:\(port)" }

    func bot(_ method: String, _ parameters: JSON = [:]) async throws -> Answer {
        try await post("/bot\(token)/\(method)", parameters)
    }

    func bot(_ method: String, parts: [HTTPPart]) async throws -> Answer {
        try await send("/bot\(token)/\(method)", .multipart(parts))
    }

    /// Sends a text to the person.
    func say(_ text: String, _ more: [String: JSON] = [:]) async throws -> Answer {
        try await bot(
            "sendMessage",
            .object(more.merging(["chat_id": .integer(person), "text": .string(text)]) { $1 })
        )
    }

    /// The person writes.
    func write(_ text: String) async throws -> Answer { try await act("text", ["text": .string(text)]) }

    func act(_ verb: String, _ parameters: [String: JSON] = [:]) async throws -> Answer {
        try await post("/sandbox/chats/\(person)/\(verb)", .object(parameters.merging(["bot": "test_bot"]) { $1 }))
    }

    func sendFile(_ bytes: [UInt8], name: String, kind: String, _ more: [(String, String)] = []) async throws -> Answer
    {
        var parts = more.map { HTTPPart($0.0, $0.1) }
        parts += [HTTPPart("bot", "test_bot"), HTTPPart("kind", kind)]
        parts.append(HTTPPart(name: "file", filename: name, content: .bytes(bytes)))
        return try await send("/sandbox/chats/\(person)/file", .multipart(parts))
    }

    func messages(after: Int = 0) async throws -> [JSON] {
        try await get("/sandbox/chats/\(person)/messages?bot=test_bot&after=\(after)").json.array ?? []
    }

    func post(_ path: String, _ json: JSON) async throws -> Answer { try await send(path, .json(json.bytes)) }

    func get(_ path: String, _ headers: HTTPHeaders = [:]) async throws -> Answer {
        try await answer(HTTPRequest(.get, address(path), headers: headers))
    }

    private func send(_ path: String, _ body: HTTPBody) async throws -> Answer {
        try await answer(HTTPRequest(.post, address(path), body: body))
    }

    private func answer(_ request: HTTPRequest) async throws -> Answer {
        let response = try await client.send(request)
        return Answer(status: response.status, json: try JSON(parsing: response.body), headers: response.headers)
    }

    func bytes(_ path: String, _ headers: HTTPHeaders = [:]) async throws -> HTTPResponse {
        var request = HTTPRequest(.get, try address(path), headers: headers)
        request.maximumResponseBytes = 64 << 20
        return try await client.send(request)
    }

    func address(_ path: String) throws -> URL { try #require(URL(string: base + path)) }
}

/// A clock that stands still until the test moves it.
final class TestClock: Sendable {
    private let moved = Moved()
    private let start = Date()

    var wall: WallClock { WallClock { [moved, start] in start.addingTimeInterval(moved.seconds) } }

    func advance(seconds: Double) { moved.add(seconds) }

    private final class Moved: @unchecked Sendable {
        private let lock = NSLock()
        private var value = 0.0

        var seconds: Double { lock.withLock { value } }
        func add(_ more: Double) { lock.withLock { value += more } }
    }
}
