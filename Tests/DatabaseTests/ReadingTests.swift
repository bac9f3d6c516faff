import Kernel
import Support
import Testing

@testable import Database

struct ReadingTests {
    @Test func `one question is answered in the tenant's own schema`() async throws {
        let (test, one, other) = try await neighbours()
        for tenant in [one, other, one] {
            let rows = try await test.database.read(tenant) {
                try await $0.query("SELECT owner, current_user::text FROM notes")
            }
            let (owner, user) = try #require(rows.first).decode(Int64.self, String.self)
            #expect(owner == tenant.rawValue)
            #expect(user == tenant.schema)
            #expect(rows.count == 1)
        }
    }

    @Test func `several questions are answered in one round trip, each by itself`() async throws {
        let (test, one, _) = try await neighbours()
        let answers = try await test.database.read(one) {
            try await $0.query(together: ["SELECT owner FROM notes", "SELECT 7", "SELECT owner FROM notes WHERE false"])
        }
        #expect(
            try answers.map { try $0.map { row -> Int in try row.decode(Int.self) } } == [[Int(one.rawValue)], [7], []]
        )
    }

    @Test func `after a reading the connection is nobody's, also after one that failed`() async throws {
        let (test, one, _) = try await neighbours()
        var configuration = test.configuration
        configuration.poolSize = 1
        let database = Database(
            configuration: configuration,
            reactor: TestDatabase.reactor,
            logger: TestDatabase.logger
        )
        let questions: [SQL] = ["SELECT owner FROM notes", "SELECT 1 / 0", "SELECT owner FROM nothing"]
        for question in questions {
            do { _ = try await database.read(one) { try await $0.query(question) } } catch is DatabaseFault {}
            let rows = try await database.readCell {
                try await $0.query(
                    "SELECT current_user::text, current_setting('search_path'), current_setting('transaction_read_only')"
                )
            }
            let state = try #require(rows.first).decode(String.self, String.self, String.self)
            #expect(state == ("zvonar_cell", "ext", "on"))
            let later = try await database.cell {
                try await $0.query("SELECT current_setting('transaction_read_only')")
            }
            #expect(try #require(later.first).decode(String.self) == "off")
        }
    }

    @Test func `a reading that writes, asks twice or has effects is refused and changes nothing`() async throws {
        let (test, one, _) = try await neighbours()
        let writing = await #expect(throws: DatabaseFault.self) {
            try await test.database.read(one) { try await $0.execute("DELETE FROM notes") }
        }
        #expect(writing?.sqlState == "25006")
        await #expect(throws: DatabaseFault.self) {
            try await test.database.read(one) { tx in
                _ = try await tx.query("SELECT 1")
                _ = try await tx.query("SELECT 2")
            }
        }
        await #expect(throws: DatabaseFault.self) {
            try await test.database.read(one) { tx in
                _ = try await tx.query("SELECT 1")
                tx.atClosing("INSERT INTO cell.live VALUES (\(one), 'x', 1)")
            }
        }
        await #expect(throws: DatabaseFault.self) {
            try await test.database.read(one) { tx in
                for try await _ in try tx.stream("SELECT owner FROM notes") { Issue.record("a row came") }
            }
        }
        await #expect(throws: DatabaseFault.self) {
            try await test.database.read(one) { tx in
                _ = try await tx.copy(from: "SELECT 1", as: .text) { _ in Issue.record("a piece came") }
            }
        }
        let rows = try await test.database.read(one) { try await $0.query("SELECT owner FROM notes") }
        #expect(rows.count == 1)
    }

    @Test func `a tenant's function could run with the cell's rights in the closing part`() async throws {
        let (test, one, _) = try await neighbours()
        // A better match than the function of pg_catalog for varchar, in a schema that was in front.
        try test.runAsSuperuser(
            """
            CREATE FUNCTION \(one.schema).reverse(varchar) RETURNS text LANGUAGE sql AS 'SELECT current_user::text';
            ALTER FUNCTION \(one.schema).reverse(varchar) OWNER TO \(one.schema)
            """
        )
        try await test.database.tenant(one) { tx in
            let rows = try await tx.query("SELECT reverse('ab'::varchar)")
            #expect(try #require(rows.first).decode(String.self) == one.schema)
            tx.atClosing("INSERT INTO cell.live VALUES (\(one), reverse('ab'::varchar), 1)")
        }
        let topics = try await test.database.readCell { try await $0.query("SELECT topic FROM cell.live") }
        #expect(try topics.map { row -> String in try row.decode(String.self) } == ["ba"])
    }

    private func neighbours() async throws -> (TestDatabase, TenantID, TenantID) {
        let test = try await TestDatabase.make()
        let (one, other) = (try await test.tenant(), try await test.tenant())
        for tenant in [one, other] {
            try await test.database.tenant(tenant) { tx in
                try await tx.execute("CREATE TABLE notes (owner bigint)")
                try await tx.execute("INSERT INTO notes VALUES (\(tenant.rawValue))")
            }
        }
        return (test, one, other)
    }
}
