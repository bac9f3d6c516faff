import Database
import Jobs
import Kernel
import Support
import Testing

private let count = World.count
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

    @Test func `giving up is burial at once`() async throws {
        let world = try await World()
        world.runner.register(count) { _, _ in .giveUp(reason: "no such call") }
        try await world.running {
            try await world.enqueue(1)
            try await waitUntil { try await world.jobs() == ["test.count dead 1"] }
        }
    }

    // It used to be buried at once. While a new version replaces an old one both take jobs, and the old one buried what
    // only the new one knows.
    @Test func `a type that nobody here does is left for a process that does it`() async throws {
        let world = try await World()
        let unknown = JobType<Number>("test.unknown")
        world.runner.register(count) { _, _ in .done }
        try await world.running {
            try await world.database.tenant(world.tenant) { tx in
                try tx.enqueue(unknown, Number(value: 1))
                try tx.enqueue(count, Number(value: 1))
            }
            try await waitUntil { try await world.jobs() == ["test.unknown waiting 0"] }
        }
        let newer = world.otherRunner()
        newer.register(unknown) { _, _ in .done }
        try await world.running(newer) { try await waitUntil { try await world.jobs() == [] } }
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
        try await world.loseWorker(attempt: 1)
        try await world.running {
            try await waitUntil { try await world.jobs() == ["test.count later 1"] }
            try await world.letTimePass()
            try await waitUntil { try await world.jobs() == [] }
        }
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

    @Test func `what waited for room on the disk was given up after twenty looks`() async throws {
        let world = try await World()
        let short = JobType<Number>("test.short", maxAttempts: 2)
        world.runner.register(short) { context, _ in
            world.seen.append("attempt \(context.attempt)")
            return world.seen.count < 6 ? .wait(for: .zero, because: "the disk is full") : .done
        }
        try await world.database.tenant(world.tenant) { try $0.enqueue(short, Number(value: 1)) }
        try await world.running {
            try await waitUntil {
                try await world.letTimePass()
                return try await world.jobs() == []
            }
        }
        #expect(world.seen.all == Array(repeating: "attempt 1", count: 6))
    }
}
