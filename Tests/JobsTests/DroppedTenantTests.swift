import Database
import Foundation
import Kernel
import Support
import Testing

@testable import Jobs

/// A tenant that is dropped while something of it is under way.
struct DroppedTenantTests {
    @Test func `a job in hand ends when its tenant is dropped, and the neighbour's is done`() async throws {
        let world = try await World()
        let neighbour = try await world.test.tenant()
        let (gate, open) = AsyncStream.makeStream(of: Void.self)
        world.runner.register(World.count) { context, number in
            guard context.tenant == world.tenant else {
                world.seen.append("the neighbour's")
                return .done
            }
            world.seen.append("begin")
            for await _ in gate { break }
            return try await context.finish { tx in
                try await tx.execute("INSERT INTO notes VALUES (\(number.value))")
                world.seen.append("the dropped tenant's")
            }
        }
        try await world.enqueue(1)
        try await world.running {
            try await waitUntil("the job is in hand") { world.seen.all == ["begin"] }
            try await world.test.migrator.drop(world.tenant)
            open.finish()
            try await world.database.tenant(neighbour) { try $0.enqueue(World.count, Number(value: 2)) }
            try await waitUntil("the neighbour's job is done") { world.seen.all.contains("the neighbour's") }
            try await waitUntil("no job is left") { try await world.jobs() == [] }
        }
        #expect(!world.seen.all.contains("the dropped tenant's"))
        let left: SQL = "SELECT (SELECT count(*) FROM cell.jobs) + (SELECT count(*) FROM cell.live)"
        #expect(try await world.number(left) == 0)
    }

    @Test func `a drop waits for a statement that holds a lock, while neighbours go on`() async throws {
        let world = try await World()
        let neighbour = try await world.test.tenant()
        try await world.database.tenant(neighbour) { try await $0.execute("CREATE TABLE notes (id bigint)") }
        let (locked, lock) = AsyncStream.makeStream(of: Void.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for await _ in locked { break }
                try await world.test.migrator.drop(world.tenant)
            }
            try await world.database.tenant(world.tenant) { tx in
                try await tx.execute("INSERT INTO notes VALUES (1)")
                lock.finish()
                // `pg_stat_activity` does not tell what the owner waits for.
                try await waitUntil("the drop waits") {
                    let waiting: SQL = """
                        SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database
                        WHERE datname = current_database() AND NOT granted
                        """
                    return try await world.number(waiting) > 0
                }
                for number in 1...20 {
                    try await world.database.tenant(neighbour) {
                        try await $0.execute("INSERT INTO notes VALUES (\(number))")
                    }
                }
                let rows = try await tx.query("SELECT count(*) FROM notes")
                #expect(try #require(rows.first).decode(Int.self) == 1)
            }
            try await group.waitForAll()
        }
        let fault = await #expect(throws: DatabaseFault.self) { try await world.notes() }
        #expect(fault?.isPassing == false)
        let rows = try await world.database.tenant(neighbour) { try await $0.query("SELECT count(*) FROM notes") }
        #expect(try #require(rows.first).decode(Int.self) == 20)
    }
}
