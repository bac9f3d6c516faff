import Calls
import Kernel

@testable import Web

extension Samples {
    static let orderSheet: CallSheet = {
        var sheet = Samples.sheet(order, orderTranscript)
        sheet.checklist = [
            ChecklistLine(
                title: "Приветствие",
                verdict: .yes,
                quote: quote(0, 1.23, 2.4, "Добрый день!"),
                reason: "сказано"
            ),
            ChecklistLine(
                title: "Назвал компанию",
                verdict: .yes,
                quote: quote(0, 2.4, 3.6, "Компания Север Металл"),
                reason: "сказано"
            ),
            ChecklistLine(
                title: "Назвал имя",
                verdict: .yes,
                quote: quote(0, 3.6, 4.4, "меня зовут Анна"),
                reason: "сказано"
            ),
            ChecklistLine(
                title: "Выяснил потребность",
                verdict: .yes,
                quote: quote(2, 12.1, 14.2, "Какой объём вам нужен и к какому сроку?"),
                reason: "сказано"
            ),
            ChecklistLine(title: "Отработал возражение", verdict: .notApplicable, quote: nil, reason: "повода не было"),
            ChecklistLine(
                title: "Договорился о следующем шаге",
                verdict: .yes,
                quote: quote(6, 31.6, 35.5, "Счёт отправлю на вашу почту в течение часа"),
                reason: "сказано"
            ),
            ChecklistLine(title: "Вежливость", verdict: .yes, quote: nil, reason: "недопустимых фраз нет"),
            ChecklistLine(
                title: "Прощание",
                verdict: .yes,
                quote: quote(8, 40.4, 41.7, "Всего доброго, до свидания."),
                reason: "сказано"
            ),
        ]
        sheet.conversion = ConversionFinding(
            verdict: .yes,
            quote: quote(7, 36.1, 38.3, "Договорились, оплатим сегодня."),
            reason: .committed
        )
        sheet.statistics = statistics(43.848, 20.29, 15.84, silence: 7.7, longest: 1.2, interruptions: (0, 0))
        return sheet
    }()

    static let complaintSheet: CallSheet = {
        var sheet = Samples.sheet(complaint, complaintTranscript)
        sheet.isTimeOfReceipt = false
        sheet.checklist = [
            ChecklistLine(title: "Приветствие", verdict: .no, quote: nil, reason: "не прозвучало"),
            ChecklistLine(
                title: "Назвал компанию",
                verdict: .yes,
                quote: quote(0, 1.1, 2.1, "Домашний Мир"),
                reason: "сказано"
            ),
            ChecklistLine(title: "Назвал имя", verdict: .no, quote: nil, reason: "не прозвучало"),
            ChecklistLine(title: "Выяснил потребность", verdict: .no, quote: nil, reason: "не прозвучало"),
            ChecklistLine(
                title: "Отработал возражение",
                verdict: .no,
                quote: quote(3, 14.8, 16.6, "Я ничего не ломала!"),
                reason: "осталось без ответа"
            ),
            ChecklistLine(title: "Договорился о следующем шаге", verdict: .no, quote: nil, reason: "не прозвучало"),
            ChecklistLine(
                title: "Вежливость",
                verdict: .no,
                quote: quote(6, 27.2, 30.0, "Пишите куда хотите. Мне всё равно."),
                reason: "недопустимая фраза"
            ),
            ChecklistLine(
                title: "Прощание",
                verdict: .yes,
                quote: quote(8, 34.1, 35.3, "Всё, до свидания."),
                reason: "сказано"
            ),
            ChecklistLine(title: "Предложил замену", verdict: .undecided, quote: nil, reason: "нужна языковая модель"),
        ]
        sheet.conversion = ConversionFinding(
            verdict: .no,
            quote: quote(5, 23.6, 26.6, "Я напишу жалобу в Роспотребнадзор."),
            reason: .complaint
        )
        sheet.statistics = statistics(36.18, 15.18, 14.83, silence: 6.1, longest: 1.1, interruptions: (1, 0))
        return sheet
    }()

    static let orderTranscript = transcript(
        [
            (.operator, 1.232, 5.157, "Добрый день! Компания Север Металл, меня зовут Анна. Чем могу помочь?"),
            (.client, 6.03, 11.181, "Здравствуйте. Мне нужна арматура, диаметр двенадцать миллиметров."),
            (.operator, 11.611, 14.258, "Хорошо. Какой объём вам нужен и к какому сроку?"),
            (.client, 15.13, 19.851, "Нужно двадцать тонн, желательно к четвергу, на объект в Подольск."),
            (
                .operator, 20.373, 26.739,
                "Двадцать тонн есть на складе. Цена пятьдесят восемь тысяч рублей за тонну, доставка в Подольск включена."
            ),
            (.client, 27.322, 30.144, "Меня устраивает. Выставляйте счёт."),
            (
                .operator, 30.949, 35.566,
                "Отлично. Счёт отправлю на вашу почту в течение часа, доставка в четверг утром."
            ),
            (.client, 36.141, 38.354, "Договорились, оплатим сегодня."),
            (.operator, 39.007, 41.745, "Спасибо за заказ! Всего доброго, до свидания."),
            (.client, 42.11, 43.048, "До свидания."),
        ],
        duration: 43.848
    )

    static let complaintTranscript = transcript(
        [
            (.operator, 1.13, 2.943, "Домашний Мир, слушаю."),
            (.client, 3.836, 9.241, "Здравствуйте. Я купила у вас стиральную машину, она сломалась через неделю."),
            (.operator, 9.766, 14.037, "Инструкцию надо было читать. Сами сломали, наверное."),
            (.client, 14.821, 19.506, "Я ничего не ломала! Она течёт с первого дня."),
            (.operator, 19.006, 22.835, "Женщина, не кричите. Деньги мы не возвращаем."),
            (.client, 23.664, 26.678, "По закону вы обязаны. Я напишу жалобу в Роспотребнадзор."),
            (.operator, 27.243, 30.087, "Пишите куда хотите. Мне всё равно."),
            (.client, 30.677, 32.407, "Соедините меня с руководителем."),
            (.operator, 32.962, 35.38, "Его нет. Всё, до свидания."),
        ],
        duration: 36.18
    )

    private static func quote(_ turn: Int, _ start: Double, _ end: Double, _ text: String) -> Quote {
        Quote(turn: turn, start: start, end: end, text: text)
    }

    private static func statistics(
        _ duration: Double,
        _ operatorSeconds: Double,
        _ clientSeconds: Double,
        silence: Double,
        longest: Double,
        interruptions: (Int, Int)
    ) -> TalkStatistics {
        TalkStatistics(
            duration: duration,
            operatorSeconds: operatorSeconds,
            clientSeconds: clientSeconds,
            unknownSeconds: 0,
            silenceSeconds: silence,
            longestSilenceSeconds: longest,
            operatorInterruptions: interruptions.0,
            clientInterruptions: interruptions.1
        )
    }
}
