import Kernel
import Support
import Testing

@testable import Database

/// Attempts on the transaction and the session themselves: to end them, to change them, to leave something behind.
struct SessionRedTeamTests {
    /// Statements that the server would do, and whose outcome tells of them.
    private static func strange(_ house: House) -> [SQL] {
        [
            "COMMIT", "ROLLBACK", "END", "ABORT", "; commit", "/* BEGIN */ COMMIT AND CHAIN", "BEGIN",
            "START TRANSACTION", "SAVEPOINT a", "SET ROLE NONE", "SET LOCAL ROLE NONE", "RESET ROLE", "RESET ALL",
            "SET ROLE \(schemaOf: house.neighbour)", "SET LOCAL ROLE \(schemaOf: house.neighbour)",
            "SET SESSION AUTHORIZATION DEFAULT", "SET SESSION AUTHORIZATION zvonar_cell",
            "SET search_path = \(schemaOf: house.neighbour)", "SET statement_timeout = 0",
            "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY", "PREPARE trap AS SELECT 1", "DEALLOCATE ALL",
            "LISTEN zvonar_live", "UNLISTEN *", "DISCARD PLANS", "DO 'BEGIN SET LOCAL ROLE NONE; END'",
        ]
    }

    @Test func `COMMIT in a body went on as the cell's login`() async throws {
        let house = try await House.make()
        for attempt in Self.strange(house) {
            let before = try await backend(house)
            await expectMisuse("\(attempt)") {
                try await house.database.tenant(house.mine) { tx in
                    try await tx.execute("UPDATE notes SET owner = owner")
                    _ = try await tx.query(attempt)
                    Issue.record("\(attempt) was let through")
                }
            }
            // What it did to its session is gone with it.
            #expect(try await backend(house) != before, "\(attempt)")
            // Nor does one who does not look at the error go on.
            await #expect(throws: DatabaseFault.self, "\(attempt)") {
                try await house.database.tenant(house.mine) { tx in
                    do { _ = try await tx.query(attempt) } catch { #expect(error is DatabaseFault) }
                    let found = try await tx.query("SELECT FROM cell.jobs")
                    Issue.record("\(attempt): \(found.count)")
                }
            }
            #expect(try await house.owner(house.mine) == house.mine.rawValue, "\(attempt)")
        }
    }

    @Test func `nothing is answered to a batch, a reading or a closing part with COMMIT in it`() async throws {
        let house = try await House.make()
        let user: SQL = "SELECT current_user::text"
        await expectMisuse("a batch") {
            _ = try await house.database.tenant(house.mine) { try await $0.query(together: [user, "COMMIT", user]) }
        }
        await expectMisuse("a reading") {
            _ = try await house.database.read(house.mine) { try await $0.query(together: ["COMMIT", user]) }
        }
        await expectMisuse("the platform") { _ = try await house.database.platform { try await $0.query("COMMIT") } }
        await expectMisuse("the closing part") {
            try await house.database.tenant(house.mine) { tx in
                try await tx.execute("UPDATE notes SET owner = owner")
                tx.atClosing("COMMIT")
            }
        }
        // A COPY is sent as a script, in which a second statement could follow.
        await expectMisuse("a copy in") {
            try await house.database.tenant(house.mine) { tx in
                try await tx.copy(into: "notes FROM STDIN; COMMIT; COPY notes") { try await $0.row(Int64(7)) }
                return
            }
        }
        await expectMisuse("a copy out") {
            try await house.database.tenant(house.mine) { tx in
                try await tx.copy(from: "SELECT 1) TO STDOUT; COMMIT; COPY (SELECT 1", as: .text) { _ in }
                return
            }
        }
        #expect(try await house.owner(house.mine) == house.mine.rawValue)
    }

    @Test(arguments: ["zvonar_owner", "zvonar_platform", "postgres"])
    func `nobody becomes a login that is not theirs`(role: String) async throws {
        let house = try await House.make()
        let attempts: [SQL] = [
            "SET ROLE \(unsafeRaw: role)", "SET LOCAL ROLE \(unsafeRaw: role)",
            "SET SESSION AUTHORIZATION \(unsafeRaw: role)", "SELECT set_config('role', \(role), true)",
            "SELECT set_config('role', \(role), false)", "SELECT set_config('session_authorization', \(role), true)",
            "SELECT run(\("SET ROLE \(role)"))", "SELECT run(\("SET SESSION AUTHORIZATION \(role)"))",
            "DO \(unsafeRaw: "'BEGIN SET ROLE \(role); END'")",
            "ALTER FUNCTION secret() OWNER TO \(unsafeRaw: role)",
        ]
        for attempt in attempts {
            let tenant = await #expect(throws: DatabaseFault.self) {
                try await house.database.tenant(house.mine) { _ = try await $0.query(attempt) }
            }
            #expect(tenant?.sqlState == "42501", "\(attempt)")
        }
        for attempt in attempts.prefix(6) {
            let cell = await #expect(throws: DatabaseFault.self) {
                try await house.database.cell { _ = try await $0.query(attempt) }
            }
            #expect(cell?.sqlState == "42501", "\(attempt)")
            guard role != "zvonar_platform" else { continue }
            let platform = await #expect(throws: DatabaseFault.self) {
                try await house.database.platform { _ = try await $0.query(attempt) }
            }
            #expect(platform?.sqlState == "42501", "\(attempt)")
        }
    }

    @Test func `a role and a path left in a session made the next transaction of the cell a tenant`() async throws {
        let house = try await House.make()
        let database = house.database
        for leave in [leaveRole, leaveByFunction] {
            let before = try await backend(house)
            try await leave(house)
            #expect(try await database.cell { try await identity($0) } == ["zvonar_cell", "ext"])
            try await leave(house)
            #expect(try await database.cell(.usesIndexes) { try await identity($0) } == ["zvonar_cell", "ext"])
            try await leave(house)
            #expect(try await database.readCell { try await identity($0) } == ["zvonar_cell", "ext"])
            try await leave(house)
            #expect(try await database.read(house.neighbour) { try await identity($0) } == name(house.neighbour))
            try await leave(house)
            #expect(try await database.tenant(house.neighbour) { try await identity($0) } == name(house.neighbour))
            try await leave(house)
            // The closing part alone, which begins the transaction itself.
            try await database.cell { $0.atClosing("SELECT 1 / (current_user = 'zvonar_cell')::int") }
            try await database.tenant(house.neighbour) { tx in
                tx.atClosing("SELECT 1 / (current_user = 'zvonar_cell')::int")
                _ = try await tx.query("SELECT 1")
            }
            #expect(try await database.platform { try await identity($0) } == ["zvonar_platform", "ext"])
            // It was one connection all the time.
            #expect(try await backend(house) == before)
        }
    }

    private func leaveRole(_ house: House) async throws {
        try await house.database.tenant(house.mine) { tx in
            _ = try await tx.query("SELECT set_config('role', \(house.mine.schema), false)")
            _ = try await tx.query("SELECT set_config('search_path', \(house.mine.schema), false)")
        }
    }

    private func leaveByFunction(_ house: House) async throws {
        try await house.database.tenant(house.mine) { tx in
            _ = try await tx.query("SELECT run(\("SET ROLE \(house.mine.schema)"))")
            _ = try await tx.query("SELECT run(\("SET search_path = \(house.mine.schema)"))")
            _ = try await tx.query("SELECT run('LISTEN zvonar_live'), pg_advisory_lock(77)")
        }
    }

    @Test func `what somebody notifies to a channel that was left open reaches nobody`() async throws {
        let house = try await House.make()
        try await leaveByFunction(house)
        try await house.test.database.tenant(house.neighbour) { tx in
            _ = try await tx.query("SELECT pg_notify('zvonar_live', 't_' || n) FROM generate_series(1, 100) AS n")
        }
        for _ in 0..<3 { #expect(try await house.owner(house.neighbour) == house.neighbour.rawValue) }
    }

    private func name(_ tenant: TenantID) -> [String] { [tenant.schema, "\(tenant.schema), ext"] }

    private func backend(_ house: House) async throws -> Int {
        let rows = try await house.database.readCell { try await $0.query("SELECT pg_backend_pid()") }
        return try #require(rows.first).decode(Int.self)
    }

    private func expectMisuse(_ what: String, _ body: () async throws -> Void) async {
        let fault = await #expect(throws: DatabaseFault.self, "\(what)") { try await body() }
        guard case .misuse? = fault else {
            Issue.record("\(what): \(String(describing: fault))")
            return
        }
    }
}
