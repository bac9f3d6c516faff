import Database
import Kernel
import Support
import Testing

struct TenantDoorTests {
    @Test func `what a tenant writes it reads back`() async throws {
        let test = try await TestDatabase.make()
        let tenant = try await test.tenant()
        try await test.database.tenant(tenant) { tx in
            try await tx.execute("CREATE TABLE notes (id bigint, text text)")
            try await tx.execute("INSERT INTO notes VALUES (\(7), \("Звонок; DROP TABLE notes --"))")
        }
        let rows = try await test.database.tenant(tenant) { tx in
            try await tx.query("SELECT id, text FROM notes WHERE id = \(7)")
        }
        let (id, text) = try #require(rows.first).decode(Int.self, String.self)
        #expect(id == 7)
        #expect(text == "Звонок; DROP TABLE notes --")
    }

    @Test func `a neighbour's table is refused by the database`() async throws {
        let test = try await TestDatabase.make()
        let (one, other) = (try await test.tenant(), try await test.tenant())
        try await test.database.tenant(one) { tx in _ = try await tx.execute("CREATE TABLE notes (id bigint)") }
        await #expect(throws: DatabaseFault.self) {
            try await test.database.tenant(other) { tx in _ = try await tx.query("SELECT id FROM notes") }
        }
    }
}
