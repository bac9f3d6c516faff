import Foundation
import Kernel
import Testing

@testable import Web

struct FormatsTests {
    private let today = LocalDay(year: 2026, month: 11, day: 21)

    @Test func `days are named as people speak of them`() {
        #expect(Formats.heading(today, today: today, .russian) == "Сегодня, 21\u{A0}ноября")
        #expect(Formats.heading(today.adding(days: -1), today: today, .english) == "Yesterday, 20\u{A0}November")
        #expect(Formats.heading(today.adding(days: -2), today: today, .kazakh) == "19\u{A0}қараша")
    }

    @Test func `the year stands where it is not this one`() {
        let day = LocalDay(year: 2025, month: 12, day: 31)
        #expect(Formats.date(day, today: today, .russian) == "31\u{A0}декабря 2025")
        #expect(Formats.date(day, today: today, .english) == "31\u{A0}December 2025")
        #expect(Formats.date(day, today: today, .kazakh) == "2025\u{A0}ж. 31\u{A0}желтоқсан")
    }

    @Test(arguments: [(0.4, "0 с"), (59.6, "1 мин"), (66, "1 мин 6 с"), (3600, "60 мин"), (-3, "0 с")])
    func `lengths in words`(seconds: Double, expected: String) {
        #expect(Formats.seconds(seconds, .russian).replacing("\u{A0}", with: " ") == expected)
    }

    @Test func `a percent sign stands apart in Russian and Kazakh and close in English`() {
        #expect(Formats.percent(0.615, .russian) == "62\u{A0}%")
        #expect(Formats.percent(0.615, .kazakh) == "62\u{A0}%")
        #expect(Formats.percent(0.615, .english) == "62%")
    }

    @Test(arguments: [(1.232, "1.23"), (5.0, "5.00"), (0.049, "0.05"), (59.999, "60.00"), (-1, "0.00")])
    func `seconds for the browser have two decimals and a point`(seconds: Double, expected: String) {
        #expect(Formats.machine(seconds) == expected)
    }
}
