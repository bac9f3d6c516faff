import Database
import Kernel
import Testing

@testable import Calls

struct ScriptsTests {
    @Test
    func `a company without a script gets the default, once, even when asked at the same moment`() async throws {
        let bench = try await Bench.make()
        let ids = try await withThrowingTaskGroup(of: ScriptID.self) { group in
            for _ in 1...4 {
                group.addTask {
                    try await bench.database.tenant(bench.tenant) { try await Scripts().active(in: $0).id }
                }
            }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(ids.count == 1)
        #expect(try await bench.number("SELECT count(*) FROM scripts") == 1)
    }

    @Test
    func `a script comes back as it was stored, in its order`() async throws {
        let bench = try await Bench.make()
        let stored = try await bench.database.tenant(bench.tenant) { transaction in
            _ = try await Scripts().active(in: transaction)
            return try await Scripts().active(in: transaction).script
        }
        #expect(stored == .standard)
        #expect(stored.criteria.count == 8)
    }
}

extension Script {
    /// Its criteria as people see them.
    var names: [CriterionName] { criteria.map { CriterionName(code: $0.code, title: $0.title) } }
}
