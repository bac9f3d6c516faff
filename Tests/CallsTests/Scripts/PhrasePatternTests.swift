import Testing

@testable import Calls

@Suite struct PhrasePatternTests {
    private func found(_ pattern: String, _ text: String, strict: Bool = false) throws -> [String] {
        let conversation = Conversation(.spoken([(.operator, text)]))
        let search = PhraseSearch(conversation)
        let stretch = try #require(conversation.stretches.first)
        return search.matches(of: [try PhrasePattern(pattern, isStrict: strict)], in: stretch).map { match in
            conversation.words[match.words].map(\.text).joined(separator: " ")
        }
    }

    @Test(arguments: [
        ("перезвоните", "Вы перезвонили нам", "перезвонили"),
        ("диаметр", "какой диамитр нужен", "диамитр"),
        ("=да", "ну да, дай", "да"),
        ("выстав*", "мы выставляем счёт", "выставляем"),
        ("(да|все верно)", "это всё верно", "все верно"),
        ("добрый [вам] день", "добрый вам день", "добрый вам день"),
        ("какой ..2 объем", "какой вам нужен объём", "какой вам нужен объем"),
        ("меня зовут @name", "меня зовут Наталья", "меня зовут наталья"),
        ("@number часов", "в четырнадцать часов", "четырнадцать часов"),
        ("^ алло", "Алло, алло", "алло"),
        ("слушаю $", "да, слушаю", "слушаю"),
    ])
    func `a pattern finds what it describes`(pattern: String, text: String, match: String) throws {
        #expect(try found(pattern, text) == [match])
    }

    @Test(arguments: [
        ("удобно", "мне неудобно"),
        ("удобно", "мне не удобно"),
        ("буду ..2 платить", "буду не скоро платить"),
        ("какой ..1 объем", "какой вам нужен объём"),
        ("это ..3 объем", "Это всё. Какой объём?"),
        ("компания + @title", "компания, слушаю"),
        ("заказ / доставка", "заказ доставка"),
        ("это @name ?", "это Анна."),
        ("это @name !", "это Анна?"),
        ("рад", "ряд труб"),
    ])
    func `a pattern does not find what only resembles it`(pattern: String, text: String) throws {
        #expect(try found(pattern, text).isEmpty)
    }

    @Test func `a strict pattern forgives no mishearing of short words`() throws {
        #expect(try found("помолчите", "помочь вам", strict: true).isEmpty)
        #expect(try found("кричите", "кричит", strict: true) == ["кричит"])
    }

    @Test(arguments: [
        ("", PatternMistake.empty("")), ("..3", .empty("..3")), ("(да|нет", .unclosed("(да|нет")),
        ("да)", .unopened("да)")), ("@nothing", .unknownList("nothing")), ("..x да", .badGap("..x")),
    ])
    func `a mistake in a pattern is named`(text: String, mistake: PatternMistake) {
        #expect(throws: mistake) { try PhrasePattern(text) }
    }

    @Test func `a script with a mistaken pattern is refused`() {
        let rule = PhraseRule(says: ["(да"])
        let script = Script(
            name: .tenant("Мой"),
            criteria: [Criterion(code: "own", title: .tenant("Моё"), check: .said(rule))]
        )
        #expect(throws: PatternMistake.unclosed("(да")) { try script.check() }
    }

    @Test func `every built-in list can be read`() {
        for name in Lexicon.names { #expect(!Lexicon.patterns(named: name).isEmpty, "\(name)") }
    }

    @Test func `a tenant's own criterion looks only where it says`() throws {
        let rule = PhraseRule(speaker: .operator, part: .lastSeconds(3), says: ["(скидка|акция)"])
        let script = Script(
            name: .tenant("Мой"),
            criteria: [Criterion(code: "discount", title: .tenant("Скидка"), check: .said(rule))]
        )
        let early = try analyse(
            .spoken([(.operator, "Есть скидка"), (.client, "Спасибо"), (.operator, "Хорошего вам дня и вечера")]),
            script: script
        )
        #expect(early.assessments.map(\.verdict) == [.no])
        let late = try analyse(.spoken([(.client, "Добрый день"), (.operator, "Есть скидка")]), script: script)
        #expect(late.assessments.map(\.verdict) == [.yes])
    }
}
