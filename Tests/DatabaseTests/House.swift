import Kernel
import Support
import Testing

@testable import Database

/// Two tenants who can run SQL of their own, on one connection, so that what is left over on it is met by who comes next.
struct House: Sendable {
    let test: TestDatabase
    let database: Database
    let mine: TenantID
    let neighbour: TenantID

    static func make() async throws -> House {
        let test = try await TestDatabase.make()
        // The rights on a database are not cloned with it.
        try await test.migrator.migrate()
        var configuration = test.configuration
        configuration.poolSize = 1
        let house = House(
            test: test,
            database: Database(
                configuration: configuration,
                reactor: TestDatabase.reactor,
                logger: TestDatabase.logger
            ),
            mine: try await test.tenant(),
            neighbour: try await test.tenant()
        )
        for tenant in [house.mine, house.neighbour] { try await house.furnish(tenant) }
        return house
    }

    /// A table with one row, a function that reads it, and one that runs any text, which nobody sees the statement of.
    private func furnish(_ tenant: TenantID) async throws {
        try await database.tenant(tenant) { tx in
            try await tx.execute("CREATE TABLE notes (owner bigint)")
            try await tx.execute("INSERT INTO notes VALUES (\(tenant.rawValue))")
            try await tx.execute(
                "CREATE FUNCTION secret() RETURNS bigint LANGUAGE sql AS 'SELECT owner FROM notes'"
            )
            try await tx.execute(
                "CREATE FUNCTION run(line text) RETURNS void LANGUAGE plpgsql AS 'BEGIN EXECUTE line; END'"
            )
        }
    }

    /// Whose row a tenant reads.
    func owner(_ tenant: TenantID) async throws -> Int64 {
        let rows = try await database.read(tenant) { try await $0.query("SELECT owner FROM notes") }
        #expect(rows.count == 1)
        return try #require(rows.first).decode(Int64.self)
    }
}

/// Who a transaction is and where it looks.
func identity(_ transaction: some Transaction) async throws -> [String] {
    let rows = try await transaction.query("SELECT current_user::text, current_setting('search_path')")
    let (user, path) = try #require(rows.first).decode(String.self, String.self)
    return [user, path]
}
