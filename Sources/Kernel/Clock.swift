public import Foundation

/// The time of day, as a value that tests replace.
public struct WallClock: Sendable {
    public let now: @Sendable () -> Date

    public init(now: @escaping @Sendable () -> Date) { self.now = now }

    public static let system = WallClock { Date() }
}

/// A calendar day without a time zone, such as the day that a digest is about.
public struct LocalDay: Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
    public let year: Int
    public let month: Int
    public let day: Int

    public init(year: Int, month: Int, day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// The day that a moment falls on in a zone.
    public init(of moment: Date, in zone: TimeZone) {
        let parts = Self.calendar(zone).dateComponents([.year, .month, .day], from: moment)
        self.init(year: parts.year ?? 1970, month: parts.month ?? 1, day: parts.day ?? 1)
    }

    /// The first moment of the day and that of the next one; 23 to 25 hours lie between them.
    public func bounds(in zone: TimeZone) -> (start: Date, end: Date) {
        let calendar = Self.calendar(zone)
        let noon = calendar.date(from: DateComponents(year: year, month: month, day: day, hour: 12)) ?? .distantPast
        let start = calendar.startOfDay(for: noon)
        let nextNoon = calendar.date(byAdding: .day, value: 1, to: noon) ?? noon
        return (start, calendar.startOfDay(for: nextNoon))
    }

    /// The day `count` days later, or earlier when negative.
    public func adding(days count: Int) -> LocalDay {
        let utc = TimeZone(secondsFromGMT: 0) ?? .current
        let noon = bounds(in: utc).start.addingTimeInterval(43_200)
        return LocalDay(of: noon.addingTimeInterval(Double(count) * 86_400), in: utc)
    }

    private static func calendar(_ zone: TimeZone) -> Calendar {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        return calendar
    }

    public static func < (one: LocalDay, other: LocalDay) -> Bool {
        (one.year, one.month, one.day) < (other.year, other.month, other.day)
    }

    /// ISO 8601, such as `2026-11-21`.
    public var description: String { "\(year)-\(twoDigits(month))-\(twoDigits(day))" }
}

/// A time of day without a date, such as the hour of the digest.
public struct LocalTime: Hashable, Sendable, CustomStringConvertible {
    public let hour: Int
    public let minute: Int

    /// The time that a moment shows on a clock in a zone.
    public init(of moment: Date, in zone: TimeZone) {
        let seconds = Int(moment.timeIntervalSince1970.rounded(.down)) + zone.secondsFromGMT(for: moment)
        let minutes = ((seconds % 86_400) + 86_400) % 86_400 / 60
        hour = minutes / 60
        minute = minutes % 60
    }

    /// `09:05`.
    public var description: String { "\(twoDigits(hour)):\(twoDigits(minute))" }
}

/// A position in a recording for people: `m:ss`, or `h:mm:ss` from an hour on.
public func playerTime(_ seconds: Double) -> String {
    let whole = Int(max(0, seconds).rounded(.down))
    let minutesAndSeconds =
        "\(whole >= 3600 ? twoDigits(whole / 60 % 60) : String(whole / 60)):\(twoDigits(whole % 60))"
    return whole >= 3600 ? "\(whole / 3600):\(minutesAndSeconds)" : minutesAndSeconds
}

package func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }
