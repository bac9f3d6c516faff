import Accounts
import Audio
import Database
import Foundation
import HTTP
import Jobs
import Kernel
import Logging
import ServiceLifecycle
import Support
import Synchronization
import Testing

@testable import Calls
@testable import Web

/// The panel as it runs, on a free port and a database of a test's own.
struct PanelFixture: Sendable {
    let test: TestDatabase
    let base: URL
    let client: HTTPClient
    let clock: MovableClock
    let log: LogBook
    let signIn: SignIn
    let feed: LiveFeed
    /// Every address that the panel answers, `GET /calls/{id}`.
    let routes: [String]
    /// What runs the panel.
    let services: ServiceGroup
    let folder: URL

    /// Runs `body` against a panel that is up, then takes everything down.
    static func run(
        publicURL: URL? = nil,
        heartbeat: Duration = .seconds(15),
        idle: Duration = .seconds(60),
        _ body: @escaping @Sendable (PanelFixture) async throws -> Void
    ) async throws {
        let test = try await TestDatabase.make()
        let folder = FileManager.default.temporaryDirectory.appending(path: "zvonar-web-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let (clock, log, port) = (MovableClock(), LogBook(), Signal<Int>())
        let feed = LiveFeed(database: test.database, logger: TestDatabase.logger)
        let rooms = try rooms(test, folder, clock, feed)
        var configuration = WebConfiguration(
            port: 0,
            publicURL: publicURL,
            publicFiles: TestDatabase.root.appending(path: "Web/Public")
        )
        configuration.heartbeat = heartbeat
        configuration.idle = idle
        let panel = try WebApplication(
            configuration,
            rooms: rooms,
            probes: Probes(
                health: { .init(text: "alive") },
                ready: { .init(isGood: false, type: "application/json", text: "{}") },
                metrics: { .init(text: "calls 1") }
            ),
            logger: log.logger,
            onListening: { port.send($0) }
        )
        let services = ServiceGroup(services: [panel], logger: TestDatabase.logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await services.run() }
            group.addTask { await feed.run() }
            let base = try #require(URL(string: "http://127.0.0.1:\(try await port.next())"))
            let client = try HTTPClient(reactor: TestDatabase.reactor)
            try await body(
                PanelFixture(
                    test: test,
                    base: base,
                    client: client,
                    clock: clock,
                    log: log,
                    signIn: rooms.signIn,
                    feed: feed,
                    routes: panel.routes,
                    services: services,
                    folder: folder
                )
            )
            await client.close()
        }
        test.database.close()
        try FileManager.default.removeItem(at: folder)
    }

    private static func rooms(_ test: TestDatabase, _ folder: URL, _ clock: MovableClock, _ feed: LiveFeed) throws
        -> WebRooms
    {
        WebRooms(
            signIn: SignIn(database: test.database, clock: clock.clock),
            tenants: Tenants(database: test.database, clock: clock.clock),
            people: People(database: test.database),
            calls: CallArchive(database: test.database),
            audio: PlayerAudio(database: test.database, files: files(test, folder), audio: try AudioTools()),
            live: feed,
            clock: clock.clock
        )
    }

    static func files(_ test: TestDatabase, _ folder: URL) -> RecordingFiles {
        RecordingFiles(
            store: RecordingStore(folder: folder.appending(path: "recordings")),
            keys: TenantKeys(database: test.database, master: masterKey),
            folders: WorkFolders(parent: folder.appending(path: "work"))
        )
    }

    private static let masterKey = SecretKey.random()

    /// A company that is ready, with its owner.
    func company(_ name: String = "Север Металл", person: String = "Анна Ковалёва", tag: String = "ru") async throws
        -> Company
    {
        let tenant = try await test.tenant()
        let telegram = 1000 + tenant.rawValue
        let presence = try await People(database: test.database).arrive(
            TelegramPerson(id: telegram, firstName: person, username: nil, languageTag: tag),
            in: ChatPlace(bot: BotID(5), chat: telegram)
        )
        try test.runAsSuperuser(
            """
            INSERT INTO platform.tenants (id, name, zone, language, state) OVERRIDING SYSTEM VALUE
            VALUES (\(tenant), '\(name)', 'Europe/Moscow', '\(presence.language.rawValue)', 'ready');
            INSERT INTO platform.memberships (tenant, account, role) VALUES (\(tenant), \(presence.account), 'owner');
            """
        )
        return Company(tenant: tenant, owner: presence.account)
    }

    func link(_ company: Company) async throws -> Token {
        try await test.database.platform { signIn.issue(for: company.owner, in: company.tenant, $0) }
    }

    /// A browser whose person has signed in.
    func browser(_ company: Company) async throws -> PanelBrowser {
        var browser = PanelBrowser(fixture: self)
        let path = "/sign-in/\(try await link(company).text)"
        let page = try await browser.get(path)
        let answer = try await browser.post(path, ["form_token": try page.formToken])
        try #require(answer.status == 303)
        return browser
    }
}

/// A company of a test, and who owns it.
struct Company: Sendable {
    let tenant: TenantID
    let owner: AccountID
}

/// A browser as far as HTTP sees it: it keeps cookies and follows nothing.
struct PanelBrowser: Sendable {
    let fixture: PanelFixture
    var cookies: [String: String] = [:]
    var language = "ru"

    func request(_ method: HTTPMethod, _ path: String, _ headers: HTTPHeaders = [:]) throws -> HTTPRequest {
        let url = try #require(URL(string: fixture.base.absoluteString + path))
        var request = HTTPRequest(method, url, headers: headers)
        if !cookies.isEmpty {
            request.headers["Cookie"] = cookies.map { "\($0.key)=\($0.value)" }.sorted().joined(separator: "; ")
        }
        if request.headers["Accept-Language"] == nil { request.headers["Accept-Language"] = language }
        return request
    }

    mutating func get(_ path: String, _ headers: HTTPHeaders = [:]) async throws -> HTTPResponse {
        try await send(try request(.get, path, headers))
    }

    mutating func post(_ path: String, _ form: [String: String], _ headers: HTTPHeaders = [:]) async throws
        -> HTTPResponse
    {
        var request = try request(.post, path, headers)
        let text = form.map { "\($0.key)=\(percentEncoded($0.value))" }.sorted().joined(separator: "&")
        request.body = .bytes(Array(text.utf8), type: "application/x-www-form-urlencoded")
        return try await send(request)
    }

    mutating func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        let response = try await fixture.client.send(request)
        for line in response.headers.all("Set-Cookie") {
            let pair = line.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = pair.first.map(String.init), let value = pair.last.map(String.init) else { continue }
            cookies[name] = line.contains("Max-Age=0") ? nil : value
        }
        return response
    }
}

extension HTTPResponse {
    var text: String { String(decoding: body, as: UTF8.self) }

    /// The token in the page's form.
    var formToken: String {
        get throws { String(try #require(text.firstMatch(of: /name="form_token" value="([^"]+)"/)).1) }
    }
}

/// A clock that a test moves.
final class MovableClock: Sendable {
    private let moment = Mutex(Samples.now)

    var clock: WallClock { WallClock { [self] in moment.withLock { $0 } } }

    func advance(by seconds: TimeInterval) { moment.withLock { $0 = $0.addingTimeInterval(seconds) } }
}
