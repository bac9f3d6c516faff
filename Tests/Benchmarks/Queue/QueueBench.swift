import Database
import Foundation
import Jobs
import Kernel
import Synchronization

/// Our queue in a database of its own.
struct QueueBench: Sendable {
    private let made: BenchDatabase
    private let bench: Bench
    private let tenants: [TenantID]

    private static let type = JobType<BenchJob>("bench.job")

    static func make(_ name: String, tenants count: Int, on bench: Bench) async throws -> QueueBench {
        let made = try await bench.database(name)
        var tenants: [TenantID] = []
        for _ in 0..<count {
            let tenant = try await made.tenant()
            try await made.database.tenant(tenant) {
                try await $0.execute("CREATE TABLE effects (number bigint NOT NULL)")
            }
            tenants.append(tenant)
        }
        return QueueBench(made: made, bench: bench, tenants: tenants)
    }

    func close() { made.database.close() }

    /// Adds jobs, each with a key, the tenants by turns.
    func fill(_ count: Int) async throws {
        let share = count / tenants.count
        for (index, tenant) in tenants.enumerated() {
            for start in stride(from: 0, to: share, by: 500) {
                try await made.database.tenant(tenant) { tx in
                    for number in start..<min(start + 500, share) {
                        let job = BenchJob(number: index * share + number)
                        try tx.enqueue(Self.type, job, key: "job \(number)")
                    }
                }
            }
        }
    }

    private func runner(batch: Int) -> JobRunner {
        JobRunner(database: made.database, workers: [.quick: 10], batch: batch, logger: bench.logger)
    }

    /// Adds jobs, does them, and says how fast they were done.
    @discardableResult
    func jobsASecond(_ count: Int, batch: Int, writing: Bool = false) async throws -> Double {
        try await fill(count)
        return try await drain(count, batch: batch, writing: writing)
    }

    /// Does jobs that were added before, and says how fast.
    func drain(_ count: Int, batch: Int, writing: Bool) async throws -> Double {
        let runner = runner(batch: batch)
        let seen = Seen()
        runner.register(Self.type) { context, job in
            seen.add(job.number)
            guard writing else { return .done }
            return try await context.finish {
                try await $0.execute("INSERT INTO effects (number) VALUES (\(job.number))")
            }
        }
        let expected = count / tenants.count * tenants.count
        let began = ContinuousClock.now
        let running = Task { await runner.run() }
        try await waitUntil { runner.counts.reduce(0) { $0 + $1.count } >= expected }
        let took = (ContinuousClock.now - began) / .seconds(1)
        runner.stop()
        await running.value
        let left = try await JobList(database: made.database).all()
        try bench.check(left.isEmpty && seen.count == expected, "\(seen.count) jobs were done, \(left.count) are left")
        return Double(expected) / took
    }

    /// How long each of some jobs waits that come one by one, in seconds.
    func waits(_ count: Int, pause: Duration) async throws -> [Double] {
        let runner = runner(batch: 50)
        let seen = Seen()
        runner.register(Self.type) { _, job in
            seen.add(job.number)
            return .done
        }
        let running = Task { await runner.run() }
        let carrying = Task { await made.database.runWakeUps() }
        // The first is not counted: it comes while the runner still begins.
        try await enqueue(-1)
        try await waitUntil { seen.time(of: -1) != nil }
        var added: [ContinuousClock.Instant] = []
        for number in 0..<count {
            added.append(.now)
            try await enqueue(number)
            try await Task.sleep(for: pause)
        }
        try await waitUntil { seen.count == count + 1 }
        runner.stop()
        carrying.cancel()
        await running.value
        await carrying.value
        return zip(added, seen.times.dropFirst()).map { ($1 - $0) / .seconds(1) }
    }

    private func enqueue(_ number: Int) async throws {
        try await made.database.tenant(tenants[0]) {
            try $0.enqueue(Self.type, BenchJob(number: number), key: "\(number)")
        }
    }

    /// How long one job of another tenant waits behind many, in seconds.
    func waitBehind(_ count: Int) async throws -> Double {
        for start in stride(from: 0, to: count, by: 500) {
            try await made.database.tenant(tenants[0]) { tx in
                for number in start..<(start + 500) {
                    try tx.enqueue(Self.type, BenchJob(number: number), key: "\(number)")
                }
            }
        }
        let runner = runner(batch: 50)
        let seen = Seen()
        runner.register(Self.type) { _, job in
            seen.add(job.number)
            return .done
        }
        let running = Task { await runner.run() }
        try await waitUntil { seen.count >= 100 }
        let added = ContinuousClock.now
        try await made.database.tenant(tenants[1]) { try $0.enqueue(Self.type, BenchJob(number: count)) }
        try await waitUntil { seen.time(of: count) != nil }
        let wait = seen.time(of: count).map { ($0 - added) / .seconds(1) } ?? .infinity
        try await waitUntil { runner.counts.reduce(0) { $0 + $1.count } == count + 1 }
        runner.stop()
        await running.value
        return wait
    }

    /// The speed at each number of dead rows, under one snapshot that is held all the while.
    func curve(_ steps: [Int], _ count: Int, _ measure: (Int) async throws -> Double) async throws -> [Double] {
        try await made.curve(steps, count, measure)
    }
}

extension BenchDatabase {
    /// Makes `steps` dead rows by doing as many jobs, and measures `count` more at each; each figure is the best of two.
    func curve(_ steps: [Int], _ count: Int, _ measure: (Int) async throws -> Double) async throws -> [Double] {
        try await database.cell { tx in
            // A cursor that is left open keeps the snapshot that it reads by.
            var snapshot = try tx.stream("SELECT number FROM generate_series(1, 2) AS number", batch: 1)
                .makeAsyncIterator()
            _ = try await snapshot.next()
            var speeds: [Double] = []
            var dead = 0
            for step in steps {
                if step > dead { dead += try await doing(step - dead, measure) }
                speeds.append(try await measure(count))
                dead += count
            }
            return speeds
        }
    }

    private func doing(_ count: Int, _ measure: (Int) async throws -> Double) async throws -> Int {
        _ = try await measure(count)
        return count
    }
}

/// When which job was begun.
private final class Seen: Sendable {
    private let begun = Mutex<[Int: ContinuousClock.Instant]>([:])

    var count: Int { begun.withLock { $0.count } }

    var times: [ContinuousClock.Instant] { begun.withLock { begun in begun.sorted { $0.key < $1.key }.map(\.value) } }

    func add(_ number: Int) { begun.withLock { $0[number] = .now } }

    func time(of number: Int) -> ContinuousClock.Instant? { begun.withLock { $0[number] } }
}

/// Asks every millisecond, for two minutes at most.
private func waitUntil(_ isTrue: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(120)
    while !(try await isTrue()) {
        guard ContinuousClock.now < deadline else { throw Wrong("the queue did not get done") }
        try await Task.sleep(for: .milliseconds(1))
    }
}
