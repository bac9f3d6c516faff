import Database
import Foundation
import Kernel
import Support
import Testing

struct TenantDoorTests {
    @Test func `what a tenant writes it reads back`() async throws {
        let (test, tenant) = try await tenantWithNotes()
        let text = "Звонок'; DROP TABLE notes --"
        try await test.database.tenant(tenant) { try await $0.execute("INSERT INTO notes VALUES (\(7), \(text))") }
        let rows = try await test.database.tenant(tenant) { try await $0.query("SELECT id, text FROM notes") }
        let row = try #require(rows.first)
        #expect(try row.decode(Int.self, String.self) == (7, text))
    }

    @Test func `a neighbour's table is refused, by its name and by its schema`() async throws {
        let (test, one) = try await tenantWithNotes()
        let other = try await test.tenant()
        let unqualified = await #expect(throws: DatabaseFault.self) {
            try await test.database.tenant(other) { try await $0.query("SELECT id FROM notes") }
        }
        #expect(unqualified?.sqlState == "42P01")
        // The neighbour's schema cannot be put into a statement, so it is put there by set_config.
        let qualified = await #expect(throws: DatabaseFault.self) {
            try await test.database.tenant(other) { tx in
                try await tx.execute("SELECT set_config('search_path', \(one.schema), true)")
                _ = try await tx.query("SELECT id FROM notes")
            }
        }
        #expect(["42P01", "42501"].contains(qualified?.sqlState))
    }

    @Test(arguments: ["cell.jobs", "platform.inbox", "cell.tenants", "platform.migrations"])
    func `a tenant sees nothing of platform and cell`(table: String) async throws {
        let (test, tenant) = try await tenantWithNotes()
        let statements: [String: SQL] = [
            "cell.jobs": "SELECT FROM cell.jobs", "platform.inbox": "SELECT FROM platform.inbox",
            "cell.tenants": "SELECT FROM cell.tenants", "platform.migrations": "SELECT FROM platform.migrations",
        ]
        let statement = try #require(statements[table])
        let fault = await #expect(throws: DatabaseFault.self) {
            try await test.database.tenant(tenant) { _ = try await $0.query(statement) }
        }
        #expect(fault?.sqlState == "42501")
    }

    @Test func `after a tenant's transaction the connection is nobody's`() async throws {
        let (test, tenant) = try await tenantWithNotes()
        try await test.database.tenant(tenant) { _ = try await $0.query("SELECT id FROM notes") }
        let rows = try await test.database.cell {
            try await $0.query("SELECT current_user::text, current_setting('search_path')")
        }
        let (user, path) = try #require(rows.first).decode(String.self, String.self)
        #expect(user == "zvonar_cell")
        #expect(path == "ext")
    }

    @Test func `a thrown error takes everything back, the closing part included`() async throws {
        struct Changed: Error {}
        let (test, tenant) = try await tenantWithNotes()
        await #expect(throws: Changed.self) {
            try await test.database.tenant(tenant) { tx in
                try await tx.execute("INSERT INTO notes VALUES (1, 'a')")
                tx.atClosing("INSERT INTO cell.live VALUES (\(tenant), 'x', 1)")
                throw Changed()
            }
        }
        #expect(try await count("SELECT count(*) FROM notes", of: tenant, in: test) == 0)
        #expect(try await cellCount("SELECT count(*) FROM cell.live", in: test) == 0)
    }

    @Test func `the closing part is written with the cell's rights in the same transaction`() async throws {
        let (test, tenant) = try await tenantWithNotes()
        try await test.database.tenant(tenant) { tx in
            try await tx.execute("INSERT INTO notes VALUES (1, 'a')")
            tx.atClosing("INSERT INTO cell.live VALUES (\(tenant), 'x', 1)")
        }
        #expect(try await cellCount("SELECT count(*) FROM cell.live", in: test) == 1)
    }

    @Test func `a closing statement that misses its row takes everything back`() async throws {
        let (test, tenant) = try await tenantWithNotes()
        await #expect(throws: DatabaseFault.self) {
            try await test.database.tenant(tenant) { tx in
                try await tx.execute("INSERT INTO notes VALUES (1, 'a')")
                tx.atClosing("UPDATE cell.live SET number = 2 WHERE tenant_id = \(tenant)", mustAffect: 1)
            }
        }
        #expect(try await count("SELECT count(*) FROM notes", of: tenant, in: test) == 0)
    }

    @Test func `a failed statement that was swallowed is not taken for a commit`() async throws {
        let (test, tenant) = try await tenantWithNotes()
        await #expect(throws: DatabaseFault.self) {
            try await test.database.tenant(tenant) { tx in
                try await tx.execute("INSERT INTO notes VALUES (1, 'a')")
                do { _ = try await tx.query("SELECT 1 / 0") } catch { #expect(error is DatabaseFault) }
            }
        }
        #expect(try await count("SELECT count(*) FROM notes", of: tenant, in: test) == 0)
    }

    @Test func `a fault told the values of the row that was refused`() async throws {
        let (test, tenant) = try await tenantWithNotes()
        try await test.database.tenant(tenant) { tx in
            try await tx.execute("CREATE UNIQUE INDEX notes_text_once ON notes (text)")
            try await tx.execute("INSERT INTO notes VALUES (1, '+77010000001')")
        }
        let fault = await #expect(throws: DatabaseFault.self) {
            try await test.database.tenant(tenant) {
                try await $0.execute("INSERT INTO notes VALUES (2, '+77010000001')")
            }
        }
        #expect(fault?.isUniqueViolation(of: "notes_text_once") == true)
        #expect(fault?.debugDescription.contains("7701") == false)
        #expect(String(reflecting: fault).contains("7701") == false)
    }

    @Test func `a hundred transactions of ten tenants stay apart`() async throws {
        let test = try await TestDatabase.make()
        var tenants: [TenantID] = []
        for _ in 0..<10 { tenants.append(try await test.tenant()) }
        for tenant in tenants {
            try await test.database.tenant(tenant) { try await $0.execute("CREATE TABLE notes (id bigint, text text)") }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for round in 0..<100 {
                let tenant = tenants[round % 10]
                group.addTask {
                    try await test.database.tenant(tenant) { tx in
                        _ = try await tx.execute("INSERT INTO notes VALUES (\(tenant.rawValue), \(String(round)))")
                    }
                }
            }
            try await group.waitForAll()
        }
        for tenant in tenants {
            let mine: SQL = "SELECT count(*) FROM notes WHERE id = \(tenant.rawValue)"
            #expect(try await count(mine, of: tenant, in: test) == 10)
            #expect(try await count("SELECT count(*) FROM notes", of: tenant, in: test) == 10)
        }
    }

    private func tenantWithNotes() async throws -> (TestDatabase, TenantID) {
        let test = try await TestDatabase.make()
        let tenant = try await test.tenant()
        try await test.database.tenant(tenant) { try await $0.execute("CREATE TABLE notes (id bigint, text text)") }
        return (test, tenant)
    }

    private func count(_ sql: SQL, of tenant: TenantID, in test: TestDatabase) async throws -> Int {
        let rows = try await test.database.tenant(tenant) { try await $0.query(sql) }
        return try #require(rows.first).decode(Int.self)
    }

    private func cellCount(_ sql: SQL, in test: TestDatabase) async throws -> Int {
        let rows = try await test.database.cell { try await $0.query(sql) }
        return try #require(rows.first).decode(Int.self)
    }
}

extension DatabaseFault {
    var sqlState: String? {
        if case .server(let error) = self { error.sqlState } else { nil }
    }
}
