import Foundation
import Kernel
import Support
import Testing

@testable import Database

/// What somebody tries who can run SQL of their own; `@testable` gives a way that the product has not.
struct RedTeamTests {
    @Test func `statements without a tenant reach no tenant's table, named or not`() async throws {
        let house = try await House.make()
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
        let house = try await House.make()
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
        #expect(try await house.owner(house.neighbour) == house.neighbour.rawValue)
    }

    @Test func `what a tenant leaves on its connection is nothing to who comes next`() async throws {
        let house = try await House.make()
        try await house.database.tenant(house.mine) { tx in
            // By a function: the statement itself is refused.
            _ = try await tx.query("SELECT run('PREPARE trap AS SELECT owner, current_user::text FROM notes')")
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
            #expect(try await house.owner(tenant) == tenant.rawValue)
        }
    }

    @Test func `a tenant dropped in the middle ends its transaction plainly and no other`() async throws {
        let house = try await House.make()
        let fault = await #expect(throws: DatabaseFault.self) {
            try await house.test.database.tenant(house.mine) { tx in
                _ = try await tx.query("SELECT 1")
                try await house.test.migrator.drop(house.mine)
                _ = try await tx.query("SELECT owner FROM notes")
            }
        }
        #expect(["42P01", "42501", "22023"].contains(fault?.sqlState))
        await #expect(throws: DatabaseFault.self) { try await house.owner(house.mine) }
        #expect(try await house.owner(house.neighbour) == house.neighbour.rawValue)
    }

    /// Named here so that nobody believes them closed: see `Database`.
    @Test func `what PostgreSQL does not refuse is what is written down`() async throws {
        let house = try await House.make()
        let (database, neighbour) = (house.database, house.neighbour)
        try await database.tenant(house.mine) { tx in
            // A change of role looks at the login, which may become every tenant of the cell.
            _ = try await tx.query("SELECT set_config('role', \(neighbour.schema), true)")
            let rows = try await tx.query("SELECT owner FROM \(schemaOf: neighbour).notes")
            #expect(try #require(rows.first).decode(Int64.self) == neighbour.rawValue)
            // And itself again.
            _ = try await tx.query("SELECT set_config('role', 'none', true)")
            #expect(try await tx.query("SELECT count(*) FROM cell.jobs").count == 1)
        }
        try await database.tenant(house.mine) { tx in
            // A function does what the statement may not; its outcome is that of a SELECT.
            _ = try await tx.query("SELECT run(\("SET LOCAL ROLE \(neighbour.schema)"))")
            #expect(try await identity(tx)[0] == neighbour.schema)
        }
        try await database.tenant(house.mine) { tx in
            // Names in the catalogue are there for all to read, and so are counts of rows.
            for question: SQL in [
                "SELECT FROM pg_namespace WHERE nspname = \(neighbour.schema)",
                """
                SELECT reltuples FROM pg_class
                WHERE relname = 'notes' AND relnamespace = \(neighbour.schema)::regnamespace
                """,
                """
                SELECT n_live_tup FROM pg_stat_all_tables
                WHERE schemaname = \(neighbour.schema) AND relname = 'notes'
                """,
            ] {
                #expect(try await tx.query(question).count == 1, "\(question)")
            }
            // Channels belong to nobody, and may carry any text.
            try await tx.execute("NOTIFY zvonar_jobs_quick, 'anything'")
            // A session's lock stays when the transaction ends.
            try await tx.execute("SELECT pg_advisory_lock(77), set_config('statement_timeout', '29s', false)")
        }
        try await house.test.database.tenant(neighbour) { tx in
            let rows = try await tx.query("SELECT pg_try_advisory_lock(77)")
            #expect(try #require(rows.first).decode(Bool.self) == false)
        }
        let setting: SQL = "SELECT current_setting('statement_timeout')"
        let rows = try await database.read(neighbour) { try await $0.query(setting) }
        #expect(try #require(rows.first).decode(String.self) == "29s")
        // The lock and the setting go with the connection.
        database.close()
        try await waitUntil("the lock is free") {
            try await house.test.database.tenant(neighbour) { tx in
                let rows = try await tx.query("SELECT pg_try_advisory_xact_lock(77)")
                return try #require(rows.first).decode(Bool.self)
            }
        }
    }

    /// The only ways to text of one's own are in this module, and the product's SQL does not name a role or a path.
    @Test func `the product has no way to the holes that PostgreSQL leaves`() throws {
        for folder in ["Sources", "Bot", "Web"] {
            let files = try swiftFiles(in: TestDatabase.root.appending(path: folder))
            for file in files where !file.path.contains("/Sources/Database/") {
                let text = try code(of: file)
                for word in [
                    "unsafeRaw:", "schemaOf:", ".bare(", "import CPostgres", "SET ROLE", "SET LOCAL", "search_path",
                    "'role'", "SET SESSION", "pg_notify", "dblink", "set_config", "pg_advisory_lock",
                    "pg_try_advisory_lock", "DO $",
                ] where text.contains(word) {
                    Issue.record("\(file.lastPathComponent) holds \(word)")
                }
                let verbs = text.matches(of: Self.verbsOfSessions).map { String($0.output) }
                #expect(verbs.isEmpty, "\(file.lastPathComponent)")
            }
        }
        // Who is told something is told one of these words and nothing else.
        #expect(WakeUpChannel.allCases.allSatisfy { $0.rawValue.wholeMatch(of: /zvonar_[a-z_]+/) != nil })
    }

    @Test func `a fault tells nobody a value or a name of a tenant's data`() async throws {
        let house = try await House.make()
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

    @Test(
        arguments: [
            ("22P02", "SELECT \("+77015551234 Анна")::bigint"), ("22P02", "SELECT \("{7701}x")::bigint[]"),
            ("22007", "SELECT \("7701-99-99 Анна")::date"), ("22003", "SELECT \("77015551234")::integer"),
            ("22023", "SELECT set_config('TimeZone', \("7701/Анна"), true)"),
        ] as [(String, SQL)]
    )
    func `PostgreSQL's message quoted the value that it could not read`(state: String, question: SQL) async throws {
        let house = try await House.make()
        let fault = await #expect(throws: DatabaseFault.self) {
            try await house.database.tenant(house.mine) { _ = try await $0.query(question) }
        }
        #expect(fault?.sqlState == state)
        guard case .server(let error)? = fault else { return }
        #expect(error.message.contains("7701"), "else this shows nothing")
        for line in ["\(DatabaseFault.server(error))", String(reflecting: DatabaseFault.server(error)), "\(error)"] {
            #expect(!line.contains("7701"))
            #expect(line.contains(state))
        }
    }

    @Test func `a name that is unknown is still told to who looks for the mistake`() async throws {
        let house = try await House.make()
        let fault = await #expect(throws: DatabaseFault.self) {
            try await house.database.tenant(house.mine) { _ = try await $0.query("SELECT nothing FROM notes") }
        }
        #expect(fault?.debugDescription == "42703 column \"nothing\" does not exist")
    }

    /// In capitals, as our SQL is written.
    private static var verbsOfSessions: Regex<Substring> {
        /\b(?:BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|RESET|DISCARD|PREPARE|DEALLOCATE|LISTEN|UNLISTEN|NOTIFY)\b/
    }

    /// A file without its comments.
    private func code(of file: URL) throws -> String {
        try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
            .filter { !$0.trimmingPrefix(while: \.isWhitespace).hasPrefix("//") }.joined(separator: "\n")
    }

    private func swiftFiles(in folder: URL) throws -> [URL] {
        let all = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        let files = (all?.allObjects ?? []).compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }
        try #require(files.count > 5)
        return files
    }
}
