import Database
import Jobs
import Kernel
import Support
import Synchronization
import Testing

struct TurnstileTests {
    private static let heavy = JobType<Number>("test.heavy", lane: .heavy)

    /// How many jobs are done at this moment, and in which order they were begun.
    private final class Log: Sendable {
        struct State {
            var now = 0
            var most = 0
            var begun: [String] = []
        }
        let state = Mutex(State())
    }

    private func runner(_ name: String, _ test: TestDatabase, _ turnstile: Turnstile, _ log: Log) -> JobRunner {
        let runner = JobRunner(
            database: test.database,
            workers: [.heavy: 2],
            turnstiles: [.heavy: turnstile],
            logger: TestDatabase.logger
        )
        runner.register(Self.heavy) { _, _ in
            log.state.withLock { state in
                state.now += 1
                state.most = max(state.most, state.now)
                state.begun.append(name)
            }
            // Long enough for others to begin, if they may.
            for _ in 0..<20 { await Task.yield() }
            try await test.database.cell { _ = try await $0.query("SELECT pg_sleep(0.02)") }
            log.state.withLock { $0.now -= 1 }
            return .done
        }
        return runner
    }

    @Test func `every cell did as much heavy work at once as the whole process may`() async throws {
        let (log, turnstile) = (Log(), Turnstile(places: 2))
        let cells = [try await TestDatabase.make(), try await TestDatabase.make(), try await TestDatabase.make()]
        for cell in cells {
            let tenant = try await cell.tenant()
            let isLast = cell.name == cells[2].name
            try await cell.database.tenant(tenant) { tx in
                for number in 0..<(isLast ? 1 : 20) { try tx.enqueue(Self.heavy, Number(value: number)) }
            }
        }
        let runners = cells.map { runner($0.name, $0, turnstile, log) }
        let running = Task {
            await withDiscardingTaskGroup { group in
                for runner in runners { group.addTask { await runner.run() } }
            }
        }
        defer { running.cancel() }
        try await waitUntil("all is done", within: .seconds(120)) {
            log.state.withLock { $0.begun.count == 41 && $0.now == 0 }
        }
        let (most, begun) = log.state.withLock { ($0.most, $0.begun) }
        #expect(most == 2)
        // The one job of the last cell did not wait for the long queues of the others.
        #expect(try #require(begun.firstIndex(of: cells[2].name)) < 30)
        running.cancel()
        await running.value
    }

    @Test func `what stood in the line at the shutdown is given back untried`() async throws {
        let (log, turnstile) = (Log(), Turnstile(places: 1))
        let test = try await TestDatabase.make()
        let tenant = try await test.tenant()
        try await test.database.tenant(tenant) { try $0.enqueue(Self.heavy, Number(value: 1)) }
        let runner = runner("a", test, turnstile, log)
        let running = Task { await runner.run() }
        try await turnstile.pass {
            try await waitUntil("it is claimed") {
                try await JobList(database: test.database).all().map(\.state) == ["running"]
            }
            running.cancel()
            await running.value
        }
        #expect(try await JobList(database: test.database).all().map { "\($0.state) \($0.attempt)" } == ["waiting 0"])
        #expect(log.state.withLock { $0.begun.isEmpty })
    }
}
