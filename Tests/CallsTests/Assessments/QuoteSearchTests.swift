import Testing

@testable import Calls

@Suite struct QuoteSearchTests {
    private let call = Transcript.spoken([
        operatorSays("Добрый день, слушаю вас."), clientSays("Пишите куда хотите. Мне всё равно."),
        operatorSays("Деньги мы не возвращаем, мне всё равно."),
    ])

    @Test(arguments: [
        "Пишите куда хотите", "пишите, куда хотите!", "«Пишите куда хотите...»", "Пишите хотите мне все равно",
        "Так пишите куда хотите",
    ])
    func `words are found however they are written`(claim: String) {
        #expect(QuoteSearch(call).locate(claim)?.turn == 1)
    }

    @Test(arguments: [
        "", "пишите", "Пишите жалобу президенту сегодня", "мы вернём деньги завтра", "равно всё мне хотите",
    ])
    func `words that nobody said in that order are not found`(claim: String) {
        #expect(QuoteSearch(call).locate(claim) == nil)
    }

    @Test func `of the same words said twice the claimed turn wins`() {
        #expect(QuoteSearch(call).locate("мне всё равно", turn: 2)?.turn == 2)
        #expect(QuoteSearch(call).locate("мне всё равно", turn: 1)?.turn == 1)
    }

    @Test func `the quote is what was said, with its times`() {
        let quote = QuoteSearch(call).locate("куда хотите")
        #expect(quote?.text == "куда хотите.")
        #expect((quote?.start ?? 0) > call.turns[1].start)
        #expect((quote?.end ?? 0) < call.turns[1].end)
    }
}
