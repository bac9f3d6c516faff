import Database
import Foundation
import Kernel
import Logging
import Reactor
import Synchronization

/// A database of one benchmark, with platform and cell migrated.
struct BenchDatabase: Sendable {
    let name: String
    let configuration: DatabaseConfiguration
    let database: Database
    let migrator: Migrator
    let cluster: Cluster

    /// Roles belong to the whole server, so no two databases of it use one number.
    private static let nextTenant = Mutex<Int64>(0)

    static func make(
        _ name: String,
        poolSize: Int,
        on cluster: Cluster,
        reactor: Reactor,
        logger: Logger
    ) async throws -> BenchDatabase {
        try cluster.psql(
            """
            SELECT 'CREATE ROLE zvonar_owner LOGIN CREATEROLE'
            WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'zvonar_owner') \\gexec
            CREATE DATABASE \(name) OWNER zvonar_owner;
            """
        )
        let bootstrap = root.appending(path: "deploy/postgresql/bootstrap.sql")
        try cluster.psql(try String(contentsOf: bootstrap, encoding: .utf8), in: name)
        let made = try BenchDatabase(name, poolSize: poolSize, on: cluster, reactor: reactor, logger: logger)
        try await made.migrator.migrate()
        return made
    }

    /// An existing database, such as for a role in a process of its own.
    static func configuration(_ name: String, port: Int, poolSize: Int) -> DatabaseConfiguration {
        var configuration = DatabaseConfiguration(
            host: "127.0.0.1",
            port: port,
            name: name,
            passwords: [.owner: "owner", .platform: "platform", .cell: "cell"]
        )
        configuration.poolSize = poolSize
        return configuration
    }

    private init(_ name: String, poolSize: Int, on cluster: Cluster, reactor: Reactor, logger: Logger) throws {
        self.name = name
        self.cluster = cluster
        configuration = Self.configuration(name, port: cluster.port, poolSize: poolSize)
        database = Database(configuration: configuration, reactor: reactor, logger: logger)
        migrator = Migrator(database: database, folder: try MigrationFolder(Self.root.appending(path: "Migrations")))
    }

    /// A new tenant with role, schema and all tables; `platform` does not know it.
    func tenant() async throws -> TenantID {
        let tenant = Self.tenantNumber()
        try await migrator.provision(tenant)
        return tenant
    }

    /// A tenant's number that no other database of this run has.
    static func tenantNumber() -> TenantID {
        TenantID(
            nextTenant.withLock { next in
                next += 1
                return next
            }
        )
    }

    /// The address for a peer.
    func url(_ login: DatabaseConfiguration.Login = .cell) -> String { cluster.url(name, user: login.rawValue) }

    @discardableResult
    func psql(_ sql: String) throws -> String { try cluster.psql(sql, in: name) }

    /// The folder of the repository.
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
}
