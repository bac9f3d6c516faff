public import Database
public import Foundation
public import Kernel
public import Logging
public import Reactor
import Synchronization

/// A database of a test's own, cloned from a migrated template in a tenth of a second.
public struct TestDatabase: Sendable {
    public let name: String
    public let configuration: DatabaseConfiguration
    public let database: Database
    public let migrator: Migrator

    /// The one reactor of the test process.
    public static let reactor: Reactor = {
        do { return try Reactor() } catch { preconditionFailure("\(error)") }
    }()

    /// Logs nothing below a warning.
    public static let logger: Logger = {
        var logger = Logger(label: "test")
        logger.logLevel = .error
        return logger
    }()

    private static let nextDatabase = Mutex(0)
    /// Roles belong to the whole server, so no two databases of it use one number.
    private static let nextTenant = Mutex<Int64>(0)
    private static let template = Template()

    /// A new database, migrated and without tenants.
    public static func make() async throws -> TestDatabase {
        try await template.make()
        let number = nextDatabase.withLock { next in
            next += 1
            return next
        }
        let name = "test_\(number)"
        try await template.clone(as: name)
        return try TestDatabase(name: name)
    }

    /// Where a new and empty database is, prepared as an administrator does, for a cell that a test migrates itself.
    public static func bare() async throws -> DatabaseConfiguration {
        try await template.make()
        let number = nextDatabase.withLock { next in
            next += 1
            return next
        }
        let server = try TestPostgres.shared()
        let name = "bare_\(number)"
        try server.runAsSuperuser("CREATE DATABASE \(name) OWNER zvonar_owner")
        let bootstrap = root.appending(path: "deploy/postgresql/bootstrap.sql")
        try server.runAsSuperuser(try String(contentsOf: bootstrap, encoding: .utf8), in: name)
        return DatabaseConfiguration(
            host: server.folder.path,
            port: server.port,
            name: name,
            passwords: [.owner: "owner-test", .platform: "platform-test", .cell: "cell-test"]
        )
    }

    /// A new tenant in this database, with role, schema and all tables.
    ///
    /// `platform` does not know it.
    public func tenant() async throws -> TenantID {
        let tenant = Self.tenantNumber()
        try await migrator.provision(tenant)
        return tenant
    }

    /// A tenant's number that no other database of the test process has.
    public static func tenantNumber() -> TenantID {
        TenantID(
            nextTenant.withLock { next in
                next += 1
                return next
            }
        )
    }

    /// Runs SQL as superuser, such as what a tenant may not see.
    public func runAsSuperuser(_ sql: String) throws { try TestPostgres.shared().runAsSuperuser(sql, in: name) }

    /// The folder of the repository.
    public static var root: URL {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
    }

    private init(name: String) throws {
        self.name = name
        let server = try TestPostgres.shared()
        configuration = DatabaseConfiguration(
            host: server.folder.path,
            port: server.port,
            name: name,
            passwords: [.owner: "owner-test", .platform: "platform-test", .cell: "cell-test"]
        )
        database = Database(configuration: configuration, reactor: Self.reactor, logger: Self.logger)
        migrator = Migrator(
            database: database,
            folder: try MigrationFolder(Self.root.appending(path: "Migrations"))
        )
    }

    private actor Template {
        private let name = "zvonar_template"
        private var making: Task<Void, any Error>?

        /// Whoever comes while it is being made waits for the same work.
        func make() async throws {
            let making = self.making ?? Task { try await migrateTemplate() }
            self.making = making
            try await making.value
        }

        private func migrateTemplate() async throws {
            let server = try TestPostgres.shared()
            try server.runAsSuperuser("CREATE ROLE zvonar_owner LOGIN CREATEROLE PASSWORD 'owner-test'")
            try server.runAsSuperuser("CREATE DATABASE \(name) OWNER zvonar_owner")
            let bootstrap = TestDatabase.root.appending(path: "deploy/postgresql/bootstrap.sql")
            try server.runAsSuperuser(try String(contentsOf: bootstrap, encoding: .utf8), in: name)
            let template = try TestDatabase(name: name)
            try await template.migrator.migrate()
            template.database.close()
        }

        func clone(as clone: String) throws {
            try TestPostgres.shared().runAsSuperuser("CREATE DATABASE \(clone) TEMPLATE \(name) OWNER zvonar_owner")
        }
    }
}
