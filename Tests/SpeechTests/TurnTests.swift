import Testing

@testable import Speech

struct TurnTests {
    /// Words as "text start end" with spaces.
    private func words(_ lines: String...) -> [RecognizedWord] {
        lines.compactMap { line in
            let parts = line.split(separator: " ")
            guard parts.count == 3, let start = Double(parts[1]), let end = Double(parts[2]) else { return nil }
            return RecognizedWord(text: String(parts[0]), start: start, end: end)
        }
    }

    @Test func `nothing said is no turn`() {
        #expect(buildTurns(channels: []).isEmpty)
        #expect(buildTurns(channels: [[], []]).isEmpty)
    }

    @Test func `a pause of more than 0.8 seconds ends a turn, a shorter one does not`() {
        let turns = buildTurns(channels: [words("Добрый 1 1.4", "день. 1.5 2", "Слушаю 2.8 3.2", "вас. 4.1 4.5")])
        #expect(turns.map(\.text) == ["Добрый день. Слушаю", "вас."])
        #expect(turns.map(\.start) == [1, 4.1])
        #expect(turns.map(\.end) == [3.2, 4.5])
    }

    @Test func `the other one speaking in a gap ends a turn`() {
        let turns = buildTurns(channels: [
            words("Двадцать 1 1.5", "тонн? 1.5 2", "Хорошо. 2.7 3"), words("Да. 2.1 2.6"),
        ])
        #expect(turns.map(\.text) == ["Двадцать тонн?", "Да.", "Хорошо."])
        #expect(turns.map(\.channel) == [0, 1, 0])
    }

    @Test func `agreeing over the other's words ends nothing`() {
        let turns = buildTurns(channels: [
            words("Счёт 1 1.5", "отправлю 1.5 2.2", "сегодня. 2.2 3"), words("Угу. 1.6 1.9"),
        ])
        #expect(turns.map(\.text) == ["Счёт отправлю сегодня.", "Угу."])
    }

    @Test func `turns of two channels are in the order of their start`() {
        let turns = buildTurns(channels: [words("Алло. 5 5.5", "Да. 9 9.5"), words("Здравствуйте. 1 2", "Это 7 7.5")])
        #expect(turns.map(\.text) == ["Здравствуйте.", "Алло.", "Это", "Да."])
    }

    @Test func `words that came out of order are put in order, and none is lost`() {
        let channel = words("три 3 3.2", "раз 1 1.2", "два 2 2.2", "два 2 2.2")
        let turns = buildTurns(channels: [channel])
        #expect(turns.flatMap(\.words).map(\.text) == ["раз", "два", "два", "три"])
    }

    @Test func `a turn ends with its latest word, also when an earlier one is longer`() {
        #expect(buildTurns(channels: [words("а 1 3", "б 1.5 2")]).map(\.end) == [3])
    }

    @Test(
        arguments: [
            (["Добрый", "день", ",", "Анна", "!"], "Добрый день, Анна!"),
            (["когда", "-то"], "когда-то"), (["скидка", "5", "%"], "скидка 5%"), (["да", "-", "нет"], "да - нет"),
            ([" Север", "-Металл", ""], "Север-Металл"), (["(", "шум"], "( шум"),
        ]
    )
    func `words are joined as they are written`(words: [String], text: String) {
        #expect(joined(words) == text)
    }
}
