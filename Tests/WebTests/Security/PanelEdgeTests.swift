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
