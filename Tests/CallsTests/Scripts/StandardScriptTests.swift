import Foundation
import Testing

@testable import Calls

/// What the default checklist must not be taken in by.
@Suite struct StandardScriptTests {
    private func verdict(_ code: String, _ lines: (Speaker, String)...) throws -> Verdict? {
        try assessment(code, lines)?.verdict
    }

    private func assessment(_ code: String, _ lines: [(Speaker, String)]) throws -> Assessment? {
        try analyse(.spoken(lines), script: .standard).assessments.first { $0.criterion == code }
    }

    @Test func `a greeting counts in the operator's first words only`() throws {
        #expect(try verdict("greeting", operatorSays("Добрый день, слушаю.")) == .yes)
        #expect(
            try verdict("greeting", operatorSays("Алло."), clientSays("Здравствуйте."), operatorSays("Здравствуйте."))
                == .no
        )
    }

    @Test func `a pause does not end the first words`() throws {
        let lines = [operatorSays("Алло."), operatorSays("Добрый вечер!"), clientSays("Да.")]
        #expect(try assessment("greeting", lines)?.verdict == .yes)
    }

    @Test(arguments: [
        "Компания Север Металл, слушаю вас.", "Здравствуйте, Домашний Мир, меня зовут Анна.", "Домашний Мир, слушаю.",
        "Добрый день! Меня зовут Ирина, банк Надежда.", "Вас беспокоит Ольга из Быстрого Старта.",
        "Добрый день, а в топлюз, меня зовут Анна.", "Алло, вы позвонили в Металлторг.",
    ])
    func `a company is named by its kind or by its place`(text: String) throws {
        #expect(try verdict("introduced_company", operatorSays(text)) == .yes)
    }

    @Test(arguments: [
        "Добрый день, Михаил! Меня зовут Анна.", "Да, слушаю вас.", "Здравствуйте, это Денис.",
        "Добрый день, чем могу помочь?", "Здравствуйте, меня зовут Ольга, вы оставляли заявку.",
        "Алло, добрый день, говорите.",
    ])
    func `a person's name and a bare greeting name no company`(text: String) throws {
        #expect(try verdict("introduced_company", operatorSays(text)) == .no)
    }

    @Test func `a company named only when asked does not count`() throws {
        let company = try verdict(
            "introduced_company",
            operatorSays("Добрый день."),
            clientSays("А это какая компания?"),
            operatorSays("Компания Север Металл.")
        )
        #expect(company == .no)
    }

    @Test func `a name is the operator's own, unasked and not denied`() throws {
        #expect(try verdict("introduced_name", operatorSays("Менеджер Ирина, слушаю вас.")) == .yes)
        #expect(try verdict("introduced_name", operatorSays("Алло, это Сергей?"), clientSays("Да.")) == .no)
        #expect(try verdict("introduced_name", operatorSays("Слушаю."), clientSays("Меня зовут Сергей.")) == .no)
        #expect(
            try verdict(
                "introduced_name",
                operatorSays("Добрый день."),
                clientSays("Анна?"),
                operatorSays("Я не Анна.")
            ) == .no
        )
        let asked = try verdict(
            "introduced_name",
            operatorSays("Добрый день."),
            clientSays("Как вас зовут?"),
            operatorSays("Меня зовут Пётр.")
        )
        #expect(asked == .no)
    }

    @Test func `only a question about the need clarifies it`() throws {
        #expect(try verdict("needs_clarified", operatorSays("Какой объём вам нужен и к какому сроку?")) == .yes)
        #expect(try verdict("needs_clarified", operatorSays("Когда вам удобно, чтобы я перезвонила?")) == .no)
        #expect(
            try verdict("needs_clarified", operatorSays("Чем могу помочь?"), clientSays("Сколько метров в рулоне?"))
                == .no
        )
    }

    @Test func `without an objection there is nothing to handle`() throws {
        #expect(
            try verdict("objection_handled", operatorSays("Слушаю."), clientSays("Здравствуйте.")) == .notApplicable
        )
    }

    @Test func `an objection needs an answer that is no dismissal`() throws {
        let objection = clientSays("Это дорого, у других дешевле.")
        #expect(
            try verdict("objection_handled", objection, operatorSays("Могу сделать вам скидку пять процентов.")) == .yes
        )
        #expect(try verdict("objection_handled", objection, operatorSays("Цена такая, ищите дешевле.")) == .no)
        #expect(try verdict("objection_handled", objection, operatorSays("Понятно. До свидания.")) == .no)
    }

    @Test func `a step needs the other side's yes`() throws {
        let step = operatorSays("Вам удобно приехать в субботу в одиннадцать?")
        #expect(try verdict("next_step_agreed", step, clientSays("Да, подходит.")) == .yes)
        #expect(try verdict("next_step_agreed", step, clientSays("Нет, я подумаю.")) == .no)
        #expect(
            try verdict("next_step_agreed", operatorSays("Звоните, если что-то изменится."), clientSays("Хорошо."))
                == .no
        )
    }

    @Test func `a step taken back later is not agreed`() throws {
        let verdict = try verdict(
            "next_step_agreed",
            operatorSays("Запишу вас на осмотр в субботу?"),
            clientSays("Да, хорошо."),
            operatorSays("Записала."),
            clientSays("Хотя нет, я передумал, посмотрю в другом месте.")
        )
        #expect(verdict == .no)
    }

    @Test(arguments: [
        "Женщина, не кричите.", "Пишите куда хотите. Мне всё равно.", "Инструкцию надо было читать.",
        "Вы что, глухой?", "Это ваши проблемы.", "Хватит сюда названивать!",
    ])
    func `rude words of the operator are found with their quote`(text: String) throws {
        let assessment = try assessment("polite", [operatorSays(text)])
        #expect(assessment?.verdict == .no)
        #expect(assessment?.reason == .forbiddenSaid)
        #expect(assessment?.quote?.start ?? 0 >= 1)
    }

    @Test func `rude words of the client and words repeated in an apology are not the operator's`() throws {
        #expect(try verdict("polite", operatorSays("Слушаю."), clientSays("Вы идиоты, мне плевать!")) == .yes)
        let apology = "Извините, если вам сказали, что это ваши проблемы."
        #expect(try verdict("polite", operatorSays(apology)) == .yes)
        #expect(try verdict("polite", operatorSays("Вам без разницы, какой цвет?")) == .yes)
    }

    @Test func `a farewell counts at the end`() throws {
        #expect(try verdict("farewell", clientSays("Спасибо."), operatorSays("Всего доброго!")) == .yes)
        #expect(try verdict("farewell", operatorSays("До завтра не успеем."), clientSays("Ясно.")) == .no)
        #expect(try verdict("farewell", operatorSays("Понятно."), clientSays("До свидания.")) == .no)
    }

    @Test func `a quote is the sentence, with the times of its words`() throws {
        let lines = [operatorSays("Алло."), clientSays("Да."), operatorSays("Слушаю. Мне всё равно. Пишите.")]
        let quote = try #require(try assessment("polite", lines)?.quote)
        #expect(quote.text == "Мне всё равно.")
        #expect(quote.turn == 2)
        #expect(abs(quote.end - quote.start - 1.2) < 0.001)
    }

    @Test func `the script survives its storage as JSON`() throws {
        let stored = try JSONEncoder().encode(Script.standard)
        #expect(try JSONDecoder().decode(Script.self, from: stored) == .standard)
        try Script.standard.check()
        #expect(Set(Script.standard.criteria.map(\.code)).count == 8)
    }

    @Test func `an empty call leaves everything undecided`() throws {
        let analysis = try analyse(Transcript(duration: 10, channels: 2, turns: []), script: .standard)
        #expect(analysis.assessments.allSatisfy { $0.verdict == .undecided && $0.reason == .noSpeech })
        #expect(analysis.conversion.reason == .noSpeech)
        #expect(analysis.statistics.silenceSeconds == 10)
    }
}
