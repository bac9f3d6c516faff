import Kernel
import Support
import Testing

@testable import Database

struct PoolTests {
    @Test func `a tenant spread over all connections, and each knew all tenants`() async throws {
        let test = try await TestDatabase.make()
        let tenants = [
            try await test.tenant(), try await test.tenant(), try await test.tenant(), try await test.tenant(),
        ]
        var backends: [TenantID: Set<Int>] = [:]
        for round in 0..<40 {
            let tenant = tenants[round % tenants.count]
            let rows = try await test.database.read(tenant) { try await $0.query("SELECT pg_backend_pid()") }
            backends[tenant, default: []].insert(try #require(rows.first).decode(Int.self))
        }
        // One after another: each tenant is always on the first of its slots.
        for tenant in tenants { #expect(backends[tenant]?.count == 1) }
    }

    @Test func `tenants are spread evenly over the slots, three for each`() throws {
        let test = Pool(
            login: .cell,
            connecting: Connecting(
                configuration: DatabaseConfiguration(host: "", port: 0, name: "", passwords: [:]),
                reactor: TestDatabase.reactor
            ),
            logger: TestDatabase.logger,
            size: 10
        )
        var firsts = [Int](repeating: 0, count: 10)
        for number in 1...1000 {
            let slots = test.slots(of: TenantID(Int64(number)))
            #expect(Set(slots).count == 3)
            #expect(slots == test.slots(of: TenantID(Int64(number))))
            firsts[slots[0]] += 1
        }
        #expect(firsts.allSatisfy { (60...140).contains($0) }, "\(firsts)")
    }
}
