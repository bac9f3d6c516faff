import Foundation
import Kernel
import Testing

struct LocalDayTests {
    @Test(arguments: [
        ("Europe/Moscow", "2026-11-21T20:59:59Z", "2026-11-21"),
        ("Europe/Moscow", "2026-11-21T21:00:00Z", "2026-11-22"),
        ("Asia/Almaty", "2026-11-21T18:59:59Z", "2026-11-21"), ("Asia/Kamchatka", "2026-12-31T12:00:00Z", "2027-01-01"),
    ])
    func `a day is that of the clock on the wall`(zone: String, moment: String, day: String) throws {
        let zone = try #require(TimeZone(identifier: zone))
        let moment = try Date(moment, strategy: .iso8601)
        #expect(LocalDay(of: moment, in: zone).description == day)
    }

    @Test(arguments: [("2026-03-29", 23.0), ("2026-10-25", 25.0), ("2026-11-21", 24.0)])
    func `a day has as many hours as its clocks show`(day: String, hours: Double) throws {
        let parts = day.split(separator: "-").compactMap { Int($0) }
        let bounds = LocalDay(year: parts[0], month: parts[1], day: parts[2])
            .bounds(in: try #require(TimeZone(identifier: "Europe/Berlin")))
        #expect(bounds.end.timeIntervalSince(bounds.start) == hours * 3600)
    }

    @Test func `days are counted over months and leap years`() {
        #expect(LocalDay(year: 2028, month: 2, day: 28).adding(days: 2).description == "2028-03-01")
        #expect(LocalDay(year: 2027, month: 1, day: 1).adding(days: -1).description == "2026-12-31")
    }

    @Test(arguments: [(0.0, "0:00"), (59.9, "0:59"), (61, "1:01"), (3599, "59:59"), (3661, "1:01:01"), (-3, "0:00")])
    func `a position in a recording reads as players show it`(seconds: Double, text: String) {
        #expect(playerTime(seconds) == text)
    }
}

struct LanguageTests {
    private let calls = Countable(ru: ("звонок", "звонка", "звонков"), en: ("call", "calls"), kk: "қоңырау")

    @Test(arguments: [
        (0, "0 звонков"), (1, "1 звонок"), (2, "2 звонка"), (5, "5 звонков"), (11, "11 звонков"), (14, "14 звонков"),
        (21, "21 звонок"), (22, "22 звонка"), (101, "101 звонок"), (111, "111 звонков"),
    ])
    func `Russian has three forms after a number`(count: Int, text: String) {
        #expect(calls(count, .russian) == text)
    }

    @Test func `English has two and Kazakh one`() {
        #expect([1, 2].map { calls($0, .english) } == ["1 call", "2 calls"])
        #expect([1, 2].map { calls($0, .kazakh) } == ["1 қоңырау", "2 қоңырау"])
    }

    @Test(arguments: [
        ("ru-RU", Language.russian), ("en", .english), ("kk-KZ", .kazakh), ("de", .russian), ("", .russian),
    ])
    func `a language is found by its tag, Russian when it is another`(tag: String, language: Language) {
        #expect(Language(tag: tag) == language)
        #expect(Language(tag: nil) == .russian)
    }
}
