import Database
import Foundation
import HTTP
import Kernel
import Logging
import Reactor
import Support
import Synchronization

/// Everything that the product needs, as real processes that can be killed and started again.
actor Stage {
    nonisolated let folder: URL
    nonisolated let sandbox: SandboxSide
    nonisolated let database: Database
    nonisolated let watch: LogWatch
    nonisolated let postgres: Postgres
    nonisolated let plan: ChaosPlan
    nonisolated let token: String
    private let spawner: Spawner
    private let tools: Tools
    private let ports: (sandbox: Int, speech: Int, servers: [Int])
    private let environment: [String: String]
    private var postmaster: Child?
    private var speech: Child?
    private var servers: [Child?]
    private var sandboxProcess: Child?
    /// Servers that ended although nobody killed them.
    private(set) var selfEnded: [String] = []

    /// What is run: paths of programs.
    struct Tools: Sendable {
        let zvonar: String
        let speechHome: String
        /// The Python of an environment with aiogram; without one there is nothing to compare with.
        let peerPython: String?
    }

    init(_ tools: Tools, plan: ChaosPlan, folder: URL) async throws {
        self.tools = tools
        self.plan = plan
        self.folder = folder
        let log = folder.appending(path: "log")
        try FileManager.default.createDirectory(at: log, withIntermediateDirectories: true)
        spawner = Spawner()
        let free = try freePorts(2 + plan.servers)
        ports = (free[0], free[1], Array(free[2...]))
        postgres = Postgres(spawner: spawner, folder: folder.appending(path: "pg"))
        postmaster = try await postgres.create()
        let reactor = try Reactor()
        var quiet = Logger(label: "chaos")
        quiet.logLevel = .critical
        database = Database(configuration: postgres.configuration, reactor: reactor, logger: quiet)
        let base = Self.environment(folder, postgres, ports: ports)
        sandboxProcess = try await spawner.start(
            [tools.zvonar, "sandbox"],
            environment: base,
            log: log.appending(path: "sandbox.log")
        )
        sandbox = try SandboxSide(port: ports.sandbox, reactor: reactor)
        try await sandbox.waitUntilUp()
        var full = base
        token = try await sandbox.issueBot()
        full["ZVONAR_TELEGRAM_TOKEN"] = token
        environment = full
        servers = Array(repeating: nil, count: plan.servers)
        watch = LogWatch(logs: (0..<plan.servers).map { log.appending(path: "server-\($0).log") })
        try await spawner.run(
            [tools.zvonar, "migrate"],
            environment: environment,
            log: log.appending(path: "migrate.log")
        )
        try await startSpeech()
        for index in 0..<plan.servers { try await startServer(index) }
    }

    private static func environment(
        _ folder: URL,
        _ postgres: Postgres,
        ports: (sandbox: Int, speech: Int, servers: [Int])
    ) -> [String: String] {
        let engine = "http://127.0.0.1:\(ports.speech)/v1"
        return [
            "ZVONAR_VAR": folder.path,
            "ZVONAR_SECRET_KEY": Data(randomBytes(32)).base64EncodedString(),
            "ZVONAR_DATABASE_URL": postgres.url,
            "ZVONAR_DATABASE_OWNER_PASSWORD": Postgres.passwords[.owner] ?? "",
            "ZVONAR_DATABASE_PLATFORM_PASSWORD": Postgres.passwords[.platform] ?? "",
            "ZVONAR_DATABASE_CELL_PASSWORD": Postgres.passwords[.cell] ?? "",
            "ZVONAR_TELEGRAM_API": "http://127.0.0.1:\(ports.sandbox)",
            "ZVONAR_SANDBOX_PORT": "\(ports.sandbox)",
            "ZVONAR_SPEECH_URL": engine,
            "ZVONAR_EMBEDDINGS_URL": engine,
            "ZVONAR_LOG_LEVEL": "debug",
            "ZVONAR_MIGRATIONS": Fixtures.package.appending(path: "Migrations").path,
            "ZVONAR_PUBLIC_FILES": Fixtures.package.appending(path: "Web/Public").path,
            "ZVONAR_SANDBOX_PUBLIC_FILES": Fixtures.package.appending(path: "Sources/TelegramSandbox/Public").path,
        ]
    }

    // MARK: Living

    func startServer(_ index: Int) async throws {
        guard servers[index]?.isRunning != true else { return }
        var settings = environment
        settings["ZVONAR_HTTP_PORT"] = "\(ports.servers[index])"
        let log = folder.appending(path: "log/server-\(index).log")
        servers[index] = try await spawner.start([tools.zvonar, "serve"], environment: settings, log: log)
    }

    func startSpeech() async throws {
        guard speech?.isRunning != true else { return }
        speech = try await spawner.start(
            [
                tools.speechHome + "/venv/bin/python", Fixtures.package.appending(path: "deploy/speech/server.py").path,
                "--port", "\(ports.speech)",
            ],
            environment: ["ZVONAR_SPEECH_HOME": tools.speechHome, "PYTHONDONTWRITEBYTECODE": "1"],
            log: folder.appending(path: "log/speech.log")
        )
    }

    func startPostgres() async throws {
        guard postmaster?.isRunning != true else { return }
        postmaster = try await postgres.start()
    }

    /// Starts again servers that ended by themselves, and keeps it for the report: none should.
    func raise() async throws {
        for (index, server) in servers.enumerated() {
            guard let server, !server.isRunning, killed.insert(server.pid).inserted else { continue }
            selfEnded.append("server \(index) (process \(server.pid)) with \(await server.waitForEnd())")
            try await startServer(index)
        }
    }

    private var killed: Set<Int32> = []

    /// Everything runs, whatever was killed last.
    func restoreAll() async throws {
        try await startPostgres()
        try await startSpeech()
        for index in servers.indices { try await startServer(index) }
    }

    // MARK: Dying

    var runningServers: [Int] { servers.indices.filter { servers[$0]?.isRunning == true } }

    var postmasterPID: Int32? { postmaster.flatMap { $0.isRunning ? $0.pid : nil } }

    func serverPIDs() -> [Int32] { servers.compactMap { $0.flatMap { $0.isRunning ? $0.pid : nil } } }

    /// False when it was not running.
    func killServer(_ index: Int) async -> Bool {
        guard let server = servers[index], server.isRunning else { return false }
        return await end(server)
    }

    func killSpeech() async -> Bool {
        guard let speech, speech.isRunning else { return false }
        return await end(speech)
    }

    func killPostmaster() async -> Bool {
        guard let postmaster, postmaster.isRunning else { return false }
        return await end(postmaster)
    }

    private func end(_ child: Child) async -> Bool {
        killed.insert(child.pid)
        child.kill()
        _ = await child.waitForEnd()
        return true
    }

    /// The servers leave the sandbox to others.
    func closeServers() async {
        for server in servers.compactMap({ $0 }) { _ = await end(server) }
    }

    /// The end of the run: everything stops at once.
    func close() async {
        await closeServers()
        for child in [speech, sandboxProcess].compactMap({ $0 }) { _ = await end(child) }
        database.close()
        if let postmaster, postmaster.isRunning {
            postmaster.send(SIGINT)
            _ = await postmaster.waitForEnd()
        }
    }
}

/// Ports of loopback that nobody listens on now, all different.
func freePorts(_ count: Int) throws -> [Int] {
    var listeners: [Int32] = []
    defer { for listener in listeners { close(listener) } }
    return try (0..<count).map { _ in
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        listeners.append(listener)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 ? getsockname(listener, $0, &length) : -1
            }
        }
        guard result == 0 else { throw ChaosFailure("no free port") }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
