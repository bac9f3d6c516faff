public import Foundation
import Synchronization

/// A PostgreSQL server of the test process, started when first asked for and gone with the process.
///
/// It lies in a folder of its own below /tmp, listens on a Unix socket only and does not sync to disk.
public struct TestPostgres: Sendable {
    public let folder: URL
    public let port = 5432

    /// The one server; a failure to start is the same for all who ask.
    public static func shared() throws -> TestPostgres { try started.withLock { state in try state.get() } }

    private static let started = Mutex<Result<TestPostgres, any Error>>(Result { try start() })

    /// Runs SQL as superuser.
    public func runAsSuperuser(_ sql: String, in database: String = "postgres") throws {
        try Self.run(
            Self.binary("psql"),
            ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", folder.path, "-U", "postgres", "-d", database, "-c", sql]
        )
    }

    /// Writes everything that a database holds to a file, as SQL.
    public func dump(_ database: String, to file: URL) throws {
        try Self.run(
            Self.binary("pg_dump"),
            ["-h", folder.path, "-U", "postgres", "--inserts", "-f", file.path, database]
        )
    }

    private static func start() throws -> TestPostgres {
        let base = URL(filePath: "/tmp")
        removeLeftovers(in: base)
        let folder = base.appending(path: "zvonar-test-postgres-\(ProcessInfo.processInfo.processIdentifier)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        if getuid() == 0 { try run("/bin/chown", ["postgres", folder.path]) }
        try run(
            "/usr/bin/env",
            asPostgres + [
                binary("initdb"), "-D", folder.path + "/data", "-U", "postgres", "-A", "trust", "-E", "UTF8",
                "--locale-provider=icu", "--icu-locale=ru", "--locale=C.UTF-8", "--no-sync",
            ]
        )
        let server = TestPostgres(folder: folder)
        let settings = [
            "listen_addresses=", "fsync=off", "synchronous_commit=off", "full_page_writes=off",
            "max_connections=400", "shared_buffers=256MB", "logging_collector=off",
        ]
        try keepRunning(
            binary("postgres"),
            ["-D", folder.path + "/data", "-k", folder.path] + settings.flatMap { ["-c", $0] },
            owning: folder
        )
        try server.waitUntilReady()
        return server
    }

    /// Starts a program that refuses to run as root and ends with this process; its words go to `folder`/log.
    static func keepRunning(
        _ program: String,
        _ arguments: [String],
        endedBy signal: String = "INT",
        owning folder: URL
    ) throws {
        if getuid() == 0 { try run("/bin/chown", ["-R", "postgres", folder.path]) }
        let log = folder.appending(path: "log").path
        // The kernel ends the program with the thread that started it, so that thread stays.
        let thread = Thread {
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = asPostgres + ["--pdeathsig=\(signal)", "--", program] + arguments
            _ = FileManager.default.createFile(atPath: log, contents: nil)
            let output = FileHandle(forWritingAtPath: log)
            process.standardOutput = output
            process.standardError = output
            process.standardInput = FileHandle.nullDevice
            do { try process.run() } catch { return }
            process.waitUntilExit()
            while true { Thread.sleep(forTimeInterval: 3600) }
        }
        thread.start()
    }

    /// PostgreSQL and PgBouncer refuse to run as root.
    private static var asPostgres: [String] {
        getuid() == 0 ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] : ["setpriv"]
    }

    private func waitUntilReady() throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while true {
            do {
                try Self.run(Self.binary("pg_isready"), ["-q", "-h", folder.path, "-U", "postgres"])
                return
            } catch {
                guard ContinuousClock.now < deadline else { throw error }
                Thread.sleep(forTimeInterval: 0.05)
            }
        }
    }

    /// Folders of test processes that are gone.
    private static func removeLeftovers(in base: URL) {
        let prefix = "zvonar-test-postgres-"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: base.path)) ?? []
        for name in names where name.hasPrefix(prefix) {
            guard let process = pid_t(name.dropFirst(prefix.count)), kill(process, 0) != 0 else { continue }
            try? FileManager.default.removeItem(at: base.appending(path: name))
        }
    }

    private static func binary(_ name: String) -> String {
        let debian = "/usr/lib/postgresql/15/bin/\(name)"
        return FileManager.default.isExecutableFile(atPath: debian) ? debian : name
    }

    @discardableResult
    private static func run(_ executable: String, _ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: executable.hasPrefix("/") ? executable : "/usr/bin/env")
        process.arguments = executable.hasPrefix("/") ? arguments : [executable] + arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        process.standardInput = FileHandle.nullDevice
        // initdb wants a folder that its user may read.
        process.currentDirectoryURL = URL(filePath: "/tmp")
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CommandFailed(command: executable, output: output) }
        return output
    }
}

/// A command of the test's surroundings that failed.
public struct CommandFailed: Error, CustomStringConvertible {
    let command: String
    let output: String

    public var description: String { "\(command) failed: \(output)" }
}
