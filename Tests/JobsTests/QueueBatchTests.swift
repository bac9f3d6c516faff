import Database
import Kernel
import Support
import Testing

@testable import Jobs

private let count = World.count

/// How many are taken at once, and how they end together.
struct QueueBatchTests {
    @Test func `a lane takes ahead what its workers do in a tenth of a second`() {
        let buffer = LaneBuffer(limit: 4, batch: 50)
        #expect(buffer.wanted == 4)
        #expect(buffer.add(jobs(4), at: .now) == 4)
        #expect(buffer.wanted == 0)
        for _ in 0..<4 { #expect(buffer.take() != nil) }
        for _ in 0..<4 { buffer.worked(for: .milliseconds(4)) }
        // All four are being ended; a hundred more are done in a tenth of a second.
        #expect(buffer.wanted == 50)
        #expect(buffer.add(jobs(50), at: .now) == 0)
        #expect(buffer.wanted == 50)
        #expect(buffer.add(jobs(50), at: .now) == 0)
        #expect(buffer.wanted == 0)
        for _ in 0..<4 { buffer.ended() }
        // Not four alone, while there is something to begin.
        #expect(buffer.wanted == 0)
    }

    @Test func `with long work nothing is taken ahead of a free worker`() {
        let buffer = LaneBuffer(limit: 2, batch: 50)
        #expect(buffer.add(jobs(1), at: .now) == 1)
        #expect(buffer.take() != nil)
        buffer.worked(for: .seconds(20))
        buffer.ended()
        #expect(buffer.wanted == 2)
    }

    @Test func `what waits behind workers that have stuck is given back`() {
        let buffer = LaneBuffer(limit: 1, batch: 50)
        _ = buffer.add(jobs(1), at: .now)
        #expect(buffer.take() != nil)
        buffer.worked(for: .milliseconds(1))
        let claimedAt = ContinuousClock.now
        _ = buffer.add(jobs(3), at: claimedAt)
        #expect(buffer.takeOut(claimedBefore: claimedAt).isEmpty)
        #expect(buffer.takeOut(claimedBefore: claimedAt + .milliseconds(1)).count == 3)
        #expect(buffer.wanted == 0)
    }

    @Test func `the whole queue is looked at for a sixth of the time at most`() {
        var depths = ClaimDepths()
        let start = ContinuousClock.now
        #expect(depths.depth(at: start) == .whole)
        depths.looked(.whole, from: start, to: start + .milliseconds(30))
        #expect(depths.depth(at: start + .milliseconds(179)) == .front)
        depths.looked(.front, from: start + .milliseconds(31), to: start + .milliseconds(33))
        #expect(depths.depth(at: start + .milliseconds(180)) == .whole)
        depths.looked(.whole, from: start, to: start + .seconds(2))
        #expect(depths.depth(at: start + .seconds(3)) == .whole)
    }

    @Test func `of several ended at once only those end that are still ours`() async throws {
        let world = try await World()
        let store = JobStore(database: world.database, worker: "me")
        for value in 0..<4 { try await world.enqueue(value) }
        let jobs = try await store.claim(.quick, types: [count.name], limit: 4)
        try world.test.runAsSuperuser(
            """
            UPDATE cell.jobs SET worker = 'somebody else' WHERE id = \(jobs[0].id);
            UPDATE cell.jobs SET attempt = 2 WHERE id = \(jobs[1].id);
            UPDATE cell.jobs SET state = 'waiting', worker = NULL, lease_until = NULL WHERE id = \(jobs[2].id)
            """
        )
        #expect(try await store.finish(jobs) == [jobs[3].inHand])
        #expect(
            try await world.jobs() == ["test.count running 1", "test.count running 2", "test.count waiting 1"]
        )
    }

    @Test func `jobs whose end could not be written were done once more`() async throws {
        let world = try await World()
        world.runner.register(count) { context, number in
            if number.value == 0 { try world.test.runAsSuperuser("ALTER TABLE cell.jobs RENAME TO jobs_away") }
            world.seen.append("attempt \(context.attempt)")
            return .done
        }
        try await world.enqueue(0)
        try await world.running {
            try await waitUntil { world.seen.count == 1 }
            try world.test.runAsSuperuser("ALTER TABLE cell.jobs_away RENAME TO jobs")
            try await waitUntil { try await world.jobs() == [] }
        }
        #expect(world.seen.all == ["attempt 1"])
    }

    @Test func `two workers that claim at once share the jobs`() async throws {
        let world = try await World()
        for value in 0..<6 { try await world.enqueue(value) }
        let (gate, open) = AsyncStream.makeStream(of: Void.self)
        let (one, other) = ("one", "other")
        let claiming = Task {
            try await world.database.cell(.usesIndexes) { tx in
                let store = JobStore(database: world.database, worker: one)
                let rows = try await tx.query(store.claiming(.quick, types: [count.name], limit: 3, looking: .whole))
                world.seen.append("claimed \(rows.count)")
                for await _ in gate { break }
            }
        }
        try await waitUntil { world.seen.all == ["claimed 3"] }
        // Neither waits for the first nor takes the same.
        let taken = try await JobStore(database: world.database, worker: other)
            .claim(.quick, types: [count.name], limit: 6)
        #expect(taken.count == 3)
        open.finish()
        try await claiming.value
        #expect(try await world.number("SELECT count(*) FROM cell.jobs WHERE worker = \(one)") == 3)
        #expect(try await world.number("SELECT count(*) FROM cell.jobs WHERE worker = \(other)") == 3)
    }

    @Test func `a renewal waits for nobody and loses nothing that is being ended`() async throws {
        let world = try await World()
        let store = JobStore(database: world.database, worker: "me")
        for value in 0..<2 { try await world.enqueue(value) }
        let jobs = try await store.claim(.quick, types: [count.name], limit: 2)
        let (gate, open) = AsyncStream.makeStream(of: Void.self)
        let ending = Task {
            try await world.database.cell { tx in
                _ = try await tx.query(store.finishing([jobs[0]]))
                world.seen.append("ending")
                for await _ in gate { break }
            }
        }
        try await waitUntil { world.seen.count == 1 }
        #expect(try await store.renew(jobs.map(\.inHand)) == Set(jobs.map(\.inHand)))
        open.finish()
        try await ending.value
        #expect(try await store.renew(jobs.map(\.inHand)) == [jobs[1].inHand])
    }

    @Test func `renewing a lease writes into no index`() async throws {
        let world = try await World()
        let store = JobStore(database: world.database, worker: "me")
        try await world.enqueue(1, key: "call 7")
        let jobs = try await store.claim(.quick, types: [count.name], limit: 1)
        let counts: SQL = """
            SELECT pg_stat_get_xact_tuples_updated('cell.jobs'::regclass),
                   pg_stat_get_xact_tuples_hot_updated('cell.jobs'::regclass)
            """
        try await world.database.cell(.usesIndexes) { tx in
            // What this connection did before may not be reported yet.
            let before = try #require(try await tx.query(counts).first).decode(Int.self, Int.self)
            _ = try await tx.query(store.renewing(jobs.map(\.inHand)))
            let after = try #require(try await tx.query(counts).first).decode(Int.self, Int.self)
            #expect(after.0 - before.0 == 1)
            #expect(after.1 - before.1 == 1)
        }
    }

    private func jobs(_ count: Int) -> [ClaimedJob] {
        (0..<count).map { number in
            ClaimedJob(
                id: Int64(number),
                worker: "me",
                tenant: TenantID(1),
                type: "test.count",
                lane: .quick,
                payload: "{}",
                isKeyed: false,
                attempt: 1,
                maxAttempts: 1
            )
        }
    }
}
