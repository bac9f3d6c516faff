import Database
import Foundation
import Jobs
import Kernel
import Support
import Testing

@testable import Calls

struct DigestTests {
    private let berlin = TimeZone(identifier: "Europe/Berlin") ?? .gmt
    private let almaty = TimeZone(identifier: "Asia/Almaty") ?? .gmt

    private func utc(_ text: String) throws -> Date { try Date(text, strategy: .iso8601) }

    private func summary(_ bench: Bench, _ day: LocalDay, _ zone: TimeZone) async throws -> DigestSummary {
        try await bench.database.tenant(bench.tenant) { try await bench.digests.summary(of: day, zone, in: $0) }
    }

    /// The night in which a clock goes forward or back belongs to one day, whatever its length.
    @Test(arguments: [
        // 2026-03-29 has 23 hours in Berlin: from 23:00 UTC of the day before to 22:00 UTC.
        (
            LocalDay(year: 2026, month: 3, day: 29), "2026-03-28T23:00:00Z", "2026-03-29T21:59:59Z",
            "2026-03-29T22:00:00Z"
        ),
        // 2026-10-25 has 25 hours: from 22:00 UTC to 23:00 UTC.
        (
            LocalDay(year: 2026, month: 10, day: 25), "2026-10-24T22:00:00Z", "2026-10-25T22:59:59Z",
            "2026-10-25T23:00:00Z"
        ),
    ])
    func `a day is from local midnight to local midnight`(
        day: LocalDay,
        first: String,
        last: String,
        after: String
    ) async throws {
        let bench = try await Bench.make()
        try await bench.addAnalysed(1, at: try utc(first).addingTimeInterval(-1))
        try await bench.addAnalysed(2, at: try utc(first))
        try await bench.addAnalysed(3, at: try utc(last))
        try await bench.addAnalysed(4, at: try utc(after))
        #expect(try await summary(bench, day, berlin).calls == 2)
        #expect(try await summary(bench, day.adding(days: -1), berlin).calls == 1)
        #expect(try await summary(bench, day.adding(days: 1), berlin).calls == 1)
    }

    @Test
    func `a call counts on the day it began, not on the day it was sent`() async throws {
        let bench = try await Bench.make()
        // In Almaty 23:30 on the 10th, sent the next morning.
        try await bench.addAnalysed(
            1,
            at: try utc("2026-11-11T04:00:00Z"),
            startedAt: try utc("2026-11-10T18:30:00Z")
        )
        #expect(try await summary(bench, LocalDay(year: 2026, month: 11, day: 10), almaty).calls == 1)
        #expect(try await summary(bench, LocalDay(year: 2026, month: 11, day: 11), almaty).calls == 0)
    }

    @Test
    func `a day's calls, conversion, weakest item, best and worst are counted`() async throws {
        let bench = try await Bench.make()
        let noon = try utc("2026-11-10T07:00:00Z")
        let good = try await bench.addAnalysed(
            1,
            at: noon,
            conversion: .yes,
            ["greeting": .yes, "polite": .yes, "farewell": .yes],
            name: "good.ogg"
        )
        try await bench.addAnalysed(
            2,
            at: noon,
            conversion: .no,
            ["greeting": .yes, "polite": .no, "farewell": .no]
        )
        let bad = try await bench.addAnalysed(
            3,
            at: noon,
            conversion: .undecided,
            ["greeting": .no, "polite": .notApplicable, "farewell": .no]
        )
        try await bench.addAnalysed(4, at: noon, conversion: .yes, ["greeting": .undecided])
        try await bench.addCall(5, at: noon)
        try await bench.addCall(6, at: noon, state: .failed)
        let day = try await summary(bench, LocalDay(year: 2026, month: 11, day: 10), almaty)
        #expect(day.calls == 4)
        #expect(day.unfinished == 1)
        #expect(day.failed == 1)
        #expect(day.conversion == .init(yes: 2, no: 1, undecided: 1))
        #expect(day.weakestItem?.criterion.code == "farewell")
        #expect(day.weakestItem?.failed == 2)
        #expect(day.weakestItem?.scored == 3)
        #expect(day.best?.id == good)
        #expect(day.best?.fileName == "good.ogg")
        #expect(day.best?.score == CallScore(passed: 3, scored: 3))
        #expect(day.worst?.id == bad)
        #expect(day.worst?.score == CallScore(passed: 0, scored: 2))
    }

    @Test
    func `one call is the best and not the worst as well, and a day without calls has neither`() async throws {
        let bench = try await Bench.make()
        let noon = try utc("2026-11-10T07:00:00Z")
        let only = try await bench.addAnalysed(1, at: noon, conversion: .no, ["greeting": .yes])
        let day = LocalDay(year: 2026, month: 11, day: 10)
        let full = try await summary(bench, day, almaty)
        #expect(full.best?.id == only)
        #expect(full.worst == nil)
        #expect(full.weakestItem == nil)
        let empty = try await summary(bench, day.adding(days: 1), almaty)
        #expect(empty.calls == 0)
        #expect(empty.best == nil)
        #expect(empty.conversion == .init(yes: 0, no: 0, undecided: 0))
    }

    @Test
    func `today is so far, yesterday is over`() async throws {
        let bench = try await Bench.make()
        bench.clock.set(try utc("2026-11-10T20:30:00Z"))  // In Almaty 01:30 on the 11th.
        try await bench.addAnalysed(1, at: try utc("2026-11-10T20:00:00Z"))
        try await bench.addAnalysed(2, at: try utc("2026-11-10T07:00:00Z"))
        let today = try await bench.digests.today(bench.tenant, zone: almaty)
        #expect(today.day == LocalDay(year: 2026, month: 11, day: 11))
        #expect(today.isSoFar)
        #expect(today.calls == 1)
        let yesterday = try await bench.digests.yesterday(bench.tenant, zone: almaty)
        #expect(yesterday.day == LocalDay(year: 2026, month: 11, day: 10))
        #expect(!yesterday.isSoFar)
        #expect(yesterday.calls == 1)
    }

    @Test
    func `a digest is made and sent once, however often it is due`() async throws {
        let bench = try await Bench.alone()
        bench.clock.set(try utc("2026-11-11T04:00:00Z"))
        try await bench.addAnalysed(1, at: try utc("2026-11-10T07:00:00Z"), conversion: .yes, ["greeting": .no])
        let due = DigestDue(kind: .daily, day: LocalDay(year: 2026, month: 11, day: 10), zone: "Asia/Almaty")
        let work = Work(bench, speech: try SpeechDouble().engine)
        let made = try await work.run {
            for _ in 1...2 {
                try await bench.database.tenant(bench.tenant) { try $0.enqueue(CallJobs.digestDue, due) }
            }
            guard case .digest(let id)? = try await work.until({ if case .digest = $0 { true } else { false } }).last
            else { throw NothingTold() }
            // A later digest shows that nothing of the earlier one is still to come.
            var next = due
            next.day = due.day.adding(days: 1)
            try await bench.database.tenant(bench.tenant) { [next] in try $0.enqueue(CallJobs.digestDue, next) }
            let rest = try await work.until { if case .digest = $0 { true } else { false } }
            #expect(rest != [.digest(id)])
            return id
        }
        let summary = try #require(try await bench.digests.made(made, tenant: bench.tenant))
        #expect(summary.calls == 1)
        #expect(summary.weakestItem?.criterion.code == "greeting")
        #expect(try await bench.number("SELECT count(*) FROM digests") == 2)
    }
}
