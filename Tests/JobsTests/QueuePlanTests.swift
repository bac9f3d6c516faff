import Database
import Kernel
import Support
import Testing

@testable import Jobs

private let count = World.count

/// What the hot statements read, also when the statistics were taken while the tables were empty.
struct QueuePlanTests {
    @Test func `plans that were made for an empty queue are good for a long one`() async throws {
        let world = try await World()
        try world.test.runAsSuperuser("VACUUM ANALYZE cell.jobs")
        try world.fill(20_000)
        let store = JobStore(database: world.database, worker: "me")
        for depth in ClaimDepth.allCases {
            let plan = try await world.plan(store.claiming(.quick, types: [count.name], limit: 50, looking: depth))
            #expect(plan.contains("Index Scan using jobs_waiting"), "\(plan)")
            #expect(plan.contains("using jobs_running") && plan.contains("Tid Scan on jobs"), "\(plan)")
            #expect(!plan.contains("Seq Scan") && !plan.contains("hashed"), "\(plan)")
        }
        let jobs = try await store.claim(.quick, types: [count.name], limit: 2)
        for statement in [store.finishing(jobs), store.renewing(jobs.map(\.inHand))] {
            let plan = try await world.plan(statement)
            #expect(plan.contains("jobs_pkey") && !plan.contains("jobs_running"), "\(plan)")
            #expect(!plan.contains("Seq Scan"), "\(plan)")
        }
        let adding = try await world.plan(newJob(world.tenant).insertion)
        #expect(adding.contains("Scan Backward using jobs_tenant_turns"), "\(adding)")
    }

    @Test(arguments: OutboxPlace.allCases)
    func `claiming messages reads them in their order and stops`(place: OutboxPlace) async throws {
        let world = try await World()
        let table = place == .cell ? "cell.outbox" : "platform.outbox"
        try world.test.runAsSuperuser(
            """
            VACUUM ANALYZE \(table)
            """
        )
        try world.test.runAsSuperuser(
            """
            INSERT INTO \(table) (bot_id, chat_id, rank, method, parameters)
            SELECT 100, number % 5000, 3, 'sendMessage', '{}' FROM generate_series(1, 20000) AS number
            """
        )
        let outbox = Outbox(database: world.database, bot: BotID(100), epoch: 1)
        let explain: SQL = "EXPLAIN (ANALYZE, TIMING off) \(outbox.claiming(30, [1, 2], place))"
        let plan = try await
            (place == .cell
            ? world.database.cell(.usesIndexes) { try await $0.query(explain) }
            : world.database.platform(.usesIndexes) { try await $0.query(explain) })
            .map { try $0.decode(String.self) }.joined(separator: "\n")
        #expect(plan.contains("Index Scan using outbox_turn"), "\(plan)")
        #expect(plan.contains("using outbox_sending") && plan.contains("using outbox_waiting"), "\(plan)")
        #expect(!plan.contains("Seq Scan") && !plan.contains("Sort"), "\(plan)")
    }

    @Test func `under a held snapshot what is done is not looked at again`() async throws {
        let world = try await World()
        let store = JobStore(database: world.database, worker: "me")
        try await world.database.cell { tx in
            // A cursor that is left open keeps the snapshot that it reads by.
            var snapshot = try tx.stream("SELECT number FROM generate_series(1, 2) AS number", batch: 1)
                .makeAsyncIterator()
            _ = try await snapshot.next()
            try world.fill(3000)
            while true {
                let jobs = try await store.claim(.quick, types: [count.name], limit: 500)
                if jobs.isEmpty { break }
                #expect(try await store.finish(jobs).count == jobs.count)
            }
            let front = try await buffers(
                world,
                store.claiming(.quick, types: [count.name], limit: 50, looking: .front)
            )
            let whole = try await buffers(
                world,
                store.claiming(.quick, types: [count.name], limit: 50, looking: .whole)
            )
            #expect(front < 50, "a claim at the front touched \(front) pages")
            #expect(whole > 10 * front, "the dead rows were not there to be passed: \(whole) pages")
            let adding = try await buffers(world, newJob(world.tenant).insertion)
            #expect(adding < 100, "adding touched \(adding) pages")
        }
    }

    /// How many pages a statement touches; what it does is taken back.
    private func buffers(_ world: World, _ sql: SQL) async throws -> Int {
        struct Enough: Error { let pages: Int }
        do {
            try await world.database.cell(.usesIndexes) { tx in
                let lines = try await tx.query("EXPLAIN (ANALYZE, BUFFERS, TIMING off) \(sql)")
                    .map { try $0.decode(String.self) }
                // The topmost node counts for all below it.
                let line = try #require(lines.first { $0.contains("Buffers:") })
                let hits = line.split(separator: " ").compactMap { word in
                    word.hasPrefix("hit=") || word.hasPrefix("read=") ? Int(word.drop { $0 != "=" }.dropFirst()) : nil
                }
                throw Enough(pages: hits.reduce(0, +))
            }
            return 0
        } catch let enough as Enough {
            return enough.pages
        }
    }

    private func newJob(_ tenant: TenantID) -> NewJob {
        NewJob(
            tenant: tenant,
            type: count.name,
            lane: .quick,
            payload: "{}",
            key: "call 7",
            delay: .zero,
            maxAttempts: 20
        )
    }
}

/// Races and loops that nothing else looks at.
struct QueueIndependenceTests {
    @Test func `a dead job put back while its like was being added stays dead`() async throws {
        let world = try await World()
        try await world.enqueue(1, key: "call 7")
        try world.test.runAsSuperuser("UPDATE cell.jobs SET state = 'dead', dead_at = now()")
        let jobs = JobList(database: world.database)
        let dead = try #require(try await jobs.all(state: "dead").first)
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
        async let isBack = jobs.retry(dead.id)
        try await waitUntil { try await world.blocked() == 1 }
        open.finish()
        try await adding.value
        #expect(try await isBack == false)
        #expect(try await world.jobs() == ["test.count dead 0", "test.count waiting 0"])
    }

    @Test func `a schedule that cannot run keeps no job from coming back`() async throws {
        let world = try await World()
        world.runner.register(count) { _, _ in .done }
        try world.test.runAsSuperuser("ALTER TABLE cell.schedule RENAME TO schedule_away")
        try await world.database.tenant(world.tenant) { try $0.enqueue(count, Number(value: 1), after: .seconds(3600)) }
        try await world.letTimePass()
        try await world.running { try await waitUntil { try await world.jobs() == [] } }
    }

    @Test func `jobs that cannot come back stop neither the schedule nor the renewal of leases`() async throws {
        let world = try await World()
        let (gate, open) = AsyncStream.makeStream(of: Void.self)
        world.runner.register(count) { _, _ in
            world.seen.append("begin")
            for await _ in gate { break }
            return .done
        }
        try world.test.runAsSuperuser(
            """
            CREATE FUNCTION cell.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'refused'; END $$;
            CREATE TRIGGER refuse BEFORE UPDATE ON cell.jobs FOR EACH ROW
            WHEN (old.state = 'later' AND new.state = 'waiting') EXECUTE FUNCTION cell.refuse()
            """
        )
        try await world.enqueue(1)
        try await world.running {
            try await waitUntil { world.seen.count == 1 }
            try await world.database.tenant(world.tenant) {
                try $0.enqueue(count, Number(value: 2), after: .seconds(3600))
            }
            try await world.letTimePass()
            try await Schedule(database: world.database).daily(
                JobType<DailyRun>("test.daily"),
                at: DailyTime(hour: 9, minute: 0, zone: "Asia/Almaty"),
                for: world.tenant
            )
            try world.test.runAsSuperuser(
                "UPDATE cell.schedule SET next_at = now() - interval '1 minute', local_time = ((now() - interval '1 minute') AT TIME ZONE zone)::time"
            )
            try await waitUntil { try await world.jobs().contains { $0.hasPrefix("test.daily") } }
            try world.test.runAsSuperuser(
                "UPDATE cell.jobs SET lease_until = now() + interval '9 seconds' WHERE state = 'running'"
            )
            try await waitUntil("the renewal of a lease", within: .seconds(20)) {
                try await world.number(
                    "SELECT count(*) FROM cell.jobs WHERE lease_until > now() + interval '10 seconds'"
                ) == 1
            }
            open.finish()
        }
        #expect(try await world.jobs().contains("test.count later 0"))
    }

    @Test func `a place in the queue counts the jobs of all as far as their turn lets them pass`() async throws {
        let world = try await World()
        let neighbour = try await world.test.tenant()
        let jobs = JobList(database: world.database)
        for value in 1...4 { try await world.enqueue(value, key: "call \(value)") }
        #expect(try await jobs.position(ofNext: count, tenant: neighbour) == 2)
        try await world.database.tenant(neighbour) { try $0.enqueue(count, Number(value: 1), key: "theirs") }
        // One of the four goes first, and not all of them.
        #expect(try await jobs.position(of: count, key: "theirs", tenant: neighbour) == 2)
        #expect(try await jobs.position(of: count, key: "call 1", tenant: world.tenant) == 1)
        #expect(try await jobs.position(of: count, key: "call 4", tenant: world.tenant) == 5)
        #expect(try await jobs.position(ofNext: count, tenant: world.tenant) == 6)
        #expect(try await jobs.position(of: count, key: "call 4", tenant: neighbour) == nil)
        // What is in work stands before all that wait.
        let taken = try await JobStore(database: world.database, worker: "me")
            .claim(.quick, types: [count.name], limit: 1)
        #expect(taken.count == 1)
        #expect(try await jobs.position(of: count, key: "theirs", tenant: neighbour) == 2)
        #expect(try await jobs.position(of: count, key: "call 1", tenant: world.tenant) == nil)
    }
}
