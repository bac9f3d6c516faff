import Kernel
import Testing

@testable import Calls

@Suite struct ConversionTests {
    private func finding(_ lines: (Speaker, String)...) throws -> ConversionFinding {
        try analyse(.spoken(lines), script: .standard).conversion
    }

    @Test func `an order that the client places is one, and its words are the reason`() throws {
        let finding = try finding(
            operatorSays("Цена шестьдесят тысяч."),
            clientSays("Меня устраивает. Выставляйте счёт."),
            operatorSays("Хорошо, отправлю сегодня.")
        )
        #expect(finding.verdict == .yes)
        #expect(finding.quote?.text == "Выставляйте счёт.")
    }

    @Test func `a booked visit and a promise to pay are conversions`() throws {
        let visit = try finding(operatorSays("Сможете подъехать завтра в десять?"), clientSays("Да, смогу."))
        #expect(visit.verdict == .yes)
        let promise = try finding(
            operatorSays("Когда оплатите?"),
            clientSays("Заплачу двадцать пятого."),
            operatorSays("Записала.")
        )
        #expect(promise.verdict == .yes)
    }

    @Test func `an agreed call-back is none`() throws {
        let finding = try finding(
            clientSays("Я за рулём, перезвоните завтра в два."),
            operatorSays("Хорошо, перезвоню завтра в два."),
            clientSays("Договорились.")
        )
        #expect(finding.verdict == .no)
        #expect(finding.reason == .callBack)
    }

    @Test func `a courier's call does not undo an order`() throws {
        let finding = try finding(
            operatorSays("Оформляем заказ?"),
            clientSays("Да, оформляйте."),
            operatorSays("Курьер позвонит завтра за час до доставки."),
            clientSays("Хорошо, спасибо.")
        )
        #expect(finding.verdict == .yes)
    }

    @Test func `the last word counts`() throws {
        let won = try finding(
            clientSays("Нет, дорого, не нужно."),
            operatorSays("Сделаю скидку десять процентов, оформляем?"),
            clientSays("Ладно, оформляйте.")
        )
        #expect(won.verdict == .yes)
        let lost = try finding(
            operatorSays("Запишу вас на субботу?"),
            clientSays("Да, хорошо."),
            operatorSays("Цена выросла."),
            clientSays("Тогда я передумал, не надо.")
        )
        #expect(lost.verdict == .no)
        #expect(lost.reason == .refused)
    }

    @Test func `a complaint is no sale, even when it is made good`() throws {
        let finding = try finding(
            clientSays("Пылесос сломался, верните деньги."),
            operatorSays("Курьер приедет завтра и заберёт его."),
            clientSays("Ладно, договорились.")
        )
        #expect(finding.verdict == .no)
        #expect(finding.reason == .complaint)
    }

    @Test func `a wrong number is no sale`() throws {
        let finding = try finding(operatorSays("Добрый день, Анна?"), clientSays("Вы ошиблись номером."))
        #expect(finding.reason == .wrongNumber)
    }

    @Test func `what cannot be told is undecided, never a no`() throws {
        let finding = try finding(operatorSays("Есть в наличии."), clientSays("Понятно, спасибо."))
        #expect(finding.verdict == .undecided)
        #expect(finding.quote == nil)
        #expect(finding.reason.wording(.russian) == "не определено")
    }
}
