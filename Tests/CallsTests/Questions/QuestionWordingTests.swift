import Testing

@testable import Calls

@Suite struct QuestionWordingTests {
    @Test(arguments: [
        ("Кто просил перезвонить?", "просил перезвонить", "перезвонить"),
        ("Жаловался ли кто-то на грубость?", "жаловался на грубость", "жаловался на грубость"),
        ("У кого сломался пылесос?", "сломался пылесос", "сломался пылесос"),
        ("Кто?", "кто", "кто"),
        ("Где клиент говорил, что дорого?", "клиент говорил дорого", "дорого"),
    ])
    func `a question is searched for by what it is about`(question: String, subject: String, telling: String) {
        #expect(QuestionWording.subject(of: question) == subject)
        #expect(QuestionWording.telling(of: question) == telling)
    }

    @Test func `words for the same thing are known by their stems`() {
        let related = Thesaurus.related(to: RussianStem.of("грубость"))
        #expect(related.contains(RussianStem.of("хамите")))
        #expect(!related.contains(RussianStem.of("грубость")))
        #expect(Thesaurus.related(to: RussianStem.of("арматура")).isEmpty)
    }
}
