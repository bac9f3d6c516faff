import Foundation
import HTTP
import Support
import Telegram
import Testing

@testable import zvonar

/// PostgreSQL whose disk is full: it goes on reading and takes nothing in.
struct FullDatabaseTests {
    @Test(.enabled(if: getuid() == 0, "only root may mount a small disk"))
    func `a full disk of PostgreSQL is named, and what people wrote meanwhile is answered when there is room`()
        async throws
    {
        let server = try await SmallPostgres.start()
        defer { server.stop() }
        let address = "postgresql:///zvonar?host=\(server.folder.path)&port=5432"
        try await City.withoutServer(settings: ["ZVONAR_DATABASE_URL": address]) { city in
            #expect(try await city.command("migrate").hasPrefix("Applied"))
            try await city.running {
                let olga = try await city.sandbox.person("Ольга")
                try await olga.register("Домашний Мир")
                try server.fill()
                // Enough for new pages of the tables, whatever room was left in the old.
                for _ in 0..<10 {
                    try await olga.write("/help " + (0..<100).map { _ in UUID().uuidString }.joined())
                }
                var body = ""
                try await waitUntil("the probe names the disk", within: .seconds(60)) {
                    let answer = try await Visitor().get(city.panel + "/ready")
                    body = answer.text
                    return answer.status == 200 && body.contains("its disk is full")
                }
                #expect(body.contains("degraded") && body.contains("make room on the disk"), "\(body)")
                let words = try await city.command("doctor", code: 1)
                #expect(words.contains(/✗ PostgreSQL, its disk: .*53100.*its disk is full; make room/), "\(words)")
                #expect(words.contains("✓ PostgreSQL as platform"))
                try server.free()
                try await waitUntil("every message has its answer", within: .seconds(180)) {
                    try await olga.messages().count { $0.text?.contains("Я слушаю записи") == true } == 10
                }
                try await waitUntil("the probe is well again", within: .seconds(120)) {
                    try await Visitor().get(city.panel + "/ready").text.contains("\"database\":\"ok\"")
                }
            }
        }
    }
}

/// A PostgreSQL of a test's own with its data on a small disk in memory, which only its own processes see.
///
/// Its log of changes lies elsewhere: with no room for that a server stops, which is another trouble.
private struct SmallPostgres {
    /// Where its socket is.
    let folder: URL
    private let process: Process

    static func start() async throws -> SmallPostgres {
        let folder = URL(filePath: "/tmp/zvonar-small-postgres-\(ProcessInfo.processInfo.processIdentifier)")
        for name in ["data", "changes"] {
            try FileManager.default.createDirectory(
                at: folder.appending(path: name),
                withIntermediateDirectories: true
            )
        }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/unshare")
        process.arguments = ["--mount", "sh", "-ec", script, "sh", folder.path]
        process.currentDirectoryURL = folder
        let log = folder.appending(path: "log")
        _ = FileManager.default.createFile(atPath: log.path, contents: nil)
        let output = try #require(FileHandle(forWritingAtPath: log.path))
        process.standardOutput = output
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let server = SmallPostgres(folder: folder, process: process)
        do {
            try await waitUntil("the small PostgreSQL is ready", within: .seconds(120)) {
                do { return try server.command("pg_isready", ["-q", "-h", folder.path, "-U", "postgres"]) }
            }
            try server.prepare()
        } catch {
            Issue.record("its log: \(String(decoding: try Data(contentsOf: log), as: UTF8.self).suffix(2000))")
            server.stop()
            throw error
        }
        return server
    }

    /// The kernel ends it with the thread that started it, so `INT` waits for none of its clients.
    private static let script = """
        mount -t tmpfs -o size=96m,mode=755 tmpfs "$1/data"
        chown postgres "$1" "$1/data" "$1/changes"
        as="env --default-signal setpriv --reuid=postgres --regid=postgres --init-groups"
        bin=/usr/lib/postgresql/15/bin
        $as $bin/initdb -D "$1/data/pg" -X "$1/changes/pg" -U postgres -A trust -E UTF8 --locale-provider=icu \
            --icu-locale=ru --locale=C.UTF-8 --no-sync
        exec $as $bin/postgres -D "$1/data/pg" -k "$1" -c listen_addresses= -c fsync=off -c full_page_writes=off
        """

    /// What an administrator does once.
    private func prepare() throws {
        let bootstrap = TestDatabase.root.appending(path: "deploy/postgresql/bootstrap.sql")
        for (database, what) in [
            ("postgres", ["-c", "CREATE ROLE zvonar_owner LOGIN CREATEROLE PASSWORD 'owner-test'"]),
            ("postgres", ["-c", "CREATE DATABASE zvonar OWNER zvonar_owner"]),
            ("zvonar", ["-f", bootstrap.path]),
        ] {
            let isDone = try command(
                "psql",
                ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", folder.path, "-U", "postgres", "-d", database] + what
            )
            try #require(isDone)
        }
    }

    /// Leaves no byte on its disk.
    func fill() throws {
        // It ends with the message that the device is full.
        _ = try command("dd", ["if=/dev/zero", "of=\(ballast)", "bs=64k", "status=none"])
        _ = try command(
            "dd",
            ["if=/dev/zero", "of=\(ballast)", "bs=1k", "oflag=append", "conv=notrunc", "status=none"]
        )
    }

    func free() throws { try FileManager.default.removeItem(atPath: ballast) }

    /// Its disk as another process sees it.
    private var ballast: String { "/proc/\(process.processIdentifier)/root\(folder.path)/data/ballast" }

    func stop() {
        // At once, without a last write to a disk that may be full.
        kill(process.processIdentifier, SIGQUIT)
        process.waitUntilExit()
        do { try FileManager.default.removeItem(at: folder) } catch { Issue.record(error) }
    }

    private func command(_ program: String, _ arguments: [String]) throws -> Bool {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [program] + arguments
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        process.currentDirectoryURL = folder
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus == 0
    }
}
