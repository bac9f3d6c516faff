import Foundation
import Kernel

/// Days and moments as people write them.
enum DateTexts {
    /// `20 ноября`.
    static func day(_ day: LocalDay, _ language: Language) -> String {
        let month = months[max(0, min(11, day.month - 1))](language)
        return "\(day.day) \(month)"
    }

    /// `20 ноября 14:05` on the company's clock.
    static func moment(_ moment: Date, in zone: TimeZone, _ language: Language) -> String {
        "\(day(LocalDay(of: moment, in: zone), language)) \(LocalTime(of: moment, in: zone))"
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
}
