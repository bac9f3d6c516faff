import Database
import Foundation
import Jobs
import Kernel
import Logging
import Support
import Synchronization
import Testing

private struct Number: Codable, Sendable, Equatable {
    let value: Int
}

private let count = JobType<Number>("test.count")
private let other = JobType<Number>("test.other", lane: .heavy)

struct QueueTests {
    @Test func `a job is done once, after its transaction and with its payload`() async throws {
        let world = try await World()
        world.runner.register(count) { context, number in
            world.seen.append("\(context.tenant == world.tenant) \(number.value) \(context.attempt)")
            return .done
        }
        try await world.running {
            try await world.database.tenant(world.tenant) { try $0.enqueue(count, Number(value: 5)) }
            try await waitUntil { try await world.jobs() == [] && world.seen.count == 1 }
        }
        #expect(world.seen.all == ["true 5 1"])
    }

    @Test func `a job of a transaction that failed does not exist`() async throws {
        let world = try await World()
        await #expect(throws: DatabaseFault.self) {
            try await world.database.tenant(world.tenant) { tx in
                try tx.enqueue(count, Number(value: 5))
                _ = try await tx.query("SELECT 1 / 0")
            }
        }
        #expect(try await world.jobs() == [])
    }

    @Test func `effects and the end of a job are one`() async throws {
        let world = try await World()
        world.runner.register(count) { context, number in
            try await context.finish { tx in
                _ = try await tx.execute("INSERT INTO notes VALUES (\(number.value))")
                try tx.enqueue(other, number)
            }
        }
        world.runner.register(other) { _, number in
            world.seen.append("\(number.value)")
            return .done
        }
        try await world.running {
            try await world.database.tenant(world.tenant) { try $0.enqueue(count, Number(value: 5)) }
            try await waitUntil { try await world.jobs() == [] && world.seen.count == 1 }
        }
        #expect(try await world.notes() == 1)
    }

    @Test func `what failed is tried again and told by an incident, what cannot succeed is buried`() async throws {
        struct Broken: Error {}
        let world = try await World()
        let twice = JobType<Number>("test.twice", maxAttempts: 1)
        world.runner.register(count) { context, _ in
            world.seen.append("attempt \(context.attempt)")
            if context.attempt == 1 { throw Broken() }
            return .done
        }
        world.runner.register(twice) { _, _ in
            throw Broken()
        } whenDead: { _, number, tx in
            _ = try await tx.execute("INSERT INTO notes VALUES (\(number.value))")
        }
        try await world.running {
            try await world.database.tenant(world.tenant) { tx in
                try tx.enqueue(count, Number(value: 1))
                try tx.enqueue(twice, Number(value: 2))
            }
            try await waitUntil { try await world.jobs() == ["test.twice dead 1"] }
        }
        #expect(world.seen.all == ["attempt 1", "attempt 2"])
        #expect(try await world.notes() == 1)
        let dead = try #require(try await JobList(database: world.database).all(state: "dead").first)
        #expect(dead.error?.contains("incident") == true)
        #expect(try await JobList(database: world.database).retry(dead.id))
        #expect(try await world.jobs() == ["test.twice waiting 0"])
    }

    @Test func `giving up and a type that nobody does are buried at once`() async throws {
        let world = try await World()
        world.runner.register(count) { _, _ in .giveUp(reason: "no such call") }
        try await world.running {
            try await world.database.tenant(world.tenant) { tx in
                try tx.enqueue(count, Number(value: 1))
                try tx.enqueue(JobType<Number>("test.unknown"), Number(value: 1))
            }
            try await waitUntil { try await world.jobs() == ["test.count dead 1", "test.unknown dead 1"] }
        }
    }

    @Test func `of jobs with one key one waits, and it starts after the one that runs`() async throws {
        let world = try await World()
        let (gate, open) = AsyncStream.makeStream(of: Void.self)
        world.runner.register(count) { _, number in
            world.seen.append("begin \(number.value)")
            if number.value == 1 { for await _ in gate { break } }
            world.seen.append("end \(number.value)")
            return .done
        }
        try await world.running {
            try await world.enqueue(1, key: "call 7")
            try await waitUntil { world.seen.count == 1 }
            try await world.enqueue(2, key: "call 7")
            try await world.enqueue(3, key: "call 7")
            try await world.enqueue(4, key: "call 8")
            try await waitUntil { world.seen.count == 3 }
            open.yield()
            try await waitUntil { try await world.jobs() == [] }
        }
        #expect(world.seen.all == ["begin 1", "begin 4", "end 4", "end 1", "begin 2", "end 2"])
    }

    @Test func `a killed worker's job is done by another`() async throws {
        let world = try await World()
        world.runner.register(count) { context, _ in
            world.seen.append("attempt \(context.attempt)")
            return .done
        }
        try await world.enqueue(1)
        // What a kill leaves: a running job whose lease is not renewed.
        try await world.database.cell {
            try await $0.execute(
                """
                UPDATE cell.jobs SET state = 'running', worker = 'gone', attempt = 1,
                       lease_until = now() - interval '1 second'
                """
            )
        }
        try await world.running { try await waitUntil { try await world.jobs() == [] } }
        #expect(world.seen.all == ["attempt 2"])
    }

    @Test func `who lost the lease commits nothing`() async throws {
        let world = try await World()
        world.runner.register(count) { context, _ in
            guard context.attempt == 1 else { return .done }
            try await world.database.cell {
                try await $0.execute("UPDATE cell.jobs SET worker = 'somebody else', attempt = 2")
            }
            return try await context.finish { _ = try await $0.execute("INSERT INTO notes VALUES (1)") }
        }
        try await world.enqueue(1)
        try await world.running {
            try await waitUntil { try await world.jobs() == ["test.count running 2"] }
        }
        #expect(try await world.notes() == 0)
    }

    @Test func `a stopping worker finishes what it has in hand`() async throws {
        let world = try await World()
        let (gate, open) = AsyncStream.makeStream(of: Void.self)
        world.runner.register(count) { _, _ in
            world.seen.append("begin")
            for await _ in gate { break }
            return .done
        }
        try await world.enqueue(1)
        try await world.running {
            try await waitUntil { world.seen.count == 1 }
            world.runner.stop()
            try await world.enqueue(2)
            open.yield()
            try await waitUntil { try await world.jobs() == ["test.count waiting 0"] }
        }
    }

    @Test func `a cancelled worker gives its job back untried`() async throws {
        let world = try await World()
        world.runner.register(count) { _, _ in
            world.seen.append("begin")
            try await Task.sleep(for: .seconds(3600))
            return .done
        }
        try await world.enqueue(1)
        try await world.running { try await waitUntil { world.seen.count == 1 } }
        #expect(try await world.jobs() == ["test.count waiting 0"])
    }

    @Test func `one job does not wait behind the many of another tenant`() async throws {
        let world = try await World()
        let neighbour = try await world.test.tenant()
        world.runner.register(count) { context, number in
            world.seen.append("\(context.tenant == neighbour ? "neighbour" : "mine") \(number.value)")
            return .done
        }
        try await world.database.tenant(world.tenant) { tx in
            for number in 0..<300 { try tx.enqueue(count, Number(value: number)) }
        }
        try await world.database.tenant(neighbour) { try $0.enqueue(count, Number(value: 0)) }
        let position = try await world.positionInQueue(of: neighbour)
        #expect(position <= 2)
        try await world.running { try await waitUntil { try await world.jobs() == [] } }
        // Eight are done at once, so the neighbour's is among the first few.
        #expect(try #require(world.seen.all.firstIndex(of: "neighbour 0")) < 32)
    }

    @Test func `a job that is put off waits, and waits out its time`() async throws {
        let world = try await World()
        world.runner.register(count) { context, _ in
            world.seen.append("attempt \(context.attempt)")
            return context.attempt == 1 ? .again(after: .milliseconds(10), because: "not ready") : .done
        }
        try await world.enqueue(1)
        try await world.database.tenant(world.tenant) { try $0.enqueue(count, Number(value: 2), after: .seconds(3600)) }
        try await world.running {
            try await waitUntil { try await world.jobs() == ["test.count later 0"] }
        }
        #expect(world.seen.all == ["attempt 1", "attempt 2"])
    }
}

/// A database with one tenant and a worker.
private struct World: Sendable {
    let test: TestDatabase
    let tenant: TenantID
    let runner: JobRunner
    let seen = Seen()

    var database: Database { test.database }

    init() async throws {
        test = try await TestDatabase.make()
        tenant = try await test.tenant()
        var silent = Logger(label: "test")
        silent.logLevel = .critical
        runner = JobRunner(database: test.database, workers: [.quick: 8, .heavy: 1], logger: silent)
        try await test.database.tenant(tenant) { try await $0.execute("CREATE TABLE notes (id bigint)") }
    }

    func running(_ body: () async throws -> Void) async throws {
        let task = Task { await runner.run() }
        defer { task.cancel() }
        try await body()
        task.cancel()
        await task.value
    }

    func enqueue(_ value: Int, key: String? = nil) async throws {
        try await database.tenant(tenant) { try $0.enqueue(count, Number(value: value), key: key) }
    }

    func jobs() async throws -> [String] {
        try await JobList(database: database).all().map { "\($0.type) \($0.state) \($0.attempt)" }.sorted()
    }

    func positionInQueue(of tenant: TenantID) async throws -> Int {
        let rows = try await database.cell { tx in
            try await tx.query(
                """
                SELECT count(*) FROM cell.jobs
                WHERE turn_at < (SELECT turn_at FROM cell.jobs WHERE tenant_id = \(tenant))
                """
            )
        }
        return try #require(rows.first).decode(Int.self)
    }

    func notes() async throws -> Int {
        let rows = try await database.tenant(tenant) { try await $0.query("SELECT count(*) FROM notes") }
        return try #require(rows.first).decode(Int.self)
    }
}

/// What the jobs of a test have said, in order.
private final class Seen: Sendable {
    private let words = Mutex<[String]>([])

    var all: [String] { words.withLock { $0 } }
    var count: Int { all.count }

    func append(_ word: String) { words.withLock { $0.append(word) } }
}
