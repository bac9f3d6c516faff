import Foundation
import Kernel

/// Numbers, shares, lengths and dates as people of each language write them.
///
/// A sign that belongs to its number is joined by a no-break space, so that a line never ends between them.
enum Formats {
    /// `62 %`, or `62%` in English; the share is 0 to 1.
    static func percent(_ share: Double, _ language: Language) -> String {
        let whole = Int((share * 100).rounded())
        return language == .english ? "\(whole)%" : "\(whole)\u{A0}%"
    }

    /// `44 с`, `1 мин 6 с`, `2 мин`.
    static func seconds(_ seconds: Double, _ language: Language) -> String {
        let whole = Int(max(0, seconds).rounded())
        let rest = "\(whole % 60)\u{A0}\(secondSign(language))"
        guard whole >= 60 else { return rest }
        let minutes = "\(whole / 60)\u{A0}\(minuteSign(language))"
        return whole % 60 == 0 ? minutes : "\(minutes) \(rest)"
    }

    private static let secondSign = Wording(ru: "с", en: "s", kk: "с")
    private static let minuteSign = Wording(ru: "мин", en: "min", kk: "мин")

    /// `Сегодня, 21 ноября`, `Вчера, …`, `19 ноября`, and the year where it is not the current one.
    static func heading(_ day: LocalDay, today: LocalDay, _ language: Language) -> String {
        let date = self.date(day, today: today, language)
        if day == today { return "\(PanelTexts.today(language)), \(date)" }
        if day == today.adding(days: -1) { return "\(PanelTexts.yesterday(language)), \(date)" }
        return date
    }

    /// `21 ноября`, `21 November`, `21 қараша`; with the year where it is not the current one.
    static func date(_ day: LocalDay, today: LocalDay, _ language: Language) -> String {
        let month = months.indices.contains(day.month - 1) ? months[day.month - 1](language) : "\(day.month)"
        let date = "\(day.day)\u{A0}\(month)"
        guard day.year != today.year else { return date }
        return language == .kazakh ? "\(day.year)\u{A0}ж. \(date)" : "\(date) \(day.year)"
    }

    private static let months = [
        Wording(ru: "января", en: "January", kk: "қаңтар"),
        Wording(ru: "февраля", en: "February", kk: "ақпан"),
        Wording(ru: "марта", en: "March", kk: "наурыз"),
        Wording(ru: "апреля", en: "April", kk: "сәуір"),
        Wording(ru: "мая", en: "May", kk: "мамыр"),
        Wording(ru: "июня", en: "June", kk: "маусым"),
        Wording(ru: "июля", en: "July", kk: "шілде"),
        Wording(ru: "августа", en: "August", kk: "тамыз"),
        Wording(ru: "сентября", en: "September", kk: "қыркүйек"),
        Wording(ru: "октября", en: "October", kk: "қазан"),
        Wording(ru: "ноября", en: "November", kk: "қараша"),
        Wording(ru: "декабря", en: "December", kk: "желтоқсан"),
    ]

    /// The seconds of a recording for attributes that the browser reads: `12.34`.
    static func machine(_ seconds: Double) -> String {
        let hundredths = Int((max(0, seconds) * 100).rounded())
        return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
    }

    /// The moment in UTC for `<time datetime>`: `2026-11-21T07:40:00Z`.
    static func machine(_ moment: Date) -> String { moment.formatted(.iso8601) }
}
