import Accounts
import Database
import Foundation
import HTTP
import Kernel

extension Benchmark {
    static let panel = Benchmark(
        name: "panel",
        summary: "the list of 100,000 calls and the page of a call, beside FastAPI with asyncpg and Jinja"
    ) { bench in
        let world = try await PanelWorld(bench)
        let http = try HTTPClient(reactor: bench.reactor)
        let ours = try PanelServer.ours(world.database, bench)
        try await ours.waitUntilReady(http)
        let list = try await ours.page("/calls", world, http)
        let peer = try PanelServer.peer(world, assets: PanelServer.assets(of: list), bench)
        try await peer.waitUntilReady(http)
        let newest = world.callCount
        for path in ["/calls", "/calls/\(newest)", "/calls/\(newest - 1)", "/calls/\(newest - 2)"] {
            let (one, other) = (try await ours.page(path, world, http), try await peer.page(path, world, http))
            try bench.check(one == other, "\(path) differs: \(difference(one, other))")
        }
        say("  the pages are the same, byte for byte: list \(list.utf8.count) bytes")
        for page in [Page.list, .call] {
            // Whatever is compiled or cached at first is not measured.
            for server in [ours, peer] { _ = try server.load(page, world, seconds: 1, bench) }
            let (our, their) = try await bench.byTurns(bench.count(3, quick: 1)) {
                try ours.load(page, world, seconds: bench.count(5, quick: 1), bench)
            } peer: {
                try peer.load(page, world, seconds: bench.count(5, quick: 1), bench)
            }
            report(page, our, their, bench)
        }
        await http.close()
        ours.child.signal(SIGTERM)
        // uvicorn waits for ever for connections that nobody uses any more.
        peer.child.signal(SIGKILL)
        for server in [ours, peer] { server.child.waitForEnd() }
        world.database.database.close()
    }

    private static func report(_ page: Page, _ our: [PanelServer.Load], _ their: [PanelServer.Load], _ bench: Bench) {
        let name = "FastAPI"
        bench.report.add(
            "\(page.rawValue), requests",
            our.median(\.perSecond),
            .perSecond,
            peer: (name, their.median(\.perSecond)),
            target: .ratioAtLeast(4)
        )
        bench.report.add(
            "\(page.rawValue), p99",
            our.median(\.p99),
            .milliseconds,
            peer: (name, their.median(\.p99))
        )
        bench.report.add(
            "\(page.rawValue), own CPU a request",
            our.median(\.microseconds),
            .microseconds,
            peer: (name, their.median(\.microseconds))
        )
        bench.report.add(
            "\(page.rawValue), PostgreSQL's CPU a request",
            our.median(\.serverMicroseconds),
            .microseconds,
            peer: (name, their.median(\.serverMicroseconds))
        )
    }
}

private enum Page: String {
    case list = "list of calls"
    case call = "page of a call"
}

/// A server of the panel's pages in one process of its own.
struct PanelServer: Sendable {
    let child: Child
    let port: Int

    struct Load: Sendable {
        let perSecond: Double
        let p99: Double
        let microseconds: Double
        let serverMicroseconds: Double
    }

    /// `zvonar serve`, as it is delivered.
    static func ours(_ database: BenchDatabase, _ bench: Bench) throws -> PanelServer {
        let port = try freePort()
        let key = Data(randomBytes(32)).base64EncodedString()
        let settings = [
            "HTTP_PORT=\(port)", "PUBLIC_URL=http://127.0.0.1:\(port)", "SECRET_KEY=\(key)",
            "DATABASE_URL=postgresql://127.0.0.1:\(database.cluster.port)/\(database.name)",
            "DATABASE_OWNER_PASSWORD=owner", "DATABASE_PLATFORM_PASSWORD=platform", "DATABASE_CELL_PASSWORD=cell",
            "VAR=\(bench.folder.appending(path: "var").path)", "LOG_LEVEL=error",
            "MIGRATIONS=\(BenchDatabase.root.appending(path: "Migrations").path)",
            "PUBLIC_FILES=\(BenchDatabase.root.appending(path: "Web/Public").path)",
        ]
        let child = try Child(
            Program.zvonar,
            ["serve"] + settings.flatMap { ["--set", "ZVONAR_\($0)"] },
            errors: bench.folder.appending(path: "zvonar.log")
        )
        return PanelServer(child: child, port: port)
    }

    /// The same pages by FastAPI on uvicorn with uvloop and httptools, one process as ours is one.
    static func peer(_ world: PanelWorld, assets: [String], _ bench: Bench) throws -> PanelServer {
        struct Arguments: Encodable {
            let port: Int
            let platform: String
            let cell: String
            let assets: [String]
        }
        let port = try freePort()
        let program = try Program.peer("panel.py")
        let arguments = Arguments(
            port: port,
            platform: world.database.url(.platform),
            cell: world.database.url(.cell),
            assets: assets
        )
        let json = String(decoding: try JSONEncoder().encode(arguments), as: UTF8.self)
        let errors = bench.folder.appending(path: "fastapi.log")
        return PanelServer(child: try Child(program.executable, program.arguments + [json], errors: errors), port: port)
    }

    func waitUntilReady(_ http: HTTPClient) async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while true {
            do {
                _ = try await http.send(HTTPRequest(.get, try url("/health")))
                return
            } catch let fault as HTTPFault {
                guard ContinuousClock.now < deadline else { throw fault }
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    /// A page as the person who is signed in gets it.
    func page(_ path: String, _ world: PanelWorld, _ http: HTTPClient) async throws -> String {
        let response = try await http.send(
            HTTPRequest(.get, try url(path), headers: ["Cookie": "zvonar=\(world.session.text)"])
        )
        let text = String(decoding: response.body, as: UTF8.self)
        guard response.status == 200 else { throw Wrong("\(path) answers \(response.status): \(text.prefix(2000))") }
        return text
    }

    /// The addresses of icon, style and script, which change with their content.
    static func assets(of page: String) -> [String] {
        page.matches(of: /"(\/static\/[^"]+)"/).map { String($0.1) }
    }

    /// Requests by wrk from 16 connections.
    fileprivate func load(_ page: Page, _ world: PanelWorld, seconds: Int, _ bench: Bench) throws -> Load {
        let script = bench.folder.appending(path: "page.lua")
        let path = page == .list ? "\"/calls\"" : "\"/calls/\" .. (\(world.callCount) - n % \(world.wholeCount - 10))"
        let lua = "local n = 0\nrequest = function() n = n + 1; return wrk.format(\"GET\", \(path)) end\n"
        try Data(lua.utf8).write(to: script)
        let before = try Usage.cpuSeconds(of: child.process)
        let server = try world.database.cluster.cpuSeconds
        let output = try Child.output(
            "/usr/bin/wrk",
            [
                "-t1", "-c16", "-d\(seconds)s", "--latency", "-s", script.path, "-H",
                "Cookie: zvonar=\(world.session.text)", "http://127.0.0.1:\(port)",
            ]
        )
        let used = try Usage.cpuSeconds(of: child.process) - before
        let serverUsed = try world.database.cluster.cpuSeconds - server
        guard let rate = output.firstMatch(of: /Requests\/sec:\s+([0-9.]+)/).flatMap({ Double($0.1) }),
            let count = output.firstMatch(of: /([0-9]+) requests in/).flatMap({ Double($0.1) }),
            let p99 = output.firstMatch(of: /99%\s+([0-9.]+)(us|ms|s)/), let value = Double(p99.1),
            !output.contains("Non-2xx"), !output.contains("Socket errors")
        else { throw Wrong("wrk says \(output)") }
        let factor: Double = ["us": 0.001, "ms": 1, "s": 1000][String(p99.2)] ?? 1
        return Load(
            perSecond: rate,
            p99: value * factor,
            microseconds: used / count * 1_000_000,
            serverMicroseconds: serverUsed / count * 1_000_000
        )
    }

    private func url(_ path: String) throws -> URL {
        guard let url = URL(string: "http://127.0.0.1:\(port)\(path)") else { throw Wrong("\(path) is no path") }
        return url
    }
}

/// The first line in which two texts differ.
private func difference(_ one: String, _ other: String) -> String {
    for (mine, theirs) in zip(one.split(separator: "\n"), other.split(separator: "\n")) where mine != theirs {
        return "\n\(mine)\n\(theirs)"
    }
    return "\(one.utf8.count) and \(other.utf8.count) bytes"
}
