import Kernel
import Support
import Synchronization
import Testing

struct GatheringTests {
    private struct Broken: Fault {
        let isPassing: Bool
        var description: String { "broken" }
    }

    /// What was done, batch by batch, where the first batch waits for a word.
    private final class Work: Sendable {
        let batches = Mutex<[[Int]]>([])
        let (entered, enter) = AsyncStream.makeStream(of: Void.self)
        let (allowed, allow) = AsyncStream.makeStream(of: Void.self)

        func run(_ items: [Int]) async throws -> [String] {
            let isFirst = batches.withLock { batches in
                batches.append(items)
                return batches.count == 1
            }
            if isFirst {
                enter.yield()
                for await _ in allowed { break }
            }
            if items.contains(-1) { throw Broken(isPassing: false) }
            if items.contains(-2) { throw Broken(isPassing: true) }
            return items.map { "answer \($0)" }
        }
    }

    /// Asks for all while the first batch, of a zero, is being done; what each was told.
    private func ask(_ items: [Int], limit: Int = 10, _ work: Work) async throws -> [Int: Result<String, any Error>] {
        let gathering = Gathering<Int, String>(limit: limit) { try await work.run($0) }
        return try await withThrowingTaskGroup(of: (Int, Result<String, any Error>).self) { group in
            group.addTask { (0, .success(try await gathering.ask(0))) }
            for await _ in work.entered { break }
            for item in items {
                group.addTask {
                    do { return (item, .success(try await gathering.ask(item))) } catch {
                        return (item, .failure(error))
                    }
                }
            }
            try await waitUntil { gathering.waitingCount == items.count }
            work.allow.yield()
            var told: [Int: Result<String, any Error>] = [:]
            for try await (item, result) in group { told[item] = result }
            return told
        }
    }

    @Test func `the first is done alone, and what came meanwhile at once`() async throws {
        let work = Work()
        let told = try await ask(Array(1...7), limit: 5, work)
        for item in 0...7 { #expect(try told[item]?.get() == "answer \(item)") }
        let batches = work.batches.withLock { $0 }
        #expect(batches.map(\.count) == [1, 5, 2])
        #expect(Set(batches.joined()) == Set(0...7))
    }

    @Test func `one that cannot be done fails alone`() async throws {
        let work = Work()
        let told = try await ask([1, -1, 2], work)
        #expect(try told[1]?.get() == "answer 1")
        #expect(try told[2]?.get() == "answer 2")
        #expect(throws: Broken.self) { try told[-1]?.get() }
        // The batch, and then each of it.
        #expect(work.batches.withLock { $0 }.map(\.count) == [1, 3, 1, 1, 1])
    }

    @Test func `a failure that passes is everybody's, and nothing is done twice`() async throws {
        let work = Work()
        let told = try await ask([1, -2, 2], work)
        for item in [1, -2, 2] { #expect(throws: Broken.self) { try told[item]?.get() } }
        #expect(work.batches.withLock { $0 }.map(\.count) == [1, 3])
    }

    @Test func `who asks and is cancelled takes nobody's answer away`() async throws {
        let work = Work()
        let gathering = Gathering<Int, String>(limit: 10) { try await work.run($0) }
        let leading = Task { try await gathering.ask(0) }
        for await _ in work.entered { break }
        async let other = gathering.ask(1)
        try await waitUntil { gathering.waitingCount == 1 }
        leading.cancel()
        work.allow.yield()
        #expect(try await other == "answer 1")
        #expect(try await leading.value == "answer 0")
    }
}
