import Testing

@testable import Calls

/// One channel does not tell who speaks; only what holds for either speaker may be said.
@Suite struct OneChannelTests {
    private func assessments(_ lines: String...) throws -> [String: Assessment] {
        let analysis = try analyse(.spoken(lines.map { (.unknown, $0) }), script: .standard)
        return Dictionary(uniqueKeysWithValues: analysis.assessments.map { ($0.criterion, $0) })
    }

    @Test func `what nobody said was not said by the operator`() throws {
        let found = try assessments("Алло.", "Нужен швеллер.", "Нет такого.", "Ясно.")
        #expect(found["greeting"]?.verdict == .no)
        #expect(found["farewell"]?.verdict == .no)
        #expect(found["polite"]?.verdict == .yes)
        #expect(found["objection_handled"]?.verdict == .notApplicable)
    }

    @Test func `what either may have said stays undecided, and says why`() throws {
        let found = try assessments("Здравствуйте.", "Мне всё равно!", "До свидания.")
        for code in ["greeting", "polite", "farewell"] {
            #expect(found[code]?.verdict == .undecided)
            #expect(found[code]?.reason == .speakersUnknown)
            #expect(found[code]?.quote != nil)
        }
    }

    @Test func `words that only a seller says are believed`() throws {
        let found = try assessments("Компания Север Металл.", "Нужна труба.", "Какой диаметр вам нужен?", "Сорок.")
        #expect(found["introduced_company"]?.verdict == .yes)
        #expect(found["needs_clarified"]?.verdict == .yes)
    }
}
