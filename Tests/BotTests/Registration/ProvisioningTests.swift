import Accounts
import Database
import Foundation
import Jobs
import Kernel
import Support
import Testing

@testable import Bot

/// Companies whose cell is away while they are prepared.
@Suite(.serialized) struct ProvisioningTests {
    private static let nowhere = DatabaseConfiguration(
        host: "/nowhere",
        port: 5432,
        name: "nowhere",
        passwords: [.owner: "", .platform: "", .cell: ""]
    )

    @Test func `a company was given up for good after twenty seconds without its cell`() async throws {
        try await Stage.build(cells: [2: Self.nowhere]) { stage in
            let tenant = try #require(try await stage.prepareElsewhere(1).first)
            let loop = ProvisioningLoop(parts: stage.parts)
            for _ in 0..<25 { #expect(await !loop.prepare(tenant)) }
            #expect(try await stage.numbers("SELECT attempts FROM platform.tenants") == [0])
            #expect(try await stage.parts.registrations.takePreparing() == [tenant])
        }
    }

    @Test func `what is wrong with a company itself is counted`() async throws {
        try await Stage.build { stage in
            let tenant = try #require(try await stage.prepareElsewhere(1).first)
            try stage.test.runAsSuperuser("UPDATE platform.tenants SET cell = 1")
            try stage.test.runAsSuperuser("ALTER TABLE cell.schedule RENAME TO schedule_away")
            #expect(await !ProvisioningLoop(parts: stage.parts).prepare(tenant))
            #expect(try await stage.numbers("SELECT attempts FROM platform.tenants") == [1])
            try stage.test.runAsSuperuser("ALTER TABLE cell.schedule_away RENAME TO schedule")
            #expect(await ProvisioningLoop(parts: stage.parts).prepare(tenant))
            #expect(try await stage.parts.registrations.takePreparing().isEmpty)
        }
    }

    @Test func `companies of a cell that was away took the places of all others`() async throws {
        // More than twice what one look takes, and a pause that outlasts the test.
        try await Stage.build(cells: [2: Self.nowhere], retryDelay: .seconds(600)) { stage in
            _ = try await stage.prepareElsewhere(45)
            try await stage.running { _ = try await stage.owner() }
        }
    }
}

extension Stage {
    /// Registers companies in the second cell.
    fileprivate func prepareElsewhere(_ count: Int) async throws -> [TenantID] {
        try await database.platform { tx in
            try await tx.query(
                """
                INSERT INTO platform.tenants (name, zone, language, cell)
                SELECT 'Ромашка ' || number, 'Europe/Moscow', 'ru', 2 FROM generate_series(1, \(count)) AS number
                RETURNING id
                """
            ).map { try $0.decode(TenantID.self) }
        }
    }
}
