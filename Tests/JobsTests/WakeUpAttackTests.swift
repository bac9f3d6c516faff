import Database
import Jobs
import Kernel
import Support
import Testing

/// What a tenant's SQL may say on the channels by which processes wake each other.
struct WakeUpAttackTests {
    @Test func `thousands of forged notifications lead to a look and to nothing else`() async throws {
        let world = try await World()
        let neighbour = try await world.test.tenant()
        let topic = LiveTopic("calls")
        // Another process, which hears of things by notifications alone.
        let other = Database(
            configuration: world.test.configuration,
            reactor: TestDatabase.reactor,
            logger: TestDatabase.logger
        )
        defer { other.close() }
        let feed = LiveFeed(database: other, logger: TestDatabase.logger)
        let runner = world.otherRunner(on: other)
        runner.register(World.count) { _, number in
            world.seen.append("\(number.value)")
            return .done
        }
        let living = [Task { await other.runWakeUps() }, Task { await feed.run() }, Task { await runner.run() }]
        defer { living.forEach { $0.cancel() } }
        var changes = feed.follow([topic: 0], of: neighbour).makeAsyncIterator()
        try await waitUntil("the other process listens") {
            try await world.number("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'") > 0
        }
        for channel in WakeUpChannel.allCases.map(\.rawValue) + ["t_2", neighbour.schema, "zvonar_other"] {
            try await world.database.tenant(world.tenant) { tx in
                try await tx.execute(
                    """
                    SELECT pg_notify(\(channel), \(neighbour.schema) || ' {"topic":"calls","number":' || n || '}')
                    FROM generate_series(1, 1000) AS n
                    """
                )
            }
        }
        // The neighbour's page is told of the neighbour's change first of all, and its job is done once.
        try await world.database.tenant(neighbour) { tx in
            tx.touch(topic)
            try tx.enqueue(World.count, Number(value: 7))
        }
        #expect(await changes.next().map { Array($0.keys) } == [topic])
        try await waitUntil("the job is done") { world.seen.all == ["7"] }
        for task in living {
            task.cancel()
            await task.value
        }
        #expect(world.seen.all == ["7"])
        #expect(try await world.jobs() == [])
    }
}
