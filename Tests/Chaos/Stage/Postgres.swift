import Database
import Foundation
import Support

/// A durable PostgreSQL of the run's own, which comes back after it was killed.
struct Postgres: Sendable {
    let spawner: Spawner
    let folder: URL
    let database = "zvonar"

    private static let programs = "/usr/lib/postgresql/15/bin"
    private static let user = "postgres"

    private var data: String { folder.appending(path: "data").path }
    private var log: URL { folder.deletingLastPathComponent().appending(path: "log/postgres.log") }

    /// Makes the cluster; returns once it runs and holds an empty, prepared database.
    func create() async throws -> Child {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        if getuid() == 0 { try await spawner.run(["chown", Self.user, folder.path], log: log) }
        try await spawner.run(
            [
                "\(Self.programs)/initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
                "--locale-provider=icu", "--icu-locale=ru", "--locale=C.UTF-8",
            ],
            user: Self.user,
            log: log
        )
        let server = try await start()
        try await sql("CREATE ROLE zvonar_owner LOGIN CREATEROLE PASSWORD 'owner'")
        try await sql("CREATE DATABASE \(database) OWNER zvonar_owner")
        let bootstrap = Fixtures.package.appending(path: "deploy/postgresql/bootstrap.sql")
        try await sql(try String(contentsOf: bootstrap, encoding: .utf8), in: database)
        return server
    }

    /// Starts the server and waits until it takes connections, while backends of the killed one still hold its memory.
    func start() async throws -> Child {
        let command =
            ["\(Self.programs)/postgres", "-D", data, "-k", folder.path]
            + [
                "listen_addresses=", "fsync=on", "synchronous_commit=on", "full_page_writes=on", "max_connections=200",
                "shared_buffers=128MB", "logging_collector=off", "log_line_prefix=%m [%p] %u ",
            ].flatMap { ["-c", $0] }
        let deadline = ContinuousClock.now + .seconds(60)
        while true {
            let server = try await spawner.start(command, user: Self.user, log: log)
            while server.isRunning {
                let check = try await spawner.start(
                    ["\(Self.programs)/pg_isready", "-q", "-h", folder.path, "-U", "zvonar_owner", "-d", "postgres"],
                    log: log
                )
                if await check.waitForEnd() == 0 { return server }
                try await Task.sleep(for: .milliseconds(100))
            }
            guard ContinuousClock.now < deadline else {
                throw ChaosFailure("PostgreSQL does not start; see \(log.path)")
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    var url: String { "postgresql:///\(database)?host=\(folder.path)&port=5432" }

    static let passwords: [DatabaseConfiguration.Login: String] = [
        .owner: "owner", .platform: "platform", .cell: "cell",
    ]

    var configuration: DatabaseConfiguration {
        DatabaseConfiguration(host: folder.path, port: 5432, name: database, passwords: Self.passwords)
    }

    private func sql(_ text: String, in database: String = "postgres") async throws {
        try await spawner.run(
            [
                "\(Self.programs)/psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", folder.path, "-U", "postgres",
                "-d", database, "-c", text,
            ],
            log: log
        )
    }
}
