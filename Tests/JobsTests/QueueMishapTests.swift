import Database
import Foundation
import Kernel
import Logging
import Support
import Testing

@testable import Jobs

private let count = World.count

/// Workers that die, stall, or come upon each other.
struct QueueMishapTests {
    @Test func `a clock that was set back left a lost worker's job alone for an hour`() async throws {
        let world = try await World()
        world.runner.register(World.count) { _, _ in
            world.seen.append("done")
            return .done
        }
        try await world.enqueue(1)
        try await world.loseWorker(attempt: 1)
        try await world.database.cell {
            try await $0.execute("UPDATE cell.jobs SET lease_until = now() + interval '1 hour'")
        }
        try await world.running {
            try await waitUntil { try await world.jobs() == ["test.count later 1"] }
            try await world.letTimePass()
            try await waitUntil { world.seen.all == ["done"] }
        }
    }

    @Test func `a job that kills its workers came back for ever`() async throws {
        let world = try await World()
        let deadly = JobType<Number>("test.deadly", maxAttempts: 2)
        world.runner.register(deadly) { _, _ in
            world.seen.append("begin")
            return .done
        } whenDead: { _, number, tx in
            _ = try await tx.execute("INSERT INTO notes VALUES (\(number.value))")
        }
        try await world.database.tenant(world.tenant) { try $0.enqueue(deadly, Number(value: 1)) }
        try await world.loseWorker(attempt: 2)
        try await world.running {
            try await waitUntil { try await world.jobs() == ["test.deadly later 2"] }
            // Not at once, or it would kill the next worker in the same second.
            #expect(
                try await world.number("SELECT count(*) FROM cell.jobs WHERE run_at > now() + interval '1 second'") == 1
            )
            try await world.letTimePass()
            try await waitUntil { try await world.jobs() == ["test.deadly dead 3"] }
        }
        #expect(world.seen.all == [])
        #expect(try await world.notes() == 1)
        #expect(try await JobList(database: world.database).all().first?.error == "its worker was lost too often")
    }

    @Test func `a job that a shutdown cut off was counted as failed, since it failed in words of its own`() async throws
    {
        struct Unreachable: Error {}
        let world = try await World()
        let cut = JobType<Number>("test.cut", maxAttempts: 1)
        world.runner.register(cut) { _, _ in
            world.seen.append("begun")
            do { try await Task.sleep(for: .seconds(600)) } catch { throw Unreachable() }
            return .done
        }
        try await world.database.tenant(world.tenant) { try $0.enqueue(cut, Number(value: 1)) }
        try await world.running { try await waitUntil { world.seen.all == ["begun"] } }
        #expect(try await world.jobs() == ["test.cut waiting 0"])
        #expect(world.runner.counts.allSatisfy { $0.count == 0 })
    }

    enum Obstacle: CaseIterable { case roomFails, payloadUnreadable, tenantGone }

    @Test(arguments: Obstacle.allCases)
    func `a job whose burial failed came back for ever`(obstacle: Obstacle) async throws {
        struct Broken: Error {}
        let world = try await World()
        let hopeless = JobType<Number>("test.hopeless", maxAttempts: 1)
        world.runner.register(hopeless) { _, _ in
            throw Broken()
        } whenDead: { _, number, tx in
            _ = try await tx.execute("INSERT INTO notes VALUES (\(number.value))")
            if obstacle == .roomFails { throw Broken() }
        }
        try await world.database.tenant(world.tenant) { try $0.enqueue(hopeless, Number(value: 1)) }
        switch obstacle {
        case .roomFails: break
        case .payloadUnreadable: try test(world, "UPDATE cell.jobs SET payload = '{}'")
        case .tenantGone: try test(world, "UPDATE cell.jobs SET tenant_id = 999999999")
        }
        try await world.running { try await waitUntil { try await world.jobs() == ["test.hopeless dead 1"] } }
        #expect(try await world.notes() == 0)
        #expect(try await JobList(database: world.database).all().first?.error?.contains("incident") == true)
    }

    private func test(_ world: World, _ sql: String) throws { try world.test.runAsSuperuser(sql) }

    @Test func `a full pool cost a job its lease`() async throws {
        let world = try await World()
        var configuration = world.test.configuration
        configuration.poolSize = 1
        let narrow = Database(
            configuration: configuration,
            reactor: TestDatabase.reactor,
            logger: TestDatabase.logger
        )
        let runner = world.otherRunner(on: narrow)
        let (gate, open) = AsyncStream.makeStream(of: Void.self)
        runner.register(count) { _, _ in
            world.seen.append("begin")
            // The only connection is taken by the work itself, for as long as the work lasts.
            try await narrow.cell { tx in
                _ = try await tx.query("SELECT 1")
                world.seen.append("full")
                for await _ in gate { break }
            }
            return .done
        }
        try await world.enqueue(1)
        try await world.running(runner) {
            try await waitUntil { world.seen.all == ["begin", "full"] }
            try await expectRenewal(in: world)
            open.finish()
            try await waitUntil { try await world.jobs() == [] }
        }
    }

    @Test func `an old attempt hid the new one from the renewal of leases`() async throws {
        let world = try await World()
        let (gates, opens) = (0..<2).map { _ in AsyncStream.makeStream(of: Void.self) }.reduce(
            into: ([AsyncStream<Void>](), [AsyncStream<Void>.Continuation]())
        ) { all, made in
            all.0.append(made.stream)
            all.1.append(made.continuation)
        }
        world.runner.register(count) { context, _ in
            world.seen.append("begin \(context.attempt)")
            for await _ in gates[context.attempt - 1] { break }
            world.seen.append("end \(context.attempt)")
            return .done
        }
        try await world.enqueue(1)
        try await world.running {
            try await waitUntil { world.seen.all == ["begin 1"] }
            try await world.database.cell {
                try await $0.execute("UPDATE cell.jobs SET state = 'waiting', worker = NULL, lease_until = NULL")
            }
            // The renewal finds that the first attempt counts no more, and cancels it.
            try await waitUntil { world.seen.count == 3 }
            #expect(Set(world.seen.all) == ["begin 1", "begin 2", "end 1"])
            try await expectRenewal(in: world)
            opens[1].finish()
            try await waitUntil { try await world.jobs() == [] }
        }
        opens[0].finish()
    }

    /// Brings the leases near their end and waits until they are renewed.
    private func expectRenewal(in world: World) async throws {
        try await world.database.cell {
            try await $0.execute(
                "UPDATE cell.jobs SET lease_until = now() + interval '9 seconds' WHERE state = 'running'"
            )
        }
        try await waitUntil("the renewal of a lease", within: .seconds(9)) {
            try await world.number("SELECT count(*) FROM cell.jobs WHERE lease_until > now() + interval '10 seconds'")
                == 1
        }
    }

    enum Ending: CaseIterable { case putOff, released, lost }

    @Test(arguments: Ending.allCases)
    func `a job could not end while its like was being added`(ending: Ending) async throws {
        let world = try await World()
        let store = JobStore(database: world.database, worker: "me")
        try await world.enqueue(1, key: "call 7")
        let job = try #require(try await store.claim(.quick, types: [count.name], limit: 1).first)
        let (gate, open) = AsyncStream.makeStream(of: Void.self)
        let adding = Task {
            try await world.database.cell { tx in
                try await tx.execute(
                    """
                    INSERT INTO cell.jobs (tenant_id, type, lane, payload, key, max_attempts, turn)
                    VALUES (\(world.tenant), \(count.name), 'quick', '{"value":2}', 'call 7', 20, 1)
                    """
                )
                world.seen.append("added")
                for await _ in gate { break }
            }
        }
        try await waitUntil { world.seen.count == 1 }
        if ending == .lost {
            try world.test.runAsSuperuser(
                "UPDATE cell.jobs SET lease_until = now() - interval '1 s' WHERE state = 'running'"
            )
        }
        async let ended: Void = {
            switch ending {
            case .putOff: try await store.putOff(job, for: .seconds(5), error: nil)
            case .released: try await store.release(job)
            case .lost: try await store.revive()
            }
        }()
        try await waitUntil { try await world.blocked() == 1 }
        open.finish()
        try await adding.value
        try await ended
        #expect(try await world.jobs() == ["test.count waiting 0"])
    }

    @Test func `a job that ran before a commit swallowed the job of that commit`() async throws {
        let world = try await World()
        let store = JobStore(database: world.database, worker: "me")
        try await world.enqueue(1, key: "call 7")
        let (gate, open) = AsyncStream.makeStream(of: Void.self)
        let blocking = Task {
            try await world.database.cell { tx in
                try await tx.execute("INSERT INTO cell.live VALUES (\(world.tenant), 'calls', 1)")
                world.seen.append("blocking")
                for await _ in gate { break }
            }
        }
        try await waitUntil { world.seen.count == 1 }
        // Its closing part is written, but its COMMIT waits for the live counter.
        let adding = Task {
            try await world.database.tenant(world.tenant) { tx in
                try tx.enqueue(count, Number(value: 2), key: "call 7")
                tx.touch(LiveTopic("calls"))
            }
        }
        try await waitUntil { try await world.blocked() == 1 }
        #expect(try await store.claim(.quick, types: [count.name], limit: 1).isEmpty)
        open.finish()
        try await blocking.value
        try await adding.value
        #expect(try await store.claim(.quick, types: [count.name], limit: 2).count == 1)
    }

    @Test func `a job that is wanted sooner waited for the later time of its like`() async throws {
        let world = try await World()
        world.runner.register(count) { _, _ in .done }
        try await world.database.tenant(world.tenant) { tx in
            try tx.enqueue(count, Number(value: 1), after: .seconds(3600), key: "call 7")
        }
        try await world.enqueue(2, key: "call 7")
        try await world.running { try await waitUntil { try await world.jobs() == [] } }
    }

    @Test func `transactions that add the same jobs in other orders waited for each other`() async throws {
        let world = try await World()
        let keys = (0..<20).map { "call \($0)" }
        for key in keys { try await world.enqueue(0, key: key) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<60 {
                let mine = number.isMultiple(of: 2) ? keys : keys.reversed()
                group.addTask {
                    try await world.database.tenant(world.tenant) { tx in
                        for key in mine { try tx.enqueue(count, Number(value: number), key: key) }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await world.jobs().count == keys.count)
    }

    @Test func `jobs that were put off kept an old turn and let nobody else go first`() async throws {
        let world = try await World()
        let neighbour = try await world.test.tenant()
        try await world.database.tenant(world.tenant) { tx in
            for number in 0..<100 { try tx.enqueue(count, Number(value: number), after: .seconds(3600)) }
        }
        try world.test.runAsSuperuser(
            "UPDATE cell.jobs SET turn = 0, run_at = now() - interval '1 minute'"
        )
        try await world.database.tenant(neighbour) { try $0.enqueue(count, Number(value: 0)) }
        try await JobStore(database: world.database, worker: "me").revive()
        #expect(Set(try await world.jobs()) == ["test.count waiting 0"])
        #expect(try await world.positionInQueue(of: neighbour) <= 2)
        #expect(
            try await world.number("SELECT count(DISTINCT turn) FROM cell.jobs WHERE tenant_id = \(world.tenant)")
                == 100
        )
    }

    @Test func `a job taken from the dead kept an old turn`() async throws {
        let world = try await World()
        let neighbour = try await world.test.tenant()
        try await world.enqueue(1)
        try world.test.runAsSuperuser("UPDATE cell.jobs SET state = 'dead', dead_at = now(), turn = 0")
        try await world.database.tenant(neighbour) { try $0.enqueue(count, Number(value: 0)) }
        let jobs = JobList(database: world.database)
        #expect(try await jobs.retry(try #require(try await jobs.all(state: "dead").first).id))
        #expect(try await world.positionInQueue(of: neighbour) == 0)
    }
}
