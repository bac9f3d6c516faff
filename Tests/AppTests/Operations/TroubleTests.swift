import Database
import Foundation
import HTTP
import Support
import Telegram
import Testing

@testable import zvonar

/// What an operator's day may bring: it is said clearly, and survived.
struct TroubleTests {
    @Test(.enabled(if: getuid() == 0, "only root may mount a small disk"))
    func `a full disk is said to the person and in the probe, and the recording comes in when there is room`()
        async throws
    {
        try await City.withoutServer { city in
            let recordings = city.folder.appending(path: "recordings")
            try FileManager.default.createDirectory(at: recordings, withIntermediateDirectories: true)
            let server = try ServerProcess(
                city.environment,
                port: try City.freePort(),
                log: city.folder.appending(path: "server.log"),
                preparing: "mount -t tmpfs -o size=16k tmpfs '\(recordings.path)'"
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
                body.contains("\"status\":\"degraded\"") && body.contains("\"disk\":\"recordings: 0 MB left\""),
                "\(body)"
            )
            #expect(try server.words.contains("no room on the disk for a recording"))
            // The operator makes room, and a minute passes.
            try enlarge(recordings, seenBy: server)
            try await waitUntil("the recording is taken in", within: .seconds(120)) {
                try city.test.runAsSuperuser("UPDATE cell.jobs SET run_at = now() WHERE state = 'later'")
                return try await hasCall(city)
            }
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
            #expect(body.contains("\"status\":\"unavailable\""))
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
