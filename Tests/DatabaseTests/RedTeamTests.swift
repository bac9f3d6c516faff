import Foundation
import Kernel
import Support
import Testing

@testable import Database

/// What somebody tries who can run SQL of their own; `@testable` gives a way that the product has not.
struct RedTeamTests {
    private struct House: Sendable {
        let test: TestDatabase
        /// One connection, so that everything left over on it is met by who comes next.
        let database: Database
        let mine: TenantID
        let neighbour: TenantID
    }

    private func house() async throws -> House {
        let test = try await TestDatabase.make()
        // The rights on a database are not cloned with it.
        try await test.migrator.migrate()
        var configuration = test.configuration
        configuration.poolSize = 1
        let database = Database(
            configuration: configuration,
            reactor: TestDatabase.reactor,
            logger: TestDatabase.logger
        )
        let house = House(
            test: test,
            database: database,
            mine: try await test.tenant(),
            neighbour: try await test.tenant()
        )
        for tenant in [house.mine, house.neighbour] {
            try await database.tenant(tenant) { tx in
                try await tx.execute("CREATE TABLE notes (owner bigint)")
                try await tx.execute("INSERT INTO notes VALUES (\(tenant.rawValue))")
                try await tx.execute(
                    "CREATE FUNCTION secret() RETURNS bigint LANGUAGE sql AS 'SELECT owner FROM notes'"
                )
            }
        }
        return house
    }

    @Test func `statements without a tenant reach no tenant's table, named or not`() async throws {
        let house = try await house()
        let attempts: [SQL] = [
            "SELECT owner FROM notes", "SELECT owner FROM \(schemaOf: house.mine).notes",
            "SELECT \(schemaOf: house.mine).secret()", "INSERT INTO \(schemaOf: house.mine).notes VALUES (0)",
            "DROP SCHEMA \(schemaOf: house.mine) CASCADE", "CREATE TABLE \(schemaOf: house.mine).trap (id bigint)",
            "CREATE TABLE ext.trap (id bigint)", "CREATE TABLE public.trap (id bigint)",
        ]
        for attempt in attempts {
            let cell = await #expect(throws: DatabaseFault.self) {
                try await house.database.cell { _ = try await $0.query(attempt) }
            }
            #expect(["42P01", "42501"].contains(cell?.sqlState), "\(attempt)")
            let platform = await #expect(throws: DatabaseFault.self) {
                try await house.database.platform { _ = try await $0.query(attempt) }
            }
            #expect(["42P01", "42501"].contains(platform?.sqlState), "\(attempt)")
        }
        // The platform's login may not become a tenant at all.
        let entering = await #expect(throws: DatabaseFault.self) {
            try await house.database.platform {
                _ = try await $0.query("SELECT set_config('role', \(house.mine.schema), true)")
            }
        }
        #expect(entering?.sqlState == "42501")
    }

    @Test func `a tenant reaches nothing of a neighbour by name, path, function or copy`() async throws {
        let house = try await house()
        let attempts: [SQL] = [
            "SELECT owner FROM \(schemaOf: house.neighbour).notes", "SELECT \(schemaOf: house.neighbour).secret()",
            "UPDATE \(schemaOf: house.neighbour).notes SET owner = 0", "TRUNCATE \(schemaOf: house.neighbour).notes",
            "COPY \(schemaOf: house.neighbour).notes TO STDOUT", "LOCK \(schemaOf: house.neighbour).notes",
            "CREATE TABLE mine AS SELECT * FROM \(schemaOf: house.neighbour).notes",
            "CREATE TABLE heir () INHERITS (\(schemaOf: house.neighbour).notes)",
            "GRANT SELECT ON \(schemaOf: house.neighbour).notes TO PUBLIC",
            "CREATE TEMP TABLE trap (id bigint)", "SELECT lo_create(0)", "SELECT pg_read_file('/etc/passwd')",
            "COPY notes TO PROGRAM 'cat'", "CREATE EXTENSION pg_trgm", "CREATE SCHEMA trap",
            "CREATE FUNCTION ext.must_change(bigint, bigint) RETURNS void LANGUAGE sql AS 'SELECT'",
            "SELECT FROM cell.jobs", "SELECT FROM platform.accounts", "SELECT FROM pg_authid",
            "DELETE FROM cell.jobs",
        ]
        for attempt in attempts {
            let fault = await #expect(throws: DatabaseFault.self, "\(attempt)") {
                try await house.database.tenant(house.mine) { _ = try await $0.query(attempt) }
            }
            #expect(fault?.sqlState == "42501", "\(attempt)")
        }
        let path = await #expect(throws: DatabaseFault.self) {
            try await house.database.tenant(house.mine) { tx in
                try await tx.execute("SELECT set_config('search_path', \(house.neighbour.schema), true)")
                _ = try await tx.query("SELECT owner FROM notes")
            }
        }
        #expect(["42P01", "42501"].contains(path?.sqlState))
        #expect(try await owner(house.neighbour, house) == house.neighbour.rawValue)
    }

    @Test func `what a tenant leaves on its connection is nothing to who comes next`() async throws {
        let house = try await house()
        try await house.database.tenant(house.mine) { tx in
            _ = try await tx.query("PREPARE trap AS SELECT owner, current_user::text FROM notes")
            _ = try await tx.query("SELECT set_config('search_path', \(house.mine.schema), false)")
            _ = try await tx.query("DECLARE held CURSOR WITH HOLD FOR SELECT owner FROM notes")
        }
        // The prepared statement is planned anew for whoever executes it.
        let rows = try await house.database.tenant(house.neighbour) { try await $0.query("EXECUTE trap") }
        let (owner, user) = try #require(rows.first).decode(Int64.self, String.self)
        #expect(owner == house.neighbour.rawValue)
        #expect(user == house.neighbour.schema)
        let alone = await #expect(throws: DatabaseFault.self) {
            try await house.database.cell { _ = try await $0.query("EXECUTE trap") }
        }
        #expect(["42P01", "42501"].contains(alone?.sqlState))
        // The same text of the program, prepared once by us, gives each its own.
        for tenant in [house.mine, house.neighbour, house.mine] {
            #expect(try await self.owner(tenant, house) == tenant.rawValue)
        }
    }

    @Test func `a tenant dropped in the middle ends its transaction plainly and no other`() async throws {
        let house = try await house()
        let fault = await #expect(throws: DatabaseFault.self) {
            try await house.test.database.tenant(house.mine) { tx in
                _ = try await tx.query("SELECT 1")
                try await house.test.migrator.drop(house.mine)
                _ = try await tx.query("SELECT owner FROM notes")
            }
        }
        #expect(["42P01", "42501", "22023"].contains(fault?.sqlState))
        await #expect(throws: DatabaseFault.self) { try await owner(house.mine, house) }
        #expect(try await owner(house.neighbour, house) == house.neighbour.rawValue)
    }

    /// Named here so that nobody believes them closed: see `Database`.
    @Test func `what PostgreSQL does not refuse is what is written down`() async throws {
        let house = try await house()
        try await house.database.tenant(house.mine) { tx in
            // A change of role looks at the login, which may become every tenant of the cell.
            _ = try await tx.query("SELECT set_config('role', \(house.neighbour.schema), true)")
            let rows = try await tx.query("SELECT owner FROM \(schemaOf: house.neighbour).notes")
            #expect(try #require(rows.first).decode(Int64.self) == house.neighbour.rawValue)
        }
        try await house.database.tenant(house.mine) { tx in
            // Names in the catalogue are there for all to read.
            let rows = try await tx.query(
                "SELECT nspname::text FROM pg_namespace WHERE nspname = \(house.neighbour.schema)"
            )
            #expect(rows.count == 1)
            // Channels belong to nobody.
            try await tx.execute("NOTIFY zvonar_jobs_quick")
        }
    }

    /// The only ways to text of one's own are in this module, and the product's SQL does not name a role or a path.
    @Test func `the product has no way to the holes that PostgreSQL leaves`() throws {
        for folder in ["Sources", "Bot", "Web"] {
            let files = try swiftFiles(in: TestDatabase.root.appending(path: folder))
            for file in files where !file.path.contains("/Sources/Database/") {
                let text = try String(contentsOf: file, encoding: .utf8)
                for word in [
                    "unsafeRaw:", "schemaOf:", ".bare(", "import CPostgres", "SET ROLE", "SET LOCAL", "search_path",
                    "'role'", "SET SESSION", "LISTEN ", "NOTIFY ", "pg_notify", "PREPARE ", "dblink",
                ] where text.contains(word) {
                    Issue.record("\(file.lastPathComponent) holds \(word)")
                }
            }
        }
        // Who is told something is told one of these words and nothing else.
        #expect(WakeUpChannel.allCases.allSatisfy { $0.rawValue.wholeMatch(of: /zvonar_[a-z_]+/) != nil })
    }

    @Test func `a fault tells nobody a value or a name of a tenant's data`() async throws {
        let house = try await house()
        let fault = await #expect(throws: DatabaseFault.self) {
            try await house.database.tenant(house.mine) { tx in
                try await tx.execute(
                    "CREATE TABLE people (phone text CONSTRAINT people_phone_short CHECK (length(phone) < 5))"
                )
                try await tx.execute("INSERT INTO people VALUES (\("+77015551234"))")
            }
        }
        for line in ["\(try #require(fault))", try #require(fault).debugDescription] {
            #expect(!line.contains("7701"))
            #expect(line.contains("23514"))
        }
    }

    private func owner(_ tenant: TenantID, _ house: House) async throws -> Int64 {
        let rows = try await house.database.read(tenant) { try await $0.query("SELECT owner FROM notes") }
        #expect(rows.count == 1)
        return try #require(rows.first).decode(Int64.self)
    }

    private func swiftFiles(in folder: URL) throws -> [URL] {
        let all = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        let files = (all?.allObjects ?? []).compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }
        try #require(files.count > 5)
        return files
    }
}
