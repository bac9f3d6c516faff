import Calls
import Foundation
import HTTP
import Kernel
import Support
import Testing

@testable import Web

/// The panel in a real browser: what only scripts, styles and sound can show.
@Suite(.serialized) struct PanelInBrowserTests {
    @Test func `a person signs in, opens a call and listens from a turn`() async throws {
        try await PanelFixture.run { panel in
            let company = try await panel.company()
            let call = try await panel.receive("Заказ арматуры.wav", company, seconds: 43.8)
            try await panel.finish(call, company)
            let link = try await panel.link(company)
            try await Browser.open { browser in
                try await browser.go("\(panel.base)/sign-in/\(link.text)")
                try await browser.click("main button")
                try await browser.wait(for: "document.querySelector('#call-\(call) .row')")
                try await browser.click("#call-\(call) .row")
                try await browser.wait(for: "document.querySelector('#player.ready') && audio.readyState > 0")

                // The fourth turn begins at 15.13 s.
                try await browser.click("#turn-3 .words")
                try await browser.wait(for: "!audio.paused && audio.currentTime >= 15.13 && audio.currentTime < 19")
                try await browser.wait(for: "document.querySelector('#turn-3').classList.contains('playing')")
                let playing = try await browser.run("return document.querySelectorAll('.turn.playing').length")
                #expect(playing == "1")

                try await browser.type(" ")
                try await browser.wait(for: "audio.paused")
                let before = try await browser.number("audio.currentTime")
                try await browser.type("\u{E012}")
                let after = try await browser.number("audio.currentTime")
                #expect(abs(before - 5 - after) < 0.1)
                try await browser.type("\u{E014}\u{E014}")
                let later = try await browser.number("audio.currentTime")
                #expect(abs(after + 10 - later) < 0.1)

                try await browser.click(".checklist .quote")
                try await browser.wait(for: "!audio.paused && audio.currentTime >= 1.23 && audio.currentTime < 5")
                try await browser.click("#speed")
                #expect(try await browser.number("audio.playbackRate") == 1.25)
                #expect(try await browser.complaints().isEmpty)
            }
        }
    }

    @Test func `the list and a call's page follow the work without being loaded again`() async throws {
        try await PanelFixture.run { panel in
            let company = try await panel.company()
            let link = try await panel.link(company)
            try await Browser.open { browser in
                try await browser.signIn(panel, link)
                try await browser.wait(for: "document.querySelector('.empty')")
                try await browser.run("window.marker = 'same page'")
                let call = try await panel.receive("новый.wav", company, seconds: 43.8)
                try await browser.wait(for: "document.querySelector('#call-\(call) .chip.moving')")
                #expect(try await browser.run("return window.marker") == "\"same page\"")

                try await browser.go("\(panel.base)/calls/\(call)")
                try await browser.wait(for: "document.querySelector('#progress .stages')")
                try await browser.run("window.marker = 'same page'")
                try await panel.finish(call, company)
                try await browser.wait(for: "document.querySelectorAll('.turn').length === 10")
                try await browser.wait(for: "document.querySelector('#player.ready') && progress.hidden")
                #expect(try await browser.run("return window.marker") == "\"same page\"")

                // A change while somebody listens leaves the sound alone.
                try await browser.click("#turn-1")
                try await browser.wait(for: "!audio.paused && audio.currentTime > 6.03")
                try await browser.run("window.player = audio")
                try await panel.move(call, company, to: .analysing)
                try await browser.wait(for: "!progress.hidden")
                #expect(try await browser.run("return window.player === audio && !audio.paused") == "true")
                #expect(try await browser.complaints().isEmpty)
            }
        }
    }

    @Test func `on a telephone a quote plays without taking the person away from it`() async throws {
        try await PanelFixture.run { panel in
            let company = try await panel.company()
            let call = try await panel.receive("Заказ арматуры.wav", company, seconds: 43.8)
            try await panel.finish(call, company)
            let link = try await panel.link(company)
            try await Browser.open(Browser.Look(width: 390, height: 600)) { browser in
                try await browser.signIn(panel, link)
                try await browser.go("\(panel.base)/calls/\(call)")
                try await browser.wait(for: "document.querySelector('#player.ready') && audio.readyState > 0")
                try await browser.click(".card .quote")
                try await browser.wait(for: "document.querySelector('#turn-7').classList.contains('playing')")
                let place = try await browser.number("scrollY")
                // Two frames on, a scroll that had begun would show.
                try await browser.run(
                    "window.frames2 = 0; requestAnimationFrame(() => requestAnimationFrame(() => { window.frames2 = 1 }))"
                )
                try await browser.wait(for: "window.frames2")
                #expect(try await browser.number("scrollY") == place)
                let isQuoteVisible = try await browser.run(
                    "return document.querySelector('.card .quote').getBoundingClientRect().bottom <= innerHeight"
                )
                #expect(isQuoteVisible == "true")
            }
        }
    }

    @Test(arguments: [390, 1920], [false, true])
    func `nothing is wider than the window`(width: Int, isDark: Bool) async throws {
        try await PanelFixture.run { panel in
            let company = try await panel.company("Очень длинное название компании для проверки ширины страницы")
            let call = try await panel.receive(
                "звонок-с-отдела-продаж-очень-длинное-имя-файла-от-АТС-2026-11-21.wav",
                company
            )
            try await panel.finish(call, company, as: Samples.complaintSheet)
            let waiting = try await panel.insertCall(String(repeating: "безпробелов", count: 12), company)
            let link = try await panel.link(company)
            let look = Browser.Look(width: width, height: width == 390 ? 844 : 1080, isDark: isDark)
            try await Browser.open(look) { browser in
                try await browser.go("\(panel.base)/sign-in/\(link.text)")
                #expect(try await browser.isWithinWindow())
                try await browser.signIn(panel, link)
                for path in ["/calls", "/calls/\(call)", "/calls/\(waiting)", "/nowhere"] {
                    try await browser.go("\(panel.base)\(path)")
                    try await browser.wait(for: "document.readyState === 'complete'")
                    let isWithin = try await browser.isWithinWindow()
                    #expect(isWithin, "\(path) at \(width)")
                }
            }
        }
    }
}

extension Browser {
    fileprivate func signIn(_ panel: PanelFixture, _ link: Token) async throws {
        try await go("\(panel.base)/sign-in/\(link.text)")
        try await click("main button")
        try await wait(for: "location.pathname === '/calls' && document.querySelector('#calls')")
    }

    fileprivate func number(_ expression: String) async throws -> Double {
        try #require(Double(try await run("return \(expression)")))
    }

    fileprivate func isWithinWindow() async throws -> Bool {
        try await run("return document.documentElement.scrollWidth <= innerWidth") == "true"
    }
}
