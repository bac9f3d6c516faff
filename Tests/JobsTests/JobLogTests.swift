import Database
import Jobs
import Kernel
import Logging
import Support
import Testing

/// What a failing job leaves in the log and in the list that people read.
struct JobLogTests {
    @Test func `a job's error quoted the value that it could not read`() async throws {
        let world = try await World()
        let log = LogBook(.trace)
        let runner = JobRunner(database: world.database, workers: [.quick: 2], logger: log.logger)
        let unreadable = DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "+77015551234 Анна"))
        // One is given up at once, and nobody can be told of it either; the other is tried again.
        for (name, attempts) in [("test.once", 1), ("test.often", 20)] {
            let type = JobType<Number>(name, maxAttempts: attempts)
            runner.register(type) { _, _ in
                throw unreadable
            } whenDead: { _, _, _ in
                throw unreadable
            }
            try await world.database.tenant(world.tenant) { try $0.enqueue(type, Number(value: 1)) }
        }
        var errors: [String] = []
        try await world.running(runner) {
            try await waitUntil("both jobs have failed") {
                errors = try await JobList(database: world.database).all().compactMap(\.error)
                return errors.count == 2
            }
        }
        for line in errors + log.lines { #expect(!line.contains("7701") && !line.contains("Анна"), "\(line)") }
        #expect(errors.allSatisfy { $0.contains("DecodingError") && $0.contains("incident") }, "\(errors)")
        #expect(log.lines.count { $0.contains("a job failed") && $0.contains("DecodingError") } >= 2)
        #expect(log.lines.contains { $0.contains("nobody was told of a job that was given up") })
    }
}
