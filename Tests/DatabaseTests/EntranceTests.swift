import Kernel
import Support
import Synchronization
import Testing

@testable import Database

struct EntranceTests {
    /// PostgreSQL computes a login's memberships while it is told of new ones, and may keep a list without the newest.
    @Test(arguments: [false, true])
    func `a tenant just made was refused while others were being made`(isPooled: Bool) async throws {
        let test = try await TestDatabase.make()
        var configuration = test.configuration
        configuration.isPooled = isPooled
        let database = Database(
            configuration: configuration,
            reactor: TestDatabase.reactor,
            logger: TestDatabase.logger
        )
        let tenants = (0..<150).map { _ in TestDatabase.tenantNumber() }
        try test.runAsSuperuser(tenants.map { "CREATE ROLE \($0.schema) NOLOGIN;" }.joined())
        defer { dropRoles(of: tenants, in: test) }
        let owner = try await database.connecting.open(.owner, isDirect: true)
        defer { owner.close() }
        let progress = Progress()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask { try await enterTheNewest(of: progress, in: database) }
            }
            group.addTask {
                defer { progress.end() }
                for tenant in tenants {
                    _ = try await owner.exchange([Statement("GRANT \(unsafeRaw: tenant.schema) TO zvonar_cell")])
                    progress.made(tenant)
                }
            }
            try await group.waitForAll()
        }
        #expect(progress.entered > 0)
    }

    @Test(arguments: [false, true])
    func `a tenant that may not be entered is refused plainly`(isPooled: Bool) async throws {
        let test = try await TestDatabase.make()
        var configuration = test.configuration
        configuration.isPooled = isPooled
        configuration.poolSize = 1
        let database = Database(
            configuration: configuration,
            reactor: TestDatabase.reactor,
            logger: TestDatabase.logger
        )
        let tenant = try await test.tenant()
        try test.runAsSuperuser("REVOKE \(tenant.schema) FROM zvonar_cell")
        let refused = await #expect(throws: DatabaseFault.self) {
            try await database.tenant(tenant) { try await $0.query("SELECT 1") }
        }
        #expect(refused?.sqlState == "42501")
        let unknown = await #expect(throws: DatabaseFault.self) {
            try await database.tenant(TestDatabase.tenantNumber()) { try await $0.query("SELECT 1") }
        }
        #expect(unknown?.sqlState == "22023")
        #expect(try await database.cell { try await $0.query("SELECT 1") }.count == 1)
    }

    private func enterTheNewest(of progress: Progress, in database: Database) async throws {
        while !progress.isOver {
            guard let tenant = progress.newest else {
                await Task.yield()
                continue
            }
            _ = try await database.tenant(tenant) { try await $0.query("SELECT 1") }
            progress.enter()
        }
    }

    private func dropRoles(of tenants: [TenantID], in test: TestDatabase) {
        do {
            try test.runAsSuperuser("DROP ROLE \(tenants.map(\.schema).joined(separator: ", "))")
        } catch {
            Issue.record(error)
        }
    }
}

/// How far the making of tenants has come.
private final class Progress: Sendable {
    private let state = Mutex<(newest: TenantID?, isOver: Bool, entered: Int)>((nil, false, 0))

    var newest: TenantID? { state.withLock { $0.newest } }
    var isOver: Bool { state.withLock { $0.isOver } }
    var entered: Int { state.withLock { $0.entered } }

    func made(_ tenant: TenantID) { state.withLock { $0.newest = tenant } }
    func enter() { state.withLock { $0.entered += 1 } }
    func end() { state.withLock { $0.isOver = true } }
}
