import Database
import Foundation
import Kernel
import Logging
import Support
import Synchronization
import Testing

@testable import Jobs

struct LeaseTests {
    @Test func `two processes never hold one lease, and a killed holder is followed within seconds`() async throws {
        let test = try await TestDatabase.make()
        let epochs = Epochs()
        let (one, other) = (contend(in: test, epochs), contend(in: test, epochs))
        try await waitUntil { epochs.all == [1] }
        // A kill leaves a lease that nobody renews; here it is as if the holder had never been.
        try await test.database.platform {
            try await $0.execute("UPDATE platform.leases SET holder = 'killed', until = now() + interval '1 second'")
        }
        try await waitUntil { epochs.all == [1, 2] }
        one.cancel()
        other.cancel()
        await one.value
        await other.value
    }

    @Test func `a clock that was set back held a dead holder's lease for an hour`() async throws {
        let test = try await TestDatabase.make()
        try await test.database.platform {
            try await $0.execute(
                """
                INSERT INTO platform.leases (name, holder, epoch, until)
                VALUES ('bot', 'killed', 7, now() + interval '1 hour')
                """
            )
        }
        let leases = Leases(database: test.database, logger: TestDatabase.logger)
        let epochs = Epochs()
        await leases.hold("bot") { epochs.append($0) }
        #expect(epochs.all == [8])
    }

    @Test func `a clock that jumps forward moves the lease at most, and its old holder is refused`() async throws {
        let test = try await TestDatabase.make()
        let epochs = Epochs()
        let (one, other) = (contend(in: test, epochs), contend(in: test, epochs))
        try await waitUntil { epochs.all == [1] }
        // As after a jump of an hour: what was good for seconds has run out.
        try await test.database.platform {
            try await $0.execute("UPDATE platform.leases SET until = now() - interval '1 hour'")
        }
        // Either the holder renews it first or the other takes it: never two under one epoch.
        try await waitUntil { try #require(try await heldUntil(test)) > Date() }
        #expect(epochs.all == [1] || epochs.all == [1, 2])
        one.cancel()
        other.cancel()
        await one.value
        await other.value
    }

    @Test func `a lease given back is free at once`() async throws {
        let test = try await TestDatabase.make()
        let leases = Leases(database: test.database, logger: TestDatabase.logger)
        let epochs = Epochs()
        for _ in 0..<3 { await leases.hold("bot") { epochs.append($0) } }
        #expect(epochs.all == [1, 2, 3])
    }

    @Test func `who is told to stop keeps the lease until all in hand is finished`() async throws {
        let test = try await TestDatabase.make()
        let leases = Leases(database: test.database, logger: TestDatabase.logger)
        let (finished, finish) = AsyncStream.makeStream(of: Void.self)
        let holding = Task {
            await leases.hold("bot") { _ in await Task { await finished.first { true } }.value }
        }
        try await waitUntil { try await heldUntil(test) != nil }
        holding.cancel()
        // The second renewal that is seen began after the stop.
        for _ in 0..<2 {
            let before = try #require(try await heldUntil(test))
            try await waitUntil { try #require(try await heldUntil(test)) > before }
        }
        finish.yield()
        await holding.value
        let left = try #require(try await heldUntil(test))
        #expect(left < Date())
    }

    @Test func `a lease that took long to take is as old as its asking`() async throws {
        let test = try await TestDatabase.make()
        let epochs = Epochs()
        let asked = ContinuousClock.now
        var contender: Task<Void, Never>?
        try await test.database.platform { tx in
            _ = try await tx.execute("LOCK TABLE platform.leases IN EXCLUSIVE MODE")
            contender = contend(in: test, epochs)
            try await waitUntil { ContinuousClock.now - asked > .seconds(3.2) }
        }
        // Three seconds had gone before the answer, so the lease was not sure any more and was taken anew.
        try await waitUntil { epochs.all.count == 2 }
        contender?.cancel()
        await contender?.value
    }

    @Test func `a lease was lost while work had all connections`() async throws {
        let test = try await TestDatabase.make()
        var configuration = test.configuration
        configuration.poolSize = 2
        let busy = Database(configuration: configuration, reactor: TestDatabase.reactor, logger: TestDatabase.logger)
        defer { busy.close() }
        let epochs = Epochs()
        let holder = contend(in: busy, epochs)
        try await waitUntil { epochs.all == [1] }
        let (lent, end) = (Seen(), Seen())
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    try await busy.platform { tx in
                        _ = try await tx.query("SELECT 1")
                        lent.append("a connection")
                        try await waitUntil(within: .seconds(60)) { end.count > 0 }
                    }
                }
            }
            try await waitUntil { lent.count == 2 }
            let before = try #require(try await heldUntil(test))
            // Longer than one that is not renewed lasts.
            try await waitUntil { try #require(try await heldUntil(test)) > before + 4 }
            end.append("now")
            try await group.waitForAll()
        }
        holder.cancel()
        await holder.value
    }

    @Test func `who waited for a lease locked and wrote it twice a second`() async throws {
        let test = try await TestDatabase.make()
        try await test.database.platform {
            try await $0.execute(
                """
                INSERT INTO platform.leases (name, holder, epoch, until)
                VALUES ('bot', 'another', 7, now() + interval '11 seconds')
                """
            )
        }
        let waiting = Database(
            configuration: test.configuration,
            reactor: TestDatabase.reactor,
            logger: TestDatabase.logger
        )
        defer { waiting.close() }
        let contender = contend(in: waiting, Epochs())
        var asked: Set<String> = []
        var isUntouched = true
        try await waitUntil("it has asked three times") {
            let rows = try await test.database.platform { tx in
                try await tx.query(
                    """
                    SELECT state_change::text, lease.xmax::text = '0' AND lease.epoch = 7
                    FROM pg_stat_activity CROSS JOIN platform.leases AS lease
                    WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
                      AND state = 'idle'
                    """
                )
            }
            for row in rows {
                let (moment, isSame) = try row.decode(String.self, Bool.self)
                asked.insert(moment)
                isUntouched = isUntouched && isSame
            }
            return asked.count >= 3
        }
        #expect(isUntouched)
        contender.cancel()
        await contender.value
    }

    private func heldUntil(_ test: TestDatabase) async throws -> Date? {
        let rows = try await test.database.platform { try await $0.query("SELECT until FROM platform.leases") }
        return try rows.first?.decode(Date.self)
    }

    private func contend(in test: TestDatabase, _ epochs: Epochs) -> Task<Void, Never> {
        contend(in: test.database, epochs)
    }

    private func contend(in database: Database, _ epochs: Epochs) -> Task<Void, Never> {
        let leases = Leases(database: database, logger: TestDatabase.logger)
        return Task {
            await leases.hold("bot") { epoch in
                epochs.append(epoch)
                do { try await ContinuousClock().sleep(for: .seconds(3600)) } catch { return }
            }
        }
    }
}

/// The epochs under which a lease was held, in order.
private final class Epochs: Sendable {
    private let epochs = Mutex<[Int64]>([])

    var all: [Int64] { epochs.withLock { $0 } }

    func append(_ epoch: Int64) { epochs.withLock { $0.append(epoch) } }
}

struct LiveTests {
    @Test func `a page that was away misses nothing`() async throws {
        let test = try await TestDatabase.make()
        let (tenant, neighbour) = (try await test.tenant(), try await test.tenant())
        let topic = LiveTopic("calls")
        let feed = LiveFeed(database: test.database, logger: TestDatabase.logger)
        let running = Task { await feed.run() }
        defer { running.cancel() }
        try await test.database.tenant(tenant) { $0.touch(topic) }
        let first = try #require(try await feed.numbers([topic], of: tenant)[topic])
        #expect(first > 0)
        #expect(try await feed.numbers([topic], of: neighbour) == [topic: 0])
        var changes = feed.follow([topic: 0], of: tenant).makeAsyncIterator()
        #expect(await changes.next() == [topic: first])
        try await test.database.tenant(neighbour) { $0.touch(topic) }
        try await test.database.tenant(tenant) { $0.touch(topic) }
        #expect(await changes.next() == [topic: first + 1])
    }

    @Test func `a page that has long been open sees a change although its counter was removed as old`() async throws {
        let test = try await TestDatabase.make()
        let tenant = try await test.tenant()
        let topic = LiveTopic("call-1")
        let feed = LiveFeed(database: test.database, logger: TestDatabase.logger)
        let running = Task { await feed.run() }
        defer { running.cancel() }
        for _ in 0..<3 { try await test.database.tenant(tenant) { $0.touch(topic) } }
        let seen = try await feed.numbers([topic], of: tenant)
        var changes = feed.follow(seen, of: tenant).makeAsyncIterator()
        try test.runAsSuperuser(
            "UPDATE cell.live SET number = number - 2592000000, made_at = now() - interval '31 days'"
        )
        let periods = RetentionPeriods(updatesDays: 7, messagesDays: 30, failuresDays: 90)
        try await Retention(database: test.database, periods: periods, logger: TestDatabase.logger).sweep()
        #expect(try await feed.numbers([topic], of: tenant) == [topic: 0])
        try await test.database.tenant(tenant) { $0.touch(topic) }
        let next = try #require(await changes.next()?[topic])
        #expect(next > seen[topic, default: 0])
    }
}

struct ScheduleTests {
    private static let daily = JobType<DailyRun>("test.daily")

    @Test func `a daily run is made once, on its local day, and the next is a day later`() async throws {
        let test = try await TestDatabase.make()
        let tenant = try await test.tenant()
        let days = Mutex<[LocalDay]>([])
        try await Schedule(database: test.database).daily(
            Self.daily,
            at: DailyTime(hour: 9, minute: 0, zone: "Asia/Vladivostok"),
            for: tenant
        )
        #expect(try await untilNext(test) > 0)
        // An hour late, as after an outage.
        let due = "(((now() AT TIME ZONE 'Asia/Vladivostok') - interval '1 hour') AT TIME ZONE 'Asia/Vladivostok')"
        try test.runAsSuperuser(
            """
            UPDATE cell.schedule SET next_at = \(due), local_time = (\(due) AT TIME ZONE 'Asia/Vladivostok')::time
            """
        )
        let runner = JobRunner(database: test.database, workers: [.quick: 1], logger: TestDatabase.logger)
        runner.register(Self.daily) { _, run in
            days.withLock { $0.append(run.day) }
            return .done
        }
        let running = Task { await runner.run() }
        try await waitUntil { days.withLock { $0.count } == 1 }
        running.cancel()
        await running.value
        let zone = try #require(TimeZone(identifier: "Asia/Vladivostok"))
        #expect(days.withLock { $0 } == [LocalDay(of: Date(timeIntervalSinceNow: -3600), in: zone)])
        let next = try await untilNext(test)
        #expect(next > 22 * 3600 && next < 24 * 3600)
    }

    @Test func `a run that is older than three hours is left out`() async throws {
        let test = try await TestDatabase.make()
        let tenant = try await test.tenant()
        try await Schedule(database: test.database).daily(
            Self.daily,
            at: DailyTime(hour: 9, minute: 0, zone: "Europe/Moscow"),
            for: tenant
        )
        try await test.database.cell {
            try await $0.execute(
                """
                UPDATE cell.schedule
                SET next_at = now() - interval '4 hours',
                    local_time = ((now() - interval '4 hours') AT TIME ZONE zone)::time
                """
            )
        }
        var silent = TestDatabase.logger
        silent.logLevel = .critical
        let runner = JobRunner(database: test.database, workers: [.quick: 1], logger: silent)
        let running = Task { await runner.run() }
        try await waitUntil { try await untilNext(test) > 0 }
        runner.stop()
        running.cancel()
        await running.value
        #expect(try await JobList(database: test.database).all().isEmpty)
    }

    @Test func `after an outage of several days today's run was lost too`() async throws {
        let test = try await TestDatabase.make()
        let tenant = try await test.tenant()
        let zone = try #require(TimeZone(identifier: "Asia/Almaty"))
        try await Schedule(database: test.database).daily(
            Self.daily,
            at: DailyTime(hour: 9, minute: 0, zone: zone.identifier),
            for: tenant
        )
        try await test.database.cell {
            try await $0.execute(
                """
                UPDATE cell.schedule
                SET next_at = now() - interval '3 days 1 hour',
                    local_time = ((now() - interval '1 hour') AT TIME ZONE zone)::time
                """
            )
        }
        var silent = TestDatabase.logger
        silent.logLevel = .critical
        try await ScheduleStore(database: test.database).runDue(logger: silent)
        let rows = try await test.database.cell { try await $0.query("SELECT payload FROM cell.jobs") }
        #expect(rows.count == 1)
        let run = try JSONDecoder().decode(DailyRun.self, from: Data(try #require(rows.first).decode(String.self).utf8))
        #expect(run.day == LocalDay(of: Date(timeIntervalSinceNow: -3600), in: zone))
        let next = try await untilNext(test)
        #expect(next > 22 * 3600 && next < 24 * 3600)
    }

    private func untilNext(_ test: TestDatabase) async throws -> Double {
        let rows = try await test.database.cell {
            try await $0.query("SELECT extract(epoch FROM next_at - now())::float8 FROM cell.schedule")
        }
        return try #require(rows.first).decode(Double.self)
    }
}
