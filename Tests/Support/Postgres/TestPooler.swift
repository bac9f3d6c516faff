public import Database
public import Foundation
import Synchronization
import Wall

/// A PgBouncer of the test process before its PostgreSQL, started when first asked for and gone with the process.
public struct TestPooler: Sendable {
    /// The folder of its socket.
    public let folder: URL

    /// The one pooler; a failure to start is the same for all who ask.
    public static func shared() throws -> TestPooler { try started.withLock { state in try state.get() } }

    private static let started = Mutex<Result<TestPooler, any Error>>(Result { try start() })

    private static func start() throws -> TestPooler {
        let server = try TestPostgres.shared()
        let folder = server.folder.appending(path: "pooler")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let settings = try PgBouncer.writeSettings(
            in: folder,
            server: server.folder,
            port: server.port,
            connections: 5
        )
        // It takes INT for a wish to wait for its clients, and TERM may be held back in the thread that it inherits from.
        try TestPostgres.keepRunning(PgBouncer.program, [settings.path], endedBy: "KILL", owning: folder)
        let pooler = TestPooler(folder: folder)
        try pooler.waitUntilReady()
        return pooler
    }

    /// The way to a test's database through the pooler, and past it for what needs a session.
    public func configuration(of test: TestDatabase) -> DatabaseConfiguration {
        var configuration = test.configuration
        configuration.direct = configuration.address
        configuration.host = folder.path
        configuration.port = PgBouncer.port
        configuration.isPooled = true
        return configuration
    }

    private func waitUntilReady() throws {
        let socket = folder.appending(path: ".s.PGSQL.\(PgBouncer.port)").path
        let deadline = ContinuousClock.now + .seconds(60)
        while !FileManager.default.fileExists(atPath: socket) {
            guard ContinuousClock.now < deadline else {
                let log = folder.appending(path: "log")
                throw CommandFailed(
                    command: PgBouncer.program,
                    output: try String(contentsOf: log, encoding: .utf8)
                )
            }
            Thread.sleep(forTimeInterval: 0.05)
        }
    }
}
