import Calls
import Kernel

/// The words of a call's result.
enum ResultTexts {
    static func call(_ id: CallID) -> Wording {
        Wording(ru: "Звонок \(id)", en: "Call \(id)", kk: "\(id)-қоңырау")
    }

    static let silence = Wording(ru: "Тишина", en: "Silence", kk: "Үнсіздік")

    static let oneChannel = Wording(
        ru: "Запись одноканальная: кто говорит, не видно.",
        en: "The recording has one channel: who speaks is not known.",
        kk: "Жазба бір арналы: кім сөйлегені белгісіз."
    )

    static let noSpeech = Wording(
        ru: "В записи нет речи, оценивать нечего.",
        en: "There is no speech in the recording, so there is nothing to score.",
        kk: "Жазбада сөз жоқ, бағалайтын ештеңе жоқ."
    )

    static func interruptions(_ byOperator: Int, _ byClient: Int) -> Wording {
        Wording(
            ru: "Перебивали: оператор — \(times(byOperator, .russian)), клиент — \(times(byClient, .russian))",
            en: "Interrupted: the operator \(times(byOperator, .english)), the client \(times(byClient, .english))",
            kk: "Сөзді бөлді: оператор — \(times(byOperator, .kazakh)), клиент — \(times(byClient, .kazakh))"
        )
    }

    static let noInterruptions = Wording(
        ru: "Никто никого не перебивал",
        en: "Nobody interrupted anybody",
        kk: "Ешкім бір-бірінің сөзін бөлген жоқ"
    )

    static func conversion(_ verdict: Verdict) -> Wording {
        switch verdict {
        case .yes: Wording(ru: "Конверсия: да", en: "Conversion: yes", kk: "Конверсия: иә")
        case .no: Wording(ru: "Конверсия: нет", en: "Conversion: no", kk: "Конверсия: жоқ")
        case .undecided, .notApplicable:
            Wording(ru: "Конверсия: не определено", en: "Conversion: not determined", kk: "Конверсия: анықталмады")
        }
    }

    static func checklist(_ passed: Int, _ scored: Int) -> Wording {
        Wording(
            ru: "Чек-лист: \(passed) из \(scored)",
            en: "Checklist: \(passed) of \(scored)",
            kk: "Чек-парақ: \(passed)/\(scored)"
        )
    }

    static func moreItems(_ count: Int) -> Wording {
        Wording(ru: "… и ещё \(count)", en: "… and \(count) more", kk: "… және тағы \(count)")
    }

    static let unscoredChecklist = Wording(
        ru: "Чек-лист: оценить нечего",
        en: "Checklist: nothing to score",
        kk: "Чек-парақ: бағалайтын ештеңе жоқ"
    )

    static let transcript = Wording(ru: "Транскрипт", en: "Transcript", kk: "Транскрипт")
    static let openInPanel = Wording(ru: "Открыть в панели", en: "Open in the panel", kk: "Панельде ашу")
    static let conversionQuote = Wording(ru: "Конверсия", en: "Conversion", kk: "Конверсия")

    private static func times(_ count: Int, _ language: Language) -> String {
        Countable(ru: ("раз", "раза", "раз"), en: ("time", "times"), kk: "рет")(count, language)
    }
}
