import Database
import Foundation
import HTTP
import Kernel
import Support
import Testing

@testable import zvonar

/// Companies in two databases, beside a third that is down all the time.
struct SecondCellTests {
    @Test func `the first path is walked in a second cell beside the first, while a third is down`() async throws {
        let cell = try await CellOfATest.make()
        var cells = cell.settings
        cells["ZVONAR_CELLS"] = "2,3"
        cells["ZVONAR_CELL_3_URL"] = "postgresql:///nowhere?host=\(cell.configuration.host)/nowhere"
        defer { cell.close() }
        try await City.live(settings: cells) { city in
            let path = FirstPathTests()
            // The cell with the fewest companies takes the next: Ivan's is in the first, Olga's in the second.
            let ivan = try await city.sandbox.person("Иван")
            try await path.register(ivan, company: "Автовыкуп")
            let olga = try await city.sandbox.person("Ольга")
            try await path.register(olga, company: "Домашний Мир")
            #expect(try await cell.tenants().count == 1)
            let call = try await path.sendRecording(olga)
            try await path.listen(olga, to: call)
            try await path.ask(olga)
            let visitor = try await path.openPanel(olga, in: city)
            try await path.lookAtCall(visitor)
            try await path.readDigest(olga)
            // Her calls lie there and nowhere else, and the first cell does its own work beside it.
            let tenant = try #require(try await cell.tenants().first)
            #expect(try await cell.calls(of: tenant) == 1)
            await #expect(throws: DatabaseFault.self) { try await Self.calls(of: tenant, in: city.test.database) }
            _ = try await path.sendRecording(ivan)
            try await path.stayApart(city, visitor: visitor)
            try await Self.expectToldApart(city)
        }
    }

    private static func calls(of tenant: TenantID, in cell: Database) async throws -> Int {
        let rows = try await cell.tenant(tenant) { try await $0.query("SELECT count(*) FROM calls") }
        return try #require(rows.first).decode(Int.self)
    }

    private static func expectToldApart(_ city: City) async throws {
        let page = try await Visitor().get(city.panel + "/metrics").text
        for line in [#"zvonar_cell_up{cell="1"} 1"#, #"zvonar_cell_up{cell="2"} 1"#, #"zvonar_cell_up{cell="3"} 0"#] {
            #expect(page.contains(line), "\(page)")
        }
        #expect(page.contains(#"ending="done",cell="2"}"#))
        let ready = try await Visitor().get(city.panel + "/ready").text
        #expect(ready.contains("degraded"))
    }
}
