import Calls
import Foundation
import Kernel
import Support
import Testing

@testable import Web

struct CallCardPageTests {
    private func page(_ call: CallSheet, _ language: Language = .russian) throws -> CallCardPage {
        let live = Link(path: "/live?topics=call-12&after=5")
        return CallCardPage(
            model: .init(call: call, now: Samples.now, live: live),
            visitor: try Samples.visitor(language)
        )
    }

    private func markup(_ call: CallSheet, _ language: Language = .russian) throws -> String {
        try page(call, language).html(assets: Samples.assets).string
    }

    @Test(arguments: Language.allCases)
    func `a good call in each language`(language: Language) throws {
        try expectGolden(try markup(Samples.orderSheet, language), "call-\(language.rawValue).html")
    }

    @Test func `a bad call`() throws {
        try expectGolden(try markup(Samples.complaintSheet), "call-complaint.html")
    }

    @Test(arguments: [13, 14, 15, 16, 17])
    func `a call on its way or failed`(number: Int64) throws {
        let summary = try #require(Samples.calls.first { $0.id == CallID(number) })
        var sheet = Samples.sheet(summary, nil)
        sheet.hasAudio = false
        try expectGolden(try markup(sheet), "call-state-\(summary.id).html")
    }

    @Test func `a recording in one channel says that speakers are unknown`() throws {
        let transcript = Samples.transcript([(.unknown, 0.5, 3, "Алло, это вы звонили?")], duration: 4)
        let text = try markup(Samples.sheet(Samples.order, transcript))
        #expect(text.contains("Запись в одном канале"))
        #expect(text.contains("class=\"turn unknown\""))
    }

    @Test func `a recording without speech says so and offers no text`() throws {
        let text = try markup(Samples.sheet(Samples.order, Transcript(duration: 10, channels: 2, turns: [])))
        #expect(text.contains("В записи нет речи"))
        #expect(!text.contains("transcript.txt"))
    }

    @Test func `each fragment has an id of its own, so that it can be sent alone`() throws {
        for call in [Samples.orderSheet, Samples.sheet(Samples.order, nil)] {
            let ids = try page(call).fragments.map { try #require($0.string.firstMatch(of: /^<\w+ id="([a-z]+)"/)).1 }
            #expect(ids == ["head", "progress", "player", "findings", "transcript"])
        }
    }

    @Test func `what people said cannot become markup`() throws {
        let transcript = Samples.transcript([(.client, 0, 1, "</p><script>alert('x')</script>")], duration: 2)
        var sheet = Samples.sheet(Samples.order, transcript)
        sheet.conversion = ConversionFinding(
            verdict: .no,
            quote: Quote(turn: 0, start: 0, end: 1, text: "\"><b>"),
            reason: .refused
        )
        let text = try markup(sheet)
        #expect(!text.contains("<script>"))
        #expect(text.contains("&lt;/p&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"))
        #expect(text.contains("<q>&quot;&gt;&lt;b&gt;</q>"))
    }

    @Test func `an operator who is silent and a client who is too break no share`() throws {
        var sheet = Samples.sheet(Samples.order, nil)
        sheet.statistics = TalkStatistics(
            duration: 0,
            operatorSeconds: 0,
            clientSeconds: 0,
            unknownSeconds: 0,
            silenceSeconds: 0,
            longestSilenceSeconds: 0,
            operatorInterruptions: 0,
            clientInterruptions: 0
        )
        #expect(try markup(sheet).contains("<dd>0\u{A0}с</dd>"))
    }
}
