import Kernel
import Testing

@testable import Calls

struct PassageTests {
    private func passages(_ turns: (Speaker, String)...) -> [Passage] {
        let turns = turns.enumerated().map { Turn.sample($0, $1.0, $1.1) }
        return Passage.cut(Transcript(duration: 60, channels: 2, turns: turns))
    }

    @Test
    func `a turn is a passage with its place`() throws {
        let found = passages(
            (.operator, "Добрый день компания Север Металл"),
            (.client, "Мне нужна арматура двенадцать миллиметров")
        )
        #expect(
            found.map(\.text) == ["Добрый день компания Север Металл", "Мне нужна арматура двенадцать миллиметров"]
        )
        #expect(found.map(\.speaker) == [.operator, .client])
        #expect(found.map(\.firstTurn) == [0, 1])
        #expect(found.last?.start == 3)
        #expect(found.last?.end == 5)
    }

    @Test
    func `short turns go with what follows, and belong to who says most`() {
        let found = passages((.client, "Да"), (.operator, "Хорошо"), (.client, "Привезите пожалуйста завтра утром"))
        #expect(found.count == 1)
        #expect(found.first?.text == "Да Хорошо Привезите пожалуйста завтра утром")
        #expect(found.first?.speaker == .client)
        #expect(found.first?.firstTurn == 0)
        #expect(found.first?.lastTurn == 2)
    }

    @Test
    func `a short end is not lost`() {
        let found = passages((.operator, "Спасибо за звонок до свидания"), (.client, "До свидания"))
        #expect(found.map(\.text) == ["Спасибо за звонок до свидания", "До свидания"])
    }

    @Test
    func `a long speech is cut into equal pieces and no word is lost`() {
        let words = (1...150).map { "слово\($0)" }
        let found = passages((.operator, words.joined(separator: " ")))
        #expect(found.count == 3)
        #expect(found.flatMap { $0.text.split(separator: " ").map(String.init) } == words)
        #expect(zip(found, found.dropFirst()).allSatisfy { $0.end <= $1.start + 0.001 })
    }

    @Test
    func `nothing said, nothing to find`() {
        #expect(Passage.cut(Transcript(duration: 60, channels: 2, turns: [])).isEmpty)
    }
}
