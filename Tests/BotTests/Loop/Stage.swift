import Accounts
import Audio
import Calls
import Database
import Foundation
import HTTP
import Jobs
import Kernel
import Logging
import Reactor
import Support
import Telegram
import Testing

@testable import Bot
@testable import TelegramSandbox

/// A sandbox, a database and the parts of a bot between them, which a test starts and stops as it likes.
struct Stage: Sendable {
    let test: TestDatabase
    let port: Int
    let http: HTTPClient
    let parts: BotParts
    let runner: BotRunner
    let token: BotToken

    var database: Database { parts.database }
    var bot: BotID { BotID(token.userID) }

    /// Builds everything but starts no loop; `cells` are there beside the first, which takes all new companies.
    static func build(
        cells: [Int: DatabaseConfiguration] = [:],
        retryDelay: Duration = .milliseconds(5),
        _ body: (Stage) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "zvonar-bot-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var configuration = SandboxConfiguration(folder: folder.appending(path: "sandbox"))
        configuration.port = 0
        configuration.hasLimits = false
        let sandbox = TelegramSandbox(configuration, logger: Logger(label: "sandbox") { _ in SwiftLogNoOpLogHandler() })
        let port = try await sandbox.start()
        let http = try HTTPClient(reactor: TestDatabase.reactor)
        var result: Result<Void, any Error>
        do {
            let issued = try await Sandbox(port: port, http: http).post(
                "/sandbox/bots",
                ["username": "our_bot", "first_name": "Звонарь"]
            )
            let token = try #require(issued["token"]?.string.flatMap(BotToken.init))
            let test = try await TestDatabase.make()
            try test.runAsSuperuser(
                "ALTER TABLE platform.tenants ALTER COLUMN id RESTART WITH \(2_000_000 + 100 * TestDatabase.tenantNumber().rawValue)"
            )
            var parts = try parts(test, cells, http, port, folder)
            parts.retryDelay = retryDelay
            let stage = Stage(
                test: test,
                port: port,
                http: http,
                parts: parts,
                runner: BotRunner(parts),
                token: token
            )
            try await stage.runner.install(token)
            result = .success(try await body(stage))
            parts.database.close()
            test.database.close()
        } catch {
            result = .failure(error)
        }
        await sandbox.stop()
        await http.close()
        try FileManager.default.removeItem(at: folder)
        try result.get()
    }

    /// Runs a test while the bot and its jobs run.
    static func play(_ body: (Stage) async throws -> Void) async throws {
        try await build { stage in try await stage.running { try await body(stage) } }
    }

    /// Runs the bot until `body` ends, then stops it as a shutdown does.
    @discardableResult
    func running<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        let jobs = JobRunner(
            database: database,
            workers: [.quick: 2, .network: 2, .heavy: 1],
            logger: parts.logger
        )
        runner.registerJobs(on: jobs)
        jobs.register(CallJobs.asked, work: parts.questions.handle, whenDead: runner.tellQuestionFailed)
        jobs.register(CallJobs.digestDue, work: parts.digests.handle)
        // Transcribing is another room's work: here a call waits until the test ends it.
        jobs.register(CallJobs.transcribe, work: { _, _ in .done })
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await runner.run() }
            group.addTask { await jobs.run() }
            let result: Result<Value, any Error>
            do { result = .success(try await body()) } catch { result = .failure(error) }
            jobs.stop()
            group.cancelAll()
            try await group.waitForAll()
            return try result.get()
        }
    }

    var sandbox: Sandbox { Sandbox(port: port, http: http) }

    /// Another bot at Telegram, which the product does not know yet.
    func issueBot(_ username: String) async throws -> BotToken {
        let issued = try await sandbox.post("/sandbox/bots", ["username": .string(username), "first_name": "Звонарь"])
        return try #require(issued["token"]?.string.flatMap(BotToken.init))
    }

    func person(_ name: String = "Анна", language: String = "ru") async throws -> Person {
        let user = try await sandbox.post(
            "/sandbox/users",
            ["first_name": .string(name), "language_code": .string(language)]
        )
        return Person(id: try #require(user["id"]?.int), sandbox: sandbox)
    }

    /// A person whose company is ready.
    func owner(_ name: String = "Анна", company: String = "Ромашка") async throws -> Person {
        let person = try await person(name)
        try await person.write("/start")
        try await person.waits(for: "Как называется")
        try await person.write(company)
        let zones = try await person.waits(for: "Который у вас час")
        try await person.press("zone:Europe/Moscow", under: zones)
        try await person.waits(for: "Готово. Компания")
        return person
    }

    func tenant(of person: Person) async throws -> TenantID {
        let telegram = TelegramPerson(id: Int64(person.id), firstName: "", username: nil, languageTag: nil)
        let place = ChatPlace(bot: bot, chat: Int64(person.id))
        let presence = try await parts.people.arrive(telegram, in: place)
        return try #require(presence.active?.tenant)
    }

    func numbers(_ sql: SQL) async throws -> [Int] {
        try await database.platform { tx in try await tx.query(sql).map { try $0.decode(Int.self) } }
    }

    func cellTexts(_ sql: SQL) async throws -> [String] {
        try await database.cell { tx in try await tx.query(sql).map { try $0.decode(String.self) } }
    }

    private static func parts(
        _ test: TestDatabase,
        _ cells: [Int: DatabaseConfiguration],
        _ http: HTTPClient,
        _ port: Int,
        _ folder: URL
    ) throws -> BotParts {
        let clock = WallClock.system
        let database = Database(
            configuration: test.configuration,
            cells: cells,
            open: [1],
            reactor: TestDatabase.reactor,
            logger: TestDatabase.logger
        )
        let key = SecretKey.random()
        let audio = try AudioTools()
        let files = RecordingFiles(
            store: RecordingStore(folder: folder.appending(path: "recordings")),
            keys: TenantKeys(database: database, master: key),
            folders: WorkFolders(parent: folder.appending(path: "work"))
        )
        let player = PlayerAudio(database: database, files: files, audio: audio)
        let tokens = Tokens(clock: clock)
        var parts = BotParts(
            database: database,
            http: http,
            secretKey: key,
            telegramAddress: "http://127.0.0.1:\(port)",
            publicURL: "http://127.0.0.1:8080",
            leases: Leases(database: database, logger: TestDatabase.logger),
            schedule: Schedule(database: database),
            tenants: Tenants(database: database),
            people: People(database: database),
            registrations: Registrations(
                database: database,
                migrator: Migrator(
                    database: database,
                    folder: try MigrationFolder(TestDatabase.root.appending(path: "Migrations"))
                ),
                logger: TestDatabase.logger
            ),
            signIn: SignIn(database: database),
            recordings: Recordings(database: database, audio: audio, files: files, clock: clock),
            archive: CallArchive(database: database),
            questions: Questions(database: database, embedding: nil, clock: clock, logger: TestDatabase.logger),
            digests: Digests(database: database, clock: clock),
            clips: Clips(database: database, files: files, player: player, audio: audio, tokens: tokens),
            tokens: tokens,
            folders: WorkFolders(parent: folder.appending(path: "work")),
            clock: clock,
            logger: TestDatabase.logger
        )
        parts.pollSeconds = 5
        return parts
    }
}

/// The person's and the developer's side of the sandbox over HTTP.
struct Sandbox: Sendable {
    let port: Int
    let http: HTTPClient

    func post(_ path: String, _ body: JSON) async throws -> JSON {
        try await send(HTTPRequest(.post, try address(path), body: .json(body.bytes)))
    }

    func upload(_ path: String, _ parts: [HTTPPart]) async throws -> JSON {
        try await send(HTTPRequest(.post, try address(path), body: .multipart(parts)))
    }

    func get(_ path: String) async throws -> JSON {
        var request = HTTPRequest(.get, try address(path))
        request.timeouts = HTTPTimeouts(total: .seconds(60))
        return try await send(request)
    }

    func fault(_ fault: JSON) async throws { _ = try await post("/sandbox/faults", fault) }

    /// How many calls of a method ended with a status.
    func calls(of method: String, status: Int) async throws -> Int {
        let log = try await get("/sandbox/log?after=0").array ?? []
        return log.count { $0["method"]?.string == method && $0["status"]?.int == status }
    }

    private func send(_ request: HTTPRequest) async throws -> JSON {
        let response = try await http.send(request)
        let json = try JSON(parsing: response.body)
        guard response.isSuccess else { throw Unexpected(answer: json.text) }
        return json
    }

    private func address(_ path: String) throws -> URL { try #require(URL(string: "http://127.0.0.1:\(port)\(path)")) }
}

struct Unexpected: Error, CustomStringConvertible {
    let answer: String
    var description: String { answer }
}

/// A person in front of the bot.
struct Person: Sendable {
    let id: Int
    let sandbox: Sandbox
    var bot = "our_bot"

    /// The same person in front of another bot.
    func before(_ bot: String) -> Person { Person(id: id, sandbox: sandbox, bot: bot) }

    func write(_ text: String) async throws { _ = try await act("text", ["text": .string(text)]) }

    func act(_ verb: String, _ parameters: [String: JSON] = [:]) async throws -> JSON {
        try await sandbox.post(
            "/sandbox/chats/\(id)/\(verb)",
            .object(parameters.merging(["bot": .string(bot)]) { $1 })
        )
    }

    /// Presses a button and gives what is shown over the chat.
    @discardableResult
    func press(_ data: String, under message: Int) async throws -> String? {
        let answer = try await act("press", ["message_id": .integer(message), "callback_data": .string(data)])
        #expect(answer["answered"]?.bool == true)
        return answer["text"]?.string
    }

    func send(_ bytes: [UInt8], name: String, kind: String = "document") async throws {
        let parts = [
            HTTPPart("bot", bot), HTTPPart("kind", kind),
            HTTPPart(name: "file", filename: name, content: .bytes(bytes)),
        ]
        _ = try await sandbox.upload("/sandbox/chats/\(id)/file", parts)
    }

    /// All messages of the bot, as they read now.
    func received() async throws -> [JSON] {
        let messages = try await sandbox.get("/sandbox/chats/\(id)/messages?bot=\(bot)&after=0").array ?? []
        return messages.filter { $0["from"]?["is_bot"]?.bool == true }
    }

    func texts() async throws -> [String] { try await received().compactMap { $0["text"]?.string } }

    /// Waits until a message of the bot reads so by now, and gives its number.
    @discardableResult
    func waits(for text: String, sourceLocation: SourceLocation = #_sourceLocation) async throws -> Int {
        let found = try await waits(sourceLocation: sourceLocation) { $0["text"]?.string?.contains(text) ?? false }
        return try #require(found["message_id"]?.int)
    }

    /// Waits for a message of the bot by the sandbox's events, at most half a minute.
    func waits(
        sourceLocation: SourceLocation = #_sourceLocation,
        until isWanted: (JSON) -> Bool
    ) async throws -> JSON {
        try await waits(sourceLocation: sourceLocation) { messages in messages.last(where: isWanted) }
    }

    /// Waits until the bot has written so many messages, and gives how they read.
    func waits(forTexts count: Int, sourceLocation: SourceLocation = #_sourceLocation) async throws -> [String] {
        try await waits(sourceLocation: sourceLocation) { messages in
            messages.count >= count ? messages.compactMap { $0["text"]?.string } : nil
        }
    }

    private func waits<Found>(
        sourceLocation: SourceLocation,
        _ find: ([JSON]) -> Found?
    ) async throws -> Found {
        let deadline = ContinuousClock.now + .seconds(30)
        var event = 0
        while ContinuousClock.now < deadline {
            if let found = find(try await received()) { return found }
            let path = "/sandbox/chats/\(id)/events?bot=\(bot)&after=\(event)&wait=5"
            for change in try await sandbox.get(path).array ?? [] { event = max(event, change["event"]?.int ?? 0) }
        }
        let seen = try await texts()
        Issue.record("the message did not come; seen: \(seen)", sourceLocation: sourceLocation)
        throw Unexpected(answer: "no such message")
    }
}
