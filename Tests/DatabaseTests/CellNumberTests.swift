import Foundation
import Kernel
import Support
import Testing

@testable import Database

/// A database says which cell it is.
struct CellNumberTests {
    private static let fault = CellNumberFault(found: 1, expected: 2)

    private func database(_ configuration: DatabaseConfiguration, cells: [Int: DatabaseConfiguration]) -> Database {
        Database(
            configuration: configuration,
            cells: cells,
            reactor: TestDatabase.reactor,
            logger: TestDatabase.logger
        )
    }

    @Test func `two cells in one database sent every message twice`() async throws {
        let test = try await TestDatabase.make()
        let database = database(test.configuration, cells: [2: test.configuration])
        defer { database.close() }
        await #expect(throws: Self.fault) { try await database.checkNumbers() }
        let second = try #require(database.allCells.last)
        let folder = try MigrationFolder(TestDatabase.root.appending(path: "Migrations"))
        await #expect(throws: Self.fault) { try await Migrator(database: second, folder: folder).migrate() }
        #expect(Self.fault.description.contains("ZVONAR_CELLS"))
    }

    @Test func `a cell that does not answer is not judged`() async throws {
        let test = try await TestDatabase.make()
        var nowhere = test.configuration
        nowhere.host += "/nowhere"
        let database = database(test.configuration, cells: [2: nowhere])
        defer { database.close() }
        try await database.checkNumbers()
    }

    @Test func `the server cannot change which cell its database is`() async throws {
        let test = try await TestDatabase.make()
        let fault = await #expect(throws: DatabaseFault.self) {
            try await test.database.cell { try await $0.execute("UPDATE cell.place SET number = 2") }
        }
        #expect(fault?.sqlState == "42501")
    }
}
