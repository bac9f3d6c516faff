import Kernel

/// The words of a digest.
enum DigestTexts {
    static func soFar(_ day: String) -> Wording {
        Wording(
            ru: "Сегодня, \(day): день ещё идёт",
            en: "Today, \(day): so far",
            kk: "Бүгін, \(day): күн әлі жүріп жатыр"
        )
    }

    static func about(_ day: String) -> Wording {
        Wording(ru: "Дайджест за \(day)", en: "Digest of \(day)", kk: "\(day) дайджесі")
    }

    static let noCalls = Wording(
        ru: "Звонков не было.",
        en: "There were no calls.",
        kk: "Қоңырау болған жоқ."
    )

    static let counting = Wording(
        ru: "Считаю…",
        en: "Counting…",
        kk: "Санап жатырмын…"
    )

    static func calls(_ count: Int) -> Wording {
        let noun = Countable(ru: ("звонок", "звонка", "звонков"), en: ("call", "calls"), kk: "қоңырау")
        return Wording(
            ru: "Разобрано: \(noun(count, .russian))",
            en: "Scored: \(noun(count, .english))",
            kk: "Талданды: \(noun(count, .kazakh))"
        )
    }

    static func unfinished(_ count: Int) -> Wording {
        Wording(ru: "Ещё в работе: \(count)", en: "Still in work: \(count)", kk: "Әлі жұмыста: \(count)")
    }

    static func failed(_ count: Int) -> Wording {
        Wording(ru: "Не удалось разобрать: \(count)", en: "Could not be scored: \(count)", kk: "Талданбады: \(count)")
    }

    static func conversion(percent: Int, yes: Int, no: Int) -> Wording {
        Wording(
            ru: "Конверсия: \(percent) % (да — \(yes), нет — \(no))",
            en: "Conversion: \(percent) % (yes \(yes), no \(no))",
            kk: "Конверсия: \(percent) % (иә — \(yes), жоқ — \(no))"
        )
    }

    static let conversionUnknown = Wording(
        ru: "Конверсия: не определена",
        en: "Conversion: not determined",
        kk: "Конверсия: анықталмады"
    )

    static func undecided(_ count: Int) -> Wording {
        Wording(ru: "не определено — \(count)", en: "not determined \(count)", kk: "анықталмады — \(count)")
    }

    static func weakest(_ item: String, _ failed: Int, _ scored: Int) -> Wording {
        Wording(
            ru: "Чаще всего пропускают: \(item) (\(failed) из \(scored))",
            en: "Missed most often: \(item) (\(failed) of \(scored))",
            kk: "Жиі ұмытылатыны: \(item) (\(failed)/\(scored))"
        )
    }

    static let best = Wording(ru: "Лучший звонок", en: "Best call", kk: "Ең жақсы қоңырау")
    static let worst = Wording(ru: "Худший звонок", en: "Worst call", kk: "Ең нашар қоңырау")

    static func score(_ passed: Int, _ scored: Int) -> Wording {
        Wording(ru: "\(passed) из \(scored)", en: "\(passed) of \(scored)", kk: "\(passed)/\(scored)")
    }
}
