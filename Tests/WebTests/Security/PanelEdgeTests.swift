import Foundation
import HTTP
import Kernel
import Support
import Testing

@testable import Web

struct PanelEdgeTests {
    @Test func `every answer tells the browser what it may run and keep`() async throws {
        try await PanelFixture.run { panel in
            var browser = try await panel.browser(try await panel.company())
            let style = try #require(try await browser.get("/calls").text.firstMatch(of: /href="(\/static\/[^"]+css)"/))
                .1
            for path in ["/calls", "/nowhere", "/health", "/ready", "/metrics", "/sign-in/x", String(style)] {
                let page = try await browser.get(path)
                let policy = try #require(page.headers["Content-Security-Policy"])
                #expect(policy.hasPrefix("default-src 'none'; script-src 'self'; style-src 'self'; media-src 'self'"))
                #expect(!policy.contains("unsafe"))
                #expect(page.headers["Referrer-Policy"] == "no-referrer")
                #expect(page.headers["X-Content-Type-Options"] == "nosniff")
                let isStatic = path.hasPrefix("/static")
                #expect(
                    page.headers["Cache-Control"] == (isStatic ? "public, max-age=31536000, immutable" : "no-store")
                )
            }
        }
    }

    @Test func `static files lie under the hash of what they are`() async throws {
        try await PanelFixture.run { panel in
            var browser = PanelBrowser(fixture: panel)
            let page = try await browser.get("/calls").text
            for name in ["panel.css", "panel.js", "icon.svg"] {
                let file = try #require(
                    page.firstMatch(of: try Regex("/static/([0-9a-f]{16})/\(name)", as: (Substring, Substring).self))
                )
                let answer = try await browser.get(String(file.0))
                #expect(answer.status == 200)
                #expect(hexadecimal(sha256(answer.body).prefix(8)) == file.1)
            }
            #expect(try await browser.get("/static/0000000000000000/panel.css").status == 404)
            #expect(try await browser.get("/static/../Package.swift").status == 404)
        }
    }

    @Test func `nobody sees anything without a session`() async throws {
        try await PanelFixture.run { panel in
            let company = try await panel.company()
            let call = try await panel.insertCall("звонок.wav", company)
            var stranger = PanelBrowser(fixture: panel, cookies: ["zvonar": "AAAAAAAAAAAAAAAAAAAAAA"])
            for path in [
                "/", "/calls", "/calls/\(call)", "/calls/\(call)/audio", "/calls/\(call)/transcript.txt",
                "/live?topics=calls",
            ] {
                let page = try await stranger.get(path)
                #expect(page.status == 401)
                #expect(page.text.contains("Вход через бота"))
            }
        }
    }

    @Test func `probes answer without a session`() async throws {
        try await PanelFixture.run { panel in
            var machine = PanelBrowser(fixture: panel)
            let health = try await machine.get("/health")
            #expect((health.status, health.text) == (200, "alive"))
            let ready = try await machine.get("/ready")
            #expect((ready.status, ready.headers["Content-Type"]) == (503, "application/json"))
            #expect(try await machine.get("/metrics").text == "calls 1")
        }
    }

    @Test func `a form larger than any of ours is cut off`() async throws {
        try await PanelFixture.run { panel in
            var browser = try await panel.browser(try await panel.company())
            let page = try await browser.post("/sign-out", ["form_token": String(repeating: "a", count: 20_000)])
            #expect(page.status == 413)
            #expect(page.text.contains("Слишком большой запрос"))
        }
    }

    @Test(arguments: ["form_token=%zz", "%", "form_token[]=1", "form_token[a]=1&form_token=2", "=&&=", "\u{0}"])
    func `what is no form is refused and is no fault`(body: String) async throws {
        try await PanelFixture.run { panel in
            let browser = try await panel.browser(try await panel.company())
            var request = try browser.request(.post, "/sign-out")
            request.body = .bytes(Array(body.utf8), type: "application/x-www-form-urlencoded")
            let answer = try await panel.client.send(request)
            #expect(answer.status == 403)
            #expect(panel.log.lines.isEmpty)
        }
    }

    @Test func `a connection that sends nothing, or half a request, is closed`() async throws {
        try await PanelFixture.run(idle: .milliseconds(300)) { panel in
            let port = try #require(panel.base.port)
            for beginning in ["", "GET /calls HTTP/1.1\r\nHost: x\r\n"] {
                let isClosed = try isClosed(port: port, after: beginning)
                #expect(isClosed)
            }
        }
    }

    /// Connects, sends a beginning, and waits at most ten seconds for the server to close.
    private func isClosed(port: Int, after beginning: String) throws -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port)).bigEndian
        address.sin_addr = in_addr(s_addr: INADDR_LOOPBACK.bigEndian)
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(connected == 0)
        send(descriptor, beginning, beginning.utf8.count, 0)
        var byte: UInt8 = 0
        return recv(descriptor, &byte, 1, 0) == 0
    }

    @Test func `a database without a connection left is a page that comes back by itself, and no broken one`()
        async throws
    {
        try await PanelFixture.run { panel in
            let company = try await panel.company()
            var browser = try await panel.browser(company)
            try panel.test.runAsSuperuser("ALTER DATABASE \(panel.test.name) CONNECTION LIMIT 0")
            try panel.test.runAsSuperuser(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            let page = try await browser.get("/calls")
            #expect(page.status == 503)
            #expect(page.headers["Retry-After"] == "10" && page.headers["Refresh"] == "10")
            #expect(page.text.contains(/class="incident">[2-9A-Z]{8}</))
            // Who it is cannot be looked up either, so the browser's language holds.
            #expect(page.text.contains("Данные сейчас недоступны"), "\(page.text)")
            try panel.test.runAsSuperuser("ALTER DATABASE \(panel.test.name) CONNECTION LIMIT -1")
            #expect(try await browser.get("/calls").status == 200)
        }
    }

    @Test func `a fault becomes a number that stands in the log once, and the address does not`() async throws {
        try await PanelFixture.run { panel in
            let company = try await panel.company()
            var browser = try await panel.browser(company)
            try panel.test.runAsSuperuser("DROP TABLE \(company.tenant.schema).calls CASCADE")
            let page = try await browser.get("/calls/12?before=secret")
            #expect(page.status == 500)
            let number = try #require(page.text.firstMatch(of: /class="incident">([2-9A-Z]{8})</)).1
            let lines = panel.log.lines.filter { $0.contains("web request failed") }
            #expect(lines.count == 1)
            #expect(lines.first?.contains("incident=\(number)") == true)
            #expect(lines.first?.contains("tenant=\(company.tenant)") == true)
            #expect(lines.first?.contains("secret") == false)
            #expect(page.text.contains("Что-то сломалось"))
        }
    }
}
