import Foundation
import HTTP
import Kernel
import Testing

@testable import Web

struct SignInFlowTests {
    @Test func `opening the link shows whom it signs in and uses nothing up`() async throws {
        try await PanelFixture.run { panel in
            let company = try await panel.company()
            let path = "/sign-in/\(try await panel.link(company).text)"
            var preview = PanelBrowser(fixture: panel)
            for _ in 0..<3 {
                let page = try await preview.get(path)
                #expect(page.status == 200)
                #expect(page.text.contains("Войти как Анна Ковалёва в «Север Металл»"))
                #expect(page.headers["Cache-Control"] == "no-store")
            }
            var browser = PanelBrowser(fixture: panel)
            let page = try await browser.get(path)
            let answer = try await browser.post(path, ["form_token": try page.formToken])
            #expect(answer.status == 303)
            #expect(answer.headers["Location"] == "/calls")
            #expect(try await browser.get("/calls").status == 200)
        }
    }

    @Test func `the button signs in once, and a second press is refused`() async throws {
        try await PanelFixture.run { panel in
            let company = try await panel.company()
            let path = "/sign-in/\(try await panel.link(company).text)"
            var browser = PanelBrowser(fixture: panel)
            let form = ["form_token": try await browser.get(path).formToken]
            var second = browser
            #expect(try await browser.post(path, form).status == 303)
            let refused = try await second.post(path, form)
            #expect(refused.status == 410)
            #expect(refused.text.contains("По этой ссылке уже вошли"))
            #expect(try await second.get("/calls").status == 401)
            #expect(try await browser.get("/calls").status == 200)
        }
    }

    @Test func `a link lives for ten minutes`() async throws {
        try await PanelFixture.run { panel in
            let company = try await panel.company()
            let path = "/sign-in/\(try await panel.link(company).text)"
            var browser = PanelBrowser(fixture: panel)
            let form = ["form_token": try await browser.get(path).formToken]
            panel.clock.advance(by: 601)
            #expect(try await browser.get(path).status == 410)
            let refused = try await browser.post(path, form)
            #expect(refused.status == 410)
            #expect(refused.text.contains("Ссылка больше не действует"))
            #expect(refused.text.contains("попросите у бота") || refused.text.contains("Попросите у бота"))
            #expect(try await browser.get("/calls").status == 401)
        }
    }

    @Test(arguments: ["AAAAAAAAAAAAAAAAAAAAAA", "x", "..%2Fcalls", "%00"])
    func `an unknown link says to ask the bot`(token: String) async throws {
        try await PanelFixture.run { panel in
            var browser = PanelBrowser(fixture: panel)
            let page = try await browser.get("/sign-in/\(token)")
            #expect(page.status == 404)
            #expect(page.text.contains("Попросите у бота"))
        }
    }

    @Test func `a form that is not ours signs nobody in and leaves the link unused`() async throws {
        try await PanelFixture.run { panel in
            let company = try await panel.company()
            let path = "/sign-in/\(try await panel.link(company).text)"
            var browser = PanelBrowser(fixture: panel)
            let form = ["form_token": try await browser.get(path).formToken]
            var stranger = PanelBrowser(fixture: panel)
            // The form of the person, sent by a browser that never asked for it.
            #expect(try await stranger.post(path, form).status == 403)
            // An attacker's own form with the attacker's own cookie is of no use without that cookie.
            #expect(try await browser.post(path, [:]).status == 403)
            #expect(try await browser.post(path, ["form_token": String(repeating: "0", count: 64)]).status == 403)
            #expect(try await browser.post(path, form, ["Origin": "https://evil.example"]).status == 403)
            #expect(try await browser.post(path, form, ["Sec-Fetch-Site": "cross-site"]).status == 403)
            #expect(try await browser.post(path, form, ["Sec-Fetch-Site": "same-site"]).status == 403)
            let good: HTTPHeaders = ["Sec-Fetch-Site": "same-origin", "Origin": panel.base.absoluteString]
            #expect(try await browser.post(path, form, good).status == 303)
        }
    }

    @Test(arguments: [
        ("/calls/12", "/calls/12"), ("//evil.example", "/calls"), ("https://evil.example/", "/calls"),
        ("/\\evil", "/calls"),
        ("javascript:alert(1)", "/calls"), ("/a\r\nSet-Cookie: x=1", "/calls"),
    ])
    func `after signing in a person is sent to paths of ours only`(wanted: String, expected: String) async throws {
        try await PanelFixture.run { panel in
            let company = try await panel.company()
            let path = "/sign-in/\(try await panel.link(company).text)"
            var browser = PanelBrowser(fixture: panel)
            let page = try await browser.get("\(path)?to=\(percentEncoded(wanted))")
            #expect(page.text.contains("name=\"to\" value=\"\(expected)\""))
            let answer = try await browser.post(path, ["form_token": try page.formToken, "to": wanted])
            #expect(answer.headers["Location"] == expected)
        }
    }

    @Test func `a link that leads to a neighbour's call signs in and leads nowhere`() async throws {
        try await PanelFixture.run { panel in
            let (ours, theirs) = (try await panel.company(), try await panel.company("Домашний Мир", person: "Борис"))
            let call = try await panel.insertCall("тайна.wav", theirs)
            let path = "/sign-in/\(try await panel.link(ours).text)?to=/calls/\(call)"
            var browser = PanelBrowser(fixture: panel)
            let page = try await browser.get(path)
            #expect(!page.text.contains("тайна") && !page.text.contains("Домашний Мир"))
            let answer = try await browser.post(path, ["form_token": try page.formToken, "to": "/calls/\(call)"])
            #expect(answer.headers["Location"] == "/calls/\(call)")
            let led = try await browser.get("/calls/\(call)")
            #expect(led.status == 404)
            #expect(!led.text.contains("тайна"))
            #expect(try await browser.get("/calls").text.contains("Север Металл"))
        }
    }

    @Test func `cookies are out of reach of scripts and other sites, and locked to the host behind TLS`() async throws {
        for address in [nil, "https://panel.example"] as [String?] {
            try await PanelFixture.run(publicURL: address.flatMap { URL(string: $0) }) { panel in
                let company = try await panel.company()
                let path = "/sign-in/\(try await panel.link(company).text)"
                var browser = PanelBrowser(fixture: panel)
                let page = try await browser.get(path)
                let answer = try await browser.post(path, ["form_token": try page.formToken])
                let set = page.headers.all("Set-Cookie") + answer.headers.all("Set-Cookie")
                #expect(set.count == 3)
                for line in set {
                    #expect(line.hasPrefix(address == nil ? "zvonar" : "__Host-zvonar"))
                    #expect(line.contains("Path=/"))
                    #expect(line.contains("HttpOnly"))
                    #expect(line.contains("SameSite=Lax"))
                    #expect(!line.contains("Domain"))
                    #expect(line.contains("Secure") == (address != nil))
                }
                #expect(try await browser.get("/calls").status == 200)
            }
        }
    }

    @Test func `signing out needs the page's own form and ends the session everywhere`() async throws {
        try await PanelFixture.run { panel in
            let company = try await panel.company()
            var browser = try await panel.browser(company)
            let copy = browser
            #expect(try await browser.post("/sign-out", [:]).status == 403)
            #expect(try await browser.get("/calls").status == 200)
            let form = ["form_token": try await browser.get("/calls").formToken]
            #expect(try await browser.post("/sign-out", form).status == 303)
            #expect(browser.cookies["zvonar"] == nil)
            var thief = copy
            #expect(try await thief.get("/calls").status == 401)
        }
    }

    @Test func `signing in again ends the session that the browser had`() async throws {
        try await PanelFixture.run { panel in
            let company = try await panel.company()
            var browser = try await panel.browser(company)
            var former = browser
            let path = "/sign-in/\(try await panel.link(company).text)"
            let form = ["form_token": try await browser.get(path).formToken]
            #expect(try await browser.post(path, form).status == 303)
            #expect(try await browser.get("/calls").status == 200)
            #expect(try await former.get("/calls").status == 401)
        }
    }
}
