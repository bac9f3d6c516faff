import Database
import Foundation
import Kernel
import Support
import Testing

struct MigratorTests {
    @Test func `running again applies nothing`() async throws {
        let test = try await TestDatabase.make()
        _ = try await test.tenant()
        #expect(try await test.migrator.migrate() == 0)
    }

    @Test func `making a tenant twice changes nothing`() async throws {
        let test = try await TestDatabase.make()
        let tenant = try await test.tenant()
        try await test.database.tenant(tenant) { try await $0.execute("CREATE TABLE notes (id bigint)") }
        try await test.migrator.provision(tenant)
        #expect(try await test.database.tenant(tenant) { try await $0.query("SELECT FROM notes") }.isEmpty)
    }

    @Test func `a new file reaches every tenant, and a run that was cut goes on`() async throws {
        let test = try await TestDatabase.make()
        let tenants = [try await test.tenant(), try await test.tenant(), try await test.tenant()]
        let folder = try copyOfMigrations()
        defer { remove(folder) }
        try Data("CREATE TABLE notes (id bigint);".utf8).write(
            to: folder.appending(path: "tenant/9001_create_notes.sql")
        )
        // The second tenant has such a table already, so its migration fails there.
        try await test.database.tenant(tenants[1]) { try await $0.execute("CREATE TABLE notes (id text)") }
        let migrator = Migrator(database: test.database, folder: try MigrationFolder(folder))
        await #expect(throws: MigrationFault.self) { try await migrator.migrate() }
        try await test.database.tenant(tenants[1]) { try await $0.execute("DROP TABLE notes") }
        #expect(try await migrator.migrate() == 2)
        for tenant in tenants {
            _ = try await test.database.tenant(tenant) { try await $0.query("SELECT id FROM notes") }
        }
    }

    @Test func `an applied file may not change`() async throws {
        let test = try await TestDatabase.make()
        let folder = try copyOfMigrations()
        defer { remove(folder) }
        let file = folder.appending(path: "platform/0001_create_bots.sql")
        try Data("-- changed\n".utf8 + Data(contentsOf: file)).write(to: file)
        let migrator = Migrator(database: test.database, folder: try MigrationFolder(folder))
        let fault = await #expect(throws: MigrationFault.self) { try await migrator.migrate() }
        #expect(fault?.description.contains("0001_create_bots") == true)
    }

    @Test func `an older program does not touch a newer database`() async throws {
        let test = try await TestDatabase.make()
        let folder = try copyOfMigrations()
        defer { remove(folder) }
        try FileManager.default.removeItem(at: folder.appending(path: "platform/0002_create_inbox.sql"))
        let migrator = Migrator(database: test.database, folder: try MigrationFolder(folder))
        await #expect(throws: MigrationFault.self) { try await migrator.migrate() }
    }

    @Test func `a file that is not named as migrations are is refused`() throws {
        let folder = try copyOfMigrations()
        defer { remove(folder) }
        try Data().write(to: folder.appending(path: "cell/fix.sql"))
        #expect(throws: MigrationFault.self) { try MigrationFolder(folder) }
    }

    @Test func `a dropped tenant leaves nothing, and its neighbour everything`() async throws {
        let test = try await TestDatabase.make()
        let (gone, stays) = (try await test.tenant(), try await test.tenant())
        try await test.migrator.drop(gone)
        await #expect(throws: DatabaseFault.self) {
            try await test.database.tenant(gone) { try await $0.query("SELECT 1") }
        }
        #expect(try await test.database.tenant(stays) { try await $0.query("SELECT 1") }.count == 1)
    }

    @Test func `the server could rewrite the record of migrations and tenants`() async throws {
        let test = try await TestDatabase.make()
        let statements: [(change: SQL, look: SQL)] = [
            ("DELETE FROM cell.migrations", "SELECT name FROM cell.migrations"),
            ("UPDATE cell.tenants SET created_at = now()", "SELECT tenant_id FROM cell.tenants"),
            ("INSERT INTO cell.tenant_migrations VALUES (1, 'x', 'y')", "SELECT name FROM cell.tenant_migrations"),
        ]
        for (change, look) in statements {
            let fault = await #expect(throws: DatabaseFault.self) {
                try await test.database.cell { _ = try await $0.execute(change) }
            }
            #expect(fault?.sqlState == "42501")
            _ = try await test.database.cell { try await $0.query(look) }
        }
        let fault = await #expect(throws: DatabaseFault.self) {
            try await test.database.platform { _ = try await $0.execute("DELETE FROM platform.migrations") }
        }
        #expect(fault?.sqlState == "42501")
        #expect(
            try await !test.database.platform { try await $0.query("SELECT name FROM platform.migrations") }.isEmpty
        )
    }

    @Test func `two databases of one server could not be migrated at once`() async throws {
        let databases = [try await TestDatabase.make(), try await TestDatabase.make(), try await TestDatabase.make()]
        try await withThrowingTaskGroup(of: Void.self) { group in
            for test in databases {
                group.addTask {
                    for _ in 0..<15 { try await test.migrator.migrate() }
                }
            }
            try await group.waitForAll()
        }
    }

    private func copyOfMigrations() throws -> URL {
        let copy = FileManager.default.temporaryDirectory.appending(path: "migrations-\(UUID())")
        try FileManager.default.copyItem(at: TestDatabase.root.appending(path: "Migrations"), to: copy)
        return copy
    }

    private func remove(_ folder: URL) {
        do { try FileManager.default.removeItem(at: folder) } catch { Issue.record(error) }
    }
}
