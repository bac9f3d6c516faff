import Calls
import Foundation
import Kernel
import Support
import Testing

@testable import Web

struct CallListPageTests {
    private func page(_ calls: [CallSummary], _ language: Language = .russian, isNewest: Bool = true) throws -> String {
        let model = CallListPage.Model(
            calls: calls,
            now: Samples.now,
            older: calls.count > 3 ? Link(path: "/calls?before=2026.2") : nil,
            isNewest: isNewest,
            live: Link(path: "/live?topics=calls&after=5")
        )
        return CallListPage(model: model, visitor: try Samples.visitor(language)).html(assets: Samples.assets).string
    }

    @Test(arguments: Language.allCases)
    func `the list in each language`(language: Language) throws {
        try expectGolden(try page(Samples.calls, language), "calls-\(language.rawValue).html")
    }

    @Test(arguments: Language.allCases)
    func `an empty list says how to fill it`(language: Language) throws {
        try expectGolden(try page([], language), "calls-empty-\(language.rawValue).html")
    }

    @Test func `a list that ended offers the way back`() throws {
        let markup = try page([], isNewest: false)
        #expect(markup.contains("Более ранних звонков нет"))
        #expect(markup.contains("<a class=\"button\" href=\"/calls\">К новым звонкам</a>"))
    }

    @Test func `a file name cannot become markup`() throws {
        var call = Samples.order
        call.title = "<img src=x onerror=alert(1)>"
        call.sender = "\"><script>alert(1)</script>"
        let markup = try page([call])
        #expect(!markup.contains("<img"))
        #expect(!markup.contains("<script>"))
        #expect(markup.contains("&lt;img src=x onerror=alert(1)&gt;"))
    }

    @Test func `a call is under its day in the company's zone, not in Greenwich's`() throws {
        var call = Samples.order
        // 21:30 in Greenwich is half past midnight in Moscow.
        call.happenedAt = Date(timeIntervalSince1970: 1_795_210_200)
        let markup = try page([call])
        #expect(markup.contains("Сегодня, 21\u{A0}ноября"))
        #expect(markup.contains(">00:30</time>"))
        #expect(markup.contains("datetime=\"2026-11-20T21:30:00Z\""))
    }
}
