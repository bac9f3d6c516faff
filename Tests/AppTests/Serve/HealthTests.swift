import Database
import Foundation
import Kernel
import Support
import Testing

@testable import zvonar

/// What the probes say of cells whose host takes a connection and then says nothing.
struct HealthTests {
    @Test func `cells that hung held up the probe one after another`() async throws {
        try await Self.besideSilentCells { database in
            let looks = await CellLook.all(of: database, within: Self.limit, clock: .system)
            #expect(looks.map(\.number) == [1, 2, 3])
            #expect(looks.map(\.isUp) == [true, false, false])
            #expect(looks.map(\.state) == ["ok"] + Array(repeating: "PostgreSQL did not answer in time", count: 2))
        }
    }

    @Test func `cells that hung held up the metrics of all`() async throws {
        try await Self.besideSilentCells { database in
            let text = await CellMetrics(database: database, clock: .system).page(of: [], within: Self.limit).text
            let lines = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
            #expect(
                lines.filter { $0.hasPrefix("zvonar_cell_up") } == [
                    #"zvonar_cell_up{cell="1"} 1"#, #"zvonar_cell_up{cell="2"} 0"#, #"zvonar_cell_up{cell="3"} 0"#,
                ]
            )
            #expect(lines.contains(#"zvonar_outbox_waiting{place="cell",cell="1"} 0"#), "\(text)")
            #expect(!lines.contains { $0.contains(#"cell="2""#) && !$0.hasPrefix("zvonar_cell_up") }, "\(text)")
        }
    }

    /// Long enough for a cell that works on a busy machine, and much less than the silent ones would take.
    private static let limit = Duration.seconds(5)

    private static func besideSilentCells(_ body: @escaping @Sendable (Database) async throws -> Void) async throws {
        try await withLoopbackServer({ $0.waitForEnd() }) { silent in
            let test = try await TestDatabase.make()
            var address = DatabaseConfiguration(host: "127.0.0.1", port: silent.port, name: "silent", passwords: [:])
            address.passwords = [.owner: "", .platform: "", .cell: ""]
            address.connectTimeout = .seconds(600)
            let database = Database(
                configuration: test.configuration,
                cells: [2: address, 3: address],
                reactor: TestDatabase.reactor,
                logger: TestDatabase.logger
            )
            defer { database.close() }
            try await withDeadline(.seconds(60)) { try await body(database) }
            #expect(silent.connections == 2)
        }
    }
}
