import Speech
import Testing

@testable import Calls

@Suite struct WordTests {
    /// Pairs of the vocabulary that snowballstem.org publishes beside the algorithm.
    @Test(arguments: [
        ("вагон", "вагон"), ("важнейшими", "важн"), ("валявшиеся", "валя"), ("важностию", "важност"),
        ("вдруг", "вдруг"), ("вероятностей", "вероятн"), ("падающая", "пада"), ("падшей", "падш"),
        ("павлиньи", "павлин"),
        ("пахнувшего", "пахнувш"), ("паном", "пан"), ("картофельный", "картофельн"),
    ])
    func `stems are those of Snowball`(word: String, stem: String) {
        #expect(RussianStem.of(word) == stem)
    }

    @Test(arguments: [("объем", "облем"), ("компания", "кампания"), ("диаметр", "диамитр"), ("доставка", "даставка")])
    func `a mishearing is near`(one: String, other: String) {
        #expect(WordSimilarity.isNear(one, other))
    }

    @Test(arguments: [("заказ", "отказ"), ("удобн", "неудобн"), ("рад", "ряд"), ("тонн", "тоны"), ("галин", "малин")])
    func `another word is not near`(one: String, other: String) {
        #expect(!WordSimilarity.isNear(one, other))
    }

    @Test func `words are split, lowered and keep what punctuation tells`() {
        let turn = Turn(
            number: 0,
            channel: 0,
            speaker: .operator,
            start: 0,
            end: 2,
            text: "",
            words: [
                RecognizedWord(text: " Всё-таки,", start: 0, end: 1), RecognizedWord(text: "в", start: 1, end: 1.2),
                RecognizedWord(text: "14:00?", start: 1.2, end: 2),
            ]
        )
        let words = SpokenWord.words(of: turn, at: 0)
        #expect(words.map(\.text) == ["все", "таки", "в", "14:00"])
        #expect(words.map(\.endsClause) == [false, true, false, true])
        #expect(words.map(\.isInQuestion) == [true, true, true, true])
        #expect(words.map(\.written) == ["Всё-таки,", "", "в", "14:00?"])
    }

    @Test func `a turn without word times gets them by its letters`() {
        let turn = Turn(number: 0, channel: 0, speaker: .client, start: 10, end: 12, text: "да нет", words: [])
        let words = SpokenWord.words(of: turn, at: 0)
        #expect(words.map(\.start) == [10, 10.8])
        #expect(words.last?.end == 12)
    }
}
