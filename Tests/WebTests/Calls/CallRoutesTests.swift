import Calls
import Foundation
import HTTP
import Kernel
import Support
import Testing

@testable import Web

struct CallRoutesTests {
    @Test func `the list and a call's page show what the rooms know`() async throws {
        try await PanelFixture.run { panel in
            let company = try await panel.company()
            var browser = try await panel.browser(company)
            #expect(try await browser.get("/calls").text.contains("Отправьте запись боту"))

            let call = try await panel.receive("Заказ <арматуры>.wav", company)
            let waiting = try await browser.get("/calls")
            #expect(waiting.text.contains("В очереди"))
            #expect(waiting.text.contains("<span class=\"sender\">Анна Ковалёва</span>"))
            #expect(waiting.text.contains("Заказ &lt;арматуры&gt;.wav"))
            #expect(try await browser.get("/calls/\(call)").text.contains("В очереди: 1-й"))

            try await panel.finish(call, company)
            let list = try await browser.get("/calls")
            #expect(list.text.contains("<span class=\"chip yes\">Есть</span>"))
            #expect(list.text.contains("<b>7</b><span class=\"of\">/7</span>"))
            let page = try await browser.get("/calls/\(call)")
            #expect(page.text.contains("Договорились, оплатим сегодня."))
            #expect(page.text.contains("<audio id=\"audio\""))
            #expect(page.text.matches(of: #/class="turn /#).count == 10)

            let text = try await browser.get("/calls/\(call)/transcript.txt")
            #expect(text.headers["Content-Type"] == "text/plain; charset=utf-8")
            #expect(text.headers["Content-Disposition"] == "attachment; filename=\"call-\(call).txt\"")
            #expect(text.text.contains("Клиент: Меня устраивает. Выставляйте счёт."))
        }
    }

    @Test func `a call whose sound was deleted says so, keeps its words and has nothing to play`() async throws {
        try await PanelFixture.run { panel in
            let company = try await panel.company()
            let call = try await panel.insertCall("старый.wav", company)
            try await panel.finish(call, company)
            try panel.test.runAsSuperuser("UPDATE \(company.tenant.schema).recordings SET audio_deleted_at = now()")
            var browser = try await panel.browser(company)
            let page = try await browser.get("/calls/\(call)")
            #expect(page.text.contains("Запись удалена по сроку хранения"))
            #expect(page.text.contains("Договорились, оплатим сегодня."))
            #expect(!page.text.contains("/audio"))
            let audio = try await browser.get("/calls/\(call)/audio")
            #expect(audio.status == 410)
            #expect(audio.text.contains("Запись удалена по сроку хранения"))
        }
    }

    @Test func `older calls are a page away, none twice and none left out`() async throws {
        try await PanelFixture.run { panel in
            let company = try await panel.company()
            var expected: [String] = []
            // The same moment for neighbours: the key must tell them apart by number.
            for number in 1...53 {
                if number.isMultiple(of: 2) { panel.clock.advance(by: 60) }
                let call = try await panel.insertCall("звонок \(number).wav", company)
                expected.insert("call-\(call)", at: 0)
            }
            var browser = try await panel.browser(company)
            var shown: [String] = []
            var next: String? = "/calls"
            var pages = 0
            while let path = next, pages < 5 {
                let page = try await browser.get(path).text
                shown += page.matches(of: /<li id="(call-\d+)"/).map { String($0.1) }
                next = page.firstMatch(of: /href="(\/calls\?before=[^"]+)"/).map { String($0.1) }
                pages += 1
            }
            #expect(pages == 2)
            #expect(shown == expected)
            #expect(try await browser.get("/calls?before=nonsense").status == 400)
        }
    }

    @Test func `a neighbour's call is as unknown as one that never was`() async throws {
        try await PanelFixture.run { panel in
            let (ours, theirs) = (try await panel.company(), try await panel.company("Домашний Мир", person: "Борис"))
            let call = try await panel.receive("тайна.wav", theirs)
            try await panel.finish(call, theirs)
            var browser = try await panel.browser(ours)
            let unknown = try await browser.get("/calls/999999")
            #expect(unknown.status == 404)
            for path in ["/calls/\(call)", "/calls/\(call)/audio", "/calls/\(call)/transcript.txt"] {
                let page = try await browser.get(path)
                #expect(page.status == 404)
                #expect(page.text == unknown.text)
            }
            #expect(try await browser.get("/live?topics=call-\(call)").status == 404)
            #expect(!(try await browser.get("/calls").text.contains("тайна")))
            var neighbour = try await panel.browser(theirs)
            #expect(try await neighbour.get("/calls/\(call)").status == 200)
        }
    }

    @Test(arguments: ["/calls/0", "/calls/-1", "/calls/x", "/calls/99999999999999999999", "/calls/1/x", "/nowhere"])
    func `an address of nothing is a page that says so`(path: String) async throws {
        try await PanelFixture.run { panel in
            var browser = try await panel.browser(try await panel.company())
            let page = try await browser.get(path)
            #expect(page.status == 404)
            #expect(page.text.contains("Такой страницы нет"))
            #expect(page.text.contains("href=\"/calls\""))
        }
    }

    @Test func `each person reads in their own language`() async throws {
        try await PanelFixture.run { panel in
            var english = try await panel.browser(try await panel.company("Acme", person: "Ann", tag: "en"))
            #expect(try await english.get("/calls").text.contains("<html lang=\"en\">"))
            #expect(try await english.get("/nowhere").text.contains("There is no such page"))
            var kazakh = try await panel.browser(try await panel.company("Алтын", person: "Айгүл", tag: "kk"))
            #expect(try await kazakh.get("/calls").text.contains("Қоңыраулар"))
            var stranger = PanelBrowser(fixture: panel, language: "en-GB,en;q=0.9,ru;q=0.5")
            #expect(try await stranger.get("/calls").text.contains("Sign in through the bot"))
        }
    }
}
