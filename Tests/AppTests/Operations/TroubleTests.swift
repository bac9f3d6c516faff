import Database
import Foundation
import HTTP
import Kernel
import Support
import Telegram
import Testing

@testable import zvonar

/// What an operator's day may bring: it is said clearly, and survived.
struct TroubleTests {
    @Test(
        .enabled(if: getuid() == 0, "only root may mount a small disk"),
        arguments: [("recordings", "recordings"), ("tmp", "temporary")]
    )
    func `a full disk is said to the person and in the probe, and the result comes when there is room`(
        folder: String,
        name: String
    ) async throws {
        try await City.withoutServer { city in
            let disk = city.folder.appending(path: folder)
            try FileManager.default.createDirectory(at: disk, withIntermediateDirectories: true)
            let server = try ServerProcess(
                city.environment,
                port: try City.freePort(),
                log: city.folder.appending(path: "server.log"),
                preparing: "mount -t tmpfs -o size=16k tmpfs '\(disk.path)'"
            )
            defer { server.end() }
            try await server.waitUntilReady()
            try await city.sandbox.waitForBotCommands()
            let olga = try await city.sandbox.person("Ольга")
            try await olga.register("Домашний Мир")
            try await olga.send(Fixtures.recording("08-appliance-complaint-rude"), as: "audio")
            do {
                try await olga.wait(forText: "нет места для записи")
            } catch {
                Issue.record("the server's log ends with \(try server.words.suffix(3000))")
                throw error
            }
            let ready = try await server.get("/ready")
            let body = String(decoding: ready.body, as: UTF8.self)
            #expect(ready.status == 200)
            #expect(
                body.contains("\"status\":\"degraded\"") && body.contains("\"disk\":\"\(name): 0 MB left\""),
                "\(body)"
            )
            #expect(try server.words.contains("no room on the disk for a recording"))
            // The operator makes room, and a minute passes.
            try enlarge(disk, seenBy: server)
            try await waitUntil("the recording is taken in", within: .seconds(120)) {
                try city.test.runAsSuperuser("UPDATE cell.jobs SET run_at = now() WHERE state = 'later'")
                return try await hasCall(city)
            }
            let result = try await olga.wait(for: "the result", within: .seconds(300)) {
                $0.text?.contains("0:36") == true
            }
            #expect(result.buttons.count >= 3)
            #expect(try await server.terminate() == 0)
        }
    }

    private func enlarge(_ folder: URL, seenBy server: ServerProcess) throws {
        let process = try Process.run(
            URL(filePath: "/usr/bin/nsenter"),
            arguments: ["--mount", "-t", "\(server.identifier)", "mount", "-o", "remount,size=64m", folder.path]
        )
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
    }

    /// A call raises a counter of its own, which pages follow.
    private func hasCall(_ city: City) async throws -> Bool {
        try await city.test.database.cell { tx in
            try await tx.query("SELECT count(*) > 0 FROM cell.live WHERE topic LIKE 'call-%'").first?.decode(Bool.self)
        } ?? false
    }

    @Test func `a database over its connection limit is named, and work goes on when there is room`() async throws {
        try await City.live { city in
            let client = try HTTPClient(reactor: TestDatabase.reactor)
            let address = try #require(URL(string: city.panel + "/ready"))
            try city.test.runAsSuperuser("ALTER DATABASE \(city.test.name) CONNECTION LIMIT 1")
            var body = ""
            try await waitUntil("the probe names the limit", within: .seconds(120)) {
                try city.test.runAsSuperuser(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '\(city.test.name)' AND pid <> pg_backend_pid()"
                )
                let answer = try await client.send(HTTPRequest(.get, address))
                body = String(decoding: answer.body, as: UTF8.self)
                return answer.status == 503 && body.contains("too many connections")
            }
            #expect(body.contains("\"status\":\"unavailable\"") && body.contains("raise max_connections"), "\(body)")
            try city.test.runAsSuperuser("ALTER DATABASE \(city.test.name) CONNECTION LIMIT 0")
            let words = try await city.command("doctor", code: 1)
            #expect(
                words.contains(/✗ PostgreSQL as platform: .*too many connections.*; lower ZVONAR_DATABASE_POOL_SIZE/)
            )
            // What a person writes meanwhile is answered afterwards.
            let olga = try await city.sandbox.person("Ольга")
            try await olga.write("/start")
            try city.test.runAsSuperuser("ALTER DATABASE \(city.test.name) CONNECTION LIMIT -1")
            try await waitUntil("the server is ready again", within: .seconds(120)) {
                try await client.send(HTTPRequest(.get, address)).status == 200
            }
            try await olga.wait(forText: "называется")
            await client.close()
        }
    }

    @Test func `a machine whose clock is another than the database's is told of it`() async throws {
        try await City.withoutServer { city in
            try await city.running(clock: WallClock { Date().addingTimeInterval(60) }) {
                let ready = try await Visitor().get(city.panel + "/ready")
                #expect(ready.status == 200 && ready.text.contains("\"status\":\"degraded\""), "\(ready.text)")
                #expect(ready.text.contains(/"clock":"this machine's clock is [56][0-9] s ahead of PostgreSQL's/))
                let page = try await Visitor().get(city.panel + "/metrics").text
                let offset = try #require(page.firstMatch(of: /zvonar_clock_offset_seconds ([0-9.]+)/)?.1)
                // A slow answer makes the difference look smaller, never larger.
                #expect((Double(offset) ?? 0) > 5 && (Double(offset) ?? 100) <= 60)
            }
            try await city.running {
                let ready = try await Visitor().get(city.panel + "/ready").text
                #expect(ready.contains("\"clock\":\"ok\""), "\(ready)")
            }
            let words = try await city.command("doctor")
            #expect(words.contains("✓ PostgreSQL, its clock: it shows this machine's time"), "\(words)")
            #expect(words.contains("✓ PostgreSQL, its disk: it writes"), "\(words)")
        }
    }

    @Test(arguments: [(-7.4, "7 s behind"), (6, "6 s ahead of"), (4, nil), (-5, nil)])
    func `clocks that differ by more than five seconds are worth a word`(seconds: Double, words: String?) {
        #expect(ClockOffset(seconds: seconds).trouble?.contains(words ?? "-") == (words == nil ? nil : true))
    }

    @Test func `an engine whose certificate has expired is named as that`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "zvonar-expired-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { do { try FileManager.default.removeItem(at: folder) } catch { Issue.record(error) } }
        let server = try TLSServer(in: folder, from: "20200101000000Z", until: "20200201000000Z")
        defer { server.stop() }
        let client = try HTTPClient(
            reactor: TestDatabase.reactor,
            configuration: HTTPConfiguration(authorities: server.certificate)
        )
        let url = try #require(URL(string: "https://127.0.0.1:\(server.port)/v1"))
        let state = await EngineState(of: EngineSettings(url: url, key: nil, model: "m"), client)
        #expect(state.text.contains("the certificate has expired"), "\(state.text)")
        await client.close()
    }
}
