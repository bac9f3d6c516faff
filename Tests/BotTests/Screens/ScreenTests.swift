import Calls
import Foundation
import Telegram
import Testing

@testable import Bot
@testable import Kernel

@Suite struct Screens {
    @Test func `a company is registered`() throws {
        try GoldenFile.expect("registration-1-welcome") { RegistrationScreens.welcome("Анна <3", $0) }
        try GoldenFile.expect("registration-2-zone") {
            RegistrationScreens.askZone(company: "Ромашка & Ко", at: Samples.moment, $0)
        }
        try GoldenFile.expect("registration-3-chosen") {
            RegistrationScreens.zoneChosen(company: "Ромашка", zone: Samples.zone, $0)
        }
        try GoldenFile.expect("registration-4-preparing") { RegistrationScreens.preparing($0) }
        try GoldenFile.expect("registration-5-ready") { RegistrationScreens.ready(company: "Ромашка", $0) }
    }

    @Test func `the menu and what is behind it`() throws {
        try GoldenFile.expect("menu-greeting") { MenuScreens.greeting("Анна", company: "Ромашка", $0) }
        try GoldenFile.expect("menu") { MenuScreens.menu(company: "Ромашка", $0) }
        try GoldenFile.expect("menu-how-to-send") { MenuScreens.howToSend($0) }
        try GoldenFile.expect("menu-how-to-ask") { MenuScreens.howToAsk($0) }
        try GoldenFile.expect("menu-digest-times") { MenuScreens.digestTimes("09:00", $0) }
        try GoldenFile.expect("menu-help") { MenuScreens.help($0) }
        try GoldenFile.expect("languages") { LanguageScreens.choice($0) }
        try GoldenFile.expect("panel-link") {
            PanelScreens.link(
                PanelScreens.address("https://zvonar.example/", Samples.token("p"), path: "/calls/12"),
                $0
            )
        }
    }

    @Test func `a company's own bot`() throws {
        try GoldenFile.expect("own-bot-stranger") { OwnBotScreens.stranger(sharedBot: "our_bot", $0) }
        try GoldenFile.expect("own-bot-how-to") { OwnBotScreens.state(of: nil, $0) }
        try GoldenFile.expect("own-bot-added") { OwnBotScreens.added("daisy_bot", $0) }
        for (name, stopped, byHand) in [("runs", nil, false), ("stopped", "by hand", true), ("refused", "401", false)] {
            try GoldenFile.expect("own-bot-\(name)") {
                OwnBotScreens.state(BotID(7), "@daisy_bot", stopped: stopped, byHand: byHand, $0)
            }
        }
        try GoldenFile.expect("own-bot-refusals") { language in
            let refusals: [BotRefusal] = [.unknownToken, .servesOthers, .another("@daisy_bot")]
            let sentences = refusals.map { $0.sentence(in: language) }
            let texts = [OwnBotTexts.tokenWithoutCompany, OwnBotTexts.tokenOfNoOwner].map { $0(language) }
            return Screen((sentences + texts).joined(separator: "\n"))
        }
    }

    @Test func `a result`() throws {
        try GoldenFile.expect("result") { ResultScreens.result(Samples.report(), $0) }
        try GoldenFile.expect("result-one-channel") {
            ResultScreens.result(Samples.report(items: [], knowsSpeakers: false), $0)
        }
        try GoldenFile.expect("result-no-speech") { ResultScreens.result(Samples.report(isWithoutSpeech: true), $0) }
    }

    @Test func `a recording on its way`() throws {
        let stages = [
            Samples.progress(.received), Samples.progress(.received, place: 1), Samples.progress(.received, place: 3),
            Samples.progress(.transcribing), Samples.progress(.transcribing, percent: 40),
            Samples.progress(.transcribing, isWaiting: true), Samples.progress(.analysing), Samples.progress(.done),
            Samples.progress(.failed, failure: .recordingUnreadable),
        ]
        try GoldenFile.expect("progress") { language in
            var all = RichText()
            for stage in stages {
                if !all.isEmpty { all.line() }
                all.append(ProgressScreens.progress(stage, language).text)
            }
            return Screen(all)
        }
        try GoldenFile.expect("progress-uncertain") { ProgressScreens.resultReady(Samples.token("r"), $0) }
    }

    @Test func `what the bot says no to, or cannot do`() throws {
        try GoldenFile.expect("sentences") { language in
            var all = RichText()
            let sentences = [
                RecordingTexts.tooLarge(20), RecordingTexts.gone, RecordingTexts.video, RecordingTexts.notARecording,
                RecordingTexts.repeated, RecordingTexts.repeatedUnfinished, RegistrationTexts.companyFirst,
                RegistrationTexts.nameNeedsText, RegistrationTexts.stillPreparing, RegistrationTexts.failed,
                RegistrationTexts.cancelled, MenuTexts.unknownCommand, MenuTexts.nothingToCancel, MenuTexts.deadButton,
                MenuTexts.notAnOwner, MenuTexts.groups, MenuTexts.digestTimeSet("09:00", "Москва"),
                IncidentTexts.failed(Incident(number: "ABCD2345")),
            ]
            for sentence in sentences {
                if !all.isEmpty { all.line() }
                all.append(sentence(language))
            }
            return Screen(all)
        }
    }

    @Test func `an answer`() throws {
        let clips = [Samples.token("a"), Samples.token("b")]
        func screen(_ answer: Answer, _ language: Language) -> Screen {
            AnswerScreens.answer(to: "Грубили ли клиентам?", answer, clips: clips, zone: Samples.zone, language)
        }
        try GoldenFile.expect("answer-passages") { screen(Samples.answer(.search), $0) }
        try GoldenFile.expect("answer-model") { screen(Samples.answer(.languageModel), $0) }
        try GoldenFile.expect("answer-limited") {
            screen(Samples.answer(.search, isByMeaning: false, newest: 2_001), $0)
        }
        try GoldenFile.expect("answer-nothing") { screen(Samples.nothing, $0) }
    }

    @Test func `a digest`() throws {
        let (best, worst) = (Samples.token("b"), Samples.token("w"))
        try GoldenFile.expect("digest-today") {
            DigestScreens.digest(Samples.digest(isSoFar: true), best: best, worst: worst, $0)
        }
        try GoldenFile.expect("digest-yesterday") {
            DigestScreens.digest(Samples.digest(isSoFar: false), best: best, worst: worst, $0)
        }
        try GoldenFile.expect("digest-empty") {
            DigestScreens.digest(Samples.emptyDigest, best: nil, worst: nil, $0)
        }
    }

    @Test(arguments: Language.allCases)
    func `the longest result still fits into one message`(language: Language) {
        let long = String(repeating: "очень длинная цитата 🌼 ", count: 60)
        let items = (0..<24).map { number in
            Samples.item(
                String(repeating: "Пункт \(number) ", count: 40),
                .no,
                .explained(long),
                Samples.quote(long, at: Double(number))
            )
        }
        let screen = ResultScreens.result(Samples.report(items: items), language)
        #expect(screen.text.length <= 4_096)
        #expect(screen.text.length > 1_000)
        // What was counted is what Telegram sees once the tags are gone.
        let visible = screen.text.html.text.replacing(/<[^>]*>/, with: "").replacing("&amp;", with: "&")
            .replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&quot;", with: "\"")
        #expect(visible.utf16.count == screen.text.length)
    }

    @Test(arguments: Language.allCases)
    func `the longest answer still fits into one message`(language: Language) {
        let long = String(repeating: "слово ", count: 400)
        let citation = Citation(
            call: CallID(1),
            happenedAt: Samples.moment,
            speaker: .client,
            quote: Samples.quote(long, at: 1)
        )
        let answer = Answer(
            maker: .languageModel,
            sentences: Array(repeating: AnswerSentence(text: long, citations: [0, 1, 2]), count: 8),
            citations: Array(repeating: citation, count: 8),
            coverage: SearchCoverage(wordsInNewest: 2_000, meaningInNewest: 2_000, isByMeaning: false)
        )
        let clips = Array(repeating: Samples.token("a"), count: 8)
        let question = String(repeating: "в", count: QuestionRefusal.longest)
        let screen = AnswerScreens.answer(to: question, answer, clips: clips, zone: Samples.zone, language)
        #expect(screen.text.length <= 4_096)
    }
}

@Suite struct Texts {
    @Test(arguments: [
        ("коротко", 20, "коротко"), ("одно длинное предложение", 14, "одно длинное…"),
        (String(repeating: "я", count: 50), 10, "яяяяяяяяя…"), ("🌼🌼🌼🌼", 5, "🌼🌼…"),
    ])
    func `a text is cut between words and never inside a character`(text: String, limit: Int, cut: String) {
        #expect(shortened(text, to: limit) == cut)
        #expect(shortened(text, to: limit).utf16.count <= limit)
    }

    @Test func `what people write is never taken for formatting`() {
        var text = RichText("<b>&\"")
        text.bold("a<b")
        text.italic("")
        #expect(text.html.text == "&lt;b&gt;&amp;&quot;<b>a&lt;b</b>")
        #expect(text.length == 8)
    }

    @Test func `no button's data is longer than Telegram allows`() {
        let token = Samples.token("t")
        let presses: [Press] =
            [
                .menu, .howToSend, .howToAsk, .digest, .panel, .languages, .digestTimes, .digestTime("09:00"),
                .example(2), .clip(token), .transcript(token), .openCall(token), .resultAgain(token),
                .stopBot(BotID(Int64.max)), .resumeBot(BotID(1)),
            ] + Language.allCases.map(Press.language) + TimeZone.knownTimeZoneIdentifiers.map(Press.zone)
        for press in presses {
            #expect(press.data.utf8.count <= 64)
            #expect(Press(data: press.data) == press)
        }
    }

    @Test(arguments: ["", "clip:short", "zone:", "language:de", "example:x", "menu:gone", "что-то", "again"])
    func `data of no button of today is nothing`(data: String) {
        #expect(Press(data: data) == nil)
    }

    @Test func `the commands are such as Telegram takes`() {
        for (command, description) in MenuTexts.commands {
            #expect(command.wholeMatch(of: /[a-z0-9_]{1,32}/) != nil)
            for language in Language.allCases { #expect((1...256).contains(description(language).count)) }
        }
    }
}
