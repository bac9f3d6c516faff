public import Kernel
import Logging

/// Brings platform, cell and every tenant to the newest form, as the owner.
///
/// One runs at a time (an advisory lock). Each file is applied with its record in one transaction, so a run that was cut
/// goes on where it stopped.
public struct Migrator: Sendable {
    /// The cell whose schemas are made.
    let database: Database
    private let folder: MigrationFolder

    public init(database: Database, folder: MigrationFolder) {
        self.database = database
        self.folder = folder
    }

    /// Applies what is missing in this cell and gives the number of files applied, over all its tenants.
    @discardableResult
    public func migrate() async throws -> Int {
        try await asOwner { connection in
            try await runShared(try await foundation(connection), on: connection)
            try await claimNumber(on: connection)
            var count = database.number == 1 ? try await apply(.platform, on: connection) : 0
            count += try await apply(.cell, on: connection)
            for (tenant, applied) in try await tenants(on: connection) {
                // What a crash takes back of many small commits, it takes back with its record: the next run repeats it.
                count += try await applyTenant(tenant, applied, waitsForDisk: false, on: connection)
            }
            return count
        }
    }

    /// Makes role, schema and tables of a tenant in one batch; done twice it changes nothing.
    public func provision(_ tenant: TenantID) async throws {
        try await Migrator(database: database.home(of: tenant), folder: folder).provisionHere(tenant)
    }

    private func provisionHere(_ tenant: TenantID) async throws {
        try await asOwner { connection in
            try await runShared(provisioning(tenant), on: connection)
            let applied = try await tenants("WHERE tenants.tenant_id = \(tenant)", on: connection).first?.applied ?? []
            _ = try await applyTenant(tenant, applied, waitsForDisk: true, on: connection)
        }
    }

    /// Removes everything of a tenant from the cell: schema, role, jobs, messages.
    ///
    /// There is no way back.
    public func drop(_ tenant: TenantID) async throws {
        try await Migrator(database: database.home(of: tenant), folder: folder).dropHere(tenant)
    }

    private func dropHere(_ tenant: TenantID) async throws {
        let schema = tenant.schema
        try await asOwner { connection in
            try await runShared(
                """
                BEGIN;
                DELETE FROM cell.jobs WHERE tenant_id = \(tenant);
                DELETE FROM cell.schedule WHERE tenant_id = \(tenant);
                DELETE FROM cell.outbox WHERE tenant_id = \(tenant);
                DELETE FROM cell.live WHERE tenant_id = \(tenant);
                DELETE FROM cell.tenant_migrations WHERE tenant_id = \(tenant);
                DELETE FROM cell.tenants WHERE tenant_id = \(tenant);
                DROP SCHEMA IF EXISTS \(schema) CASCADE;
                DROP ROLE IF EXISTS \(schema);
                COMMIT;
                """,
                on: connection
            )
        }
    }

    private func asOwner<Value: Sendable>(_ body: (Connection) async throws -> Value) async throws -> Value {
        let connection = try await database.connecting.open(.owner, isDirect: true, timeout: .seconds(3600))
        defer { connection.close() }
        // The number is arbitrary, but the same in every version of the program.
        _ = try await connection.exchange([Statement("SELECT pg_advisory_lock(7264901)")])
        return try await body(connection)
    }

    /// Runs a script that writes what all databases of the server share, which an advisory lock does not guard.
    ///
    /// Two of them at once fail with "tuple concurrently updated"; the script must be harmless to repeat.
    private func runShared(_ script: String, on connection: Connection) async throws {
        for _ in 1..<20 {
            do {
                return try await connection.script(script)
            } catch DatabaseFault.server(let error) where ["XX000", "40001", "40P01", "23505"].contains(error.sqlState)
            {
                try await connection.script("ROLLBACK")
                try await Task.sleep(for: .milliseconds(.random(in: 10...100)))
            }
        }
        try await connection.script(script)
    }

    /// Writes into a new database which cell it is; one that is another cell already is left as it is.
    private func claimNumber(on connection: Connection) async throws {
        let outcomes = try await connection.exchange([
            Statement(
                """
                INSERT INTO cell.place (number) SELECT \(database.number) WHERE NOT EXISTS (SELECT FROM cell.place)
                """
            ), Statement("SELECT number::bigint FROM cell.place"),
        ])
        guard let row = outcomes.last?.rows.first else { throw DatabaseFault.unreadable("the number of a cell") }
        try CellNumberFault.check(try row.decode(Int.self), expected: database.number)
    }

    private func apply(_ area: MigrationArea, on connection: Connection) async throws -> Int {
        let table: SQL = area == .platform ? "platform.migrations" : "cell.migrations"
        let rows = try await connection.exchange([Statement("SELECT name, checksum FROM \(table)")]).flatMap(\.rows)
        let applied = try rows.map { try $0.decode(String.self, String.self) }
        let missing = try missing(area, applied)
        for migration in missing {
            try await run(migration, on: connection) {
                """
                BEGIN;
                SET LOCAL search_path = \(area.rawValue), ext;
                \(migration.text)
                INSERT INTO \(area.rawValue).migrations (name, checksum) VALUES ('\(migration.name)', '\(migration.checksum)');
                COMMIT;
                """
            }
        }
        return missing.count
    }

    /// All tenants in order with what was applied to each, in one round trip.
    private func tenants(
        _ condition: SQL = "",
        on connection: Connection
    ) async throws -> [(tenant: TenantID, applied: [(String, String)])] {
        let question: SQL = """
            SELECT tenants.tenant_id,
                   coalesce(array_agg(name) FILTER (WHERE name IS NOT NULL), '{}'),
                   coalesce(array_agg(checksum) FILTER (WHERE name IS NOT NULL), '{}')
            FROM cell.tenants
            LEFT JOIN cell.tenant_migrations USING (tenant_id)
            \(condition)
            GROUP BY tenants.tenant_id
            ORDER BY tenants.tenant_id
            """
        return try await connection.exchange([Statement(question)]).flatMap(\.rows).map { row in
            let (tenant, names, checksums) = try row.decode(TenantID.self, [String].self, [String].self)
            return (tenant, Array(zip(names, checksums)))
        }
    }

    private func applyTenant(
        _ tenant: TenantID,
        _ applied: [(String, String)],
        waitsForDisk: Bool,
        on connection: Connection
    ) async throws -> Int {
        let missing = try missing(.tenant, applied)
        guard !missing.isEmpty else { return 0 }
        // All files in one batch: a new tenant with its tables costs one round trip.
        let records = missing.map { "(\(tenant), '\($0.name)', '\($0.checksum)')" }
        try await run(missing[0], on: connection) {
            """
            BEGIN;
            SET LOCAL synchronous_commit = \(waitsForDisk ? "on" : "off");
            SET LOCAL ROLE \(tenant.schema);
            SET LOCAL search_path = \(tenant.schema), ext;
            \(missing.map(\.text).joined(separator: "\n"))
            SET LOCAL ROLE NONE;
            INSERT INTO cell.tenant_migrations (tenant_id, name, checksum) VALUES \(records.joined(separator: ", "));
            COMMIT;
            """
        }
        return missing.count
    }

    private func run(_ migration: Migration, on connection: Connection, _ script: () -> String) async throws {
        do {
            try await connection.script(script())
        } catch DatabaseFault.server(let error) {
            try await connection.script("ROLLBACK")
            throw MigrationFault.failed(migration.name, error)
        }
        database.logger.info("migrated", metadata: ["migration": "\(migration.name)"])
    }

    private func missing(_ area: MigrationArea, _ applied: [(String, String)]) throws -> [Migration] {
        let known = folder.migrations(for: area)
        for (name, checksum) in applied {
            guard let file = known.first(where: { $0.name == name }) else { throw MigrationFault.unknown(name) }
            guard file.checksum == checksum else { throw MigrationFault.changed(name) }
        }
        let names = Set(applied.map(\.0))
        return known.filter { !names.contains($0.name) }
    }
}
