import Foundation
import Synchronization

/// A PostgreSQL of the run: on disk, durable, with the settings of `deploy/up`; gone with the run.
final class Cluster: Sendable {
    let folder: URL
    let port: Int
    private let server: Child
    private let migrated = Mutex(false)

    /// What `deploy/postgres.sh` sets, but for more connections; `settings` win over it.
    static func start(in folder: URL, settings: [String: String] = [:]) throws -> Cluster {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let isRoot = getuid() == 0
        if isRoot { try Child.output("/bin/chown", ["postgres", folder.path]) }
        let data = folder.appending(path: "data").path
        let initdb = [
            program("initdb"), "-D", data, "-U", "postgres", "-A", "trust", "--data-checksums", "-E", "UTF8",
            "--locale-provider=icu", "--icu-locale=ru", "--locale=C.UTF-8", "--no-sync",
        ]
        let asPostgres = isRoot ? ["--reuid=postgres", "--regid=postgres", "--init-groups"] : []
        try Child.output("/usr/bin/setpriv", asPostgres + ["--"] + initdb)
        let port = try freePort()
        let standard = [
            "listen_addresses": "127.0.0.1", "port": "\(port)", "fsync": "on", "synchronous_commit": "on",
            "full_page_writes": "on", "shared_buffers": "256MB", "max_connections": "300", "timezone": "UTC",
            "log_line_prefix": "%m [%p] %u@%d ",
        ]
        let options = standard.merging(settings) { $1 }.sorted { $0.key < $1.key }
            .flatMap { ["-c", "\($0.key)=\($0.value)"] }
        let server = try Child(
            program("postgres"),
            ["-D", data, "-k", folder.path] + options,
            as: isRoot ? "postgres" : nil,
            // A fast shutdown, if the run is killed.
            signalAtDeath: "INT",
            errors: folder.deletingLastPathComponent().appending(path: "postgres-\(port).log")
        )
        let cluster = Cluster(folder: folder, port: port, server: server)
        try cluster.waitUntilReady()
        return cluster
    }

    private init(folder: URL, port: Int, server: Child) {
        self.folder = folder
        self.port = port
        self.server = server
    }

    /// The server's first process; the backends are its children.
    var process: pid_t { server.process }

    /// Runs SQL as superuser and gives what it answers, a row a line and `|` between columns.
    @discardableResult
    func psql(_ sql: String, in database: String = "postgres") throws -> String {
        try Child.output(
            Self.program("psql"),
            [
                "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", folder.path, "-p", "\(port)", "-U", "postgres",
                "-d", database, "-f", "-",
            ],
            input: Data(sql.utf8)
        ).trimmingCharacters(in: .newlines)
    }

    /// The address for a peer, as a login of ours or another.
    func url(_ database: String, user: String) -> String { "postgresql://\(user)@127.0.0.1:\(port)/\(database)" }

    /// Of the server and all its backends, ended ones too.
    var cpuSeconds: Double {
        get throws {
            var total = try Usage.cpuSeconds(of: process) + Usage.cpuSecondsOfEndedChildren(of: process)
            for child in try Usage.children(of: process) {
                // A backend may end while it is asked; then it is among the ended ones the next time.
                do { total += try Usage.cpuSeconds(of: child) } catch { continue }
            }
            return total
        }
    }

    func stop() {
        server.signal(SIGINT)
        server.waitForEnd()
    }

    static func program(_ name: String) -> String { "/usr/lib/postgresql/15/bin/\(name)" }

    private func waitUntilReady() throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while true {
            do {
                let address = ["-h", folder.path, "-p", "\(port)", "-U", "postgres"]
                try Child.output(Self.program("pg_isready"), ["-q"] + address)
                return
            } catch {
                guard ContinuousClock.now < deadline else { throw error }
                Thread.sleep(forTimeInterval: 0.05)
            }
        }
    }
}

/// A port of this machine that nobody listens on at this moment.
func freePort() throws -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
        }
    }
    guard isBound else { throw Wrong("no port is free: errno \(errno)") }
    return Int(UInt16(bigEndian: address.sin_port))
}
