import Kernel
import Support
import Testing

@testable import Database

/// Transactions whose COMMIT travels with their one call.
struct OneExchangeTests {
    @Test func `one call is committed with its closing part, and gives its rows`() async throws {
        let test = try await TestDatabase.make()
        try makeNotes(test)
        let rows = try await test.database.cell([.oneExchange, .usesIndexes]) { tx in
            tx.atClosing("INSERT INTO cell.notes VALUES ('closing')")
            return try await tx.query(
                "INSERT INTO cell.notes VALUES ('call') RETURNING text, current_setting('enable_seqscan')"
            )
        }
        #expect(try #require(rows.first).decode(String.self, String.self) == ("call", "off"))
        #expect(try await notes(test) == ["call", "closing"])
        let later = try await test.database.cell { try await $0.query("SELECT current_setting('enable_seqscan')") }
        #expect(try #require(later.first).decode(String.self) == "on")
    }

    @Test func `what fails in it takes all back and leaves a sound connection`() async throws {
        let test = try await TestDatabase.make()
        try makeNotes(test)
        await #expect(throws: DatabaseFault.self) {
            try await test.database.cell(.oneExchange) {
                _ = try await $0.query(together: ["INSERT INTO cell.notes VALUES ('before')", "SELECT 1 / 0"])
            }
        }
        let refusal = await #expect(throws: DatabaseFault.self) {
            try await test.database.cell(.oneExchange) { tx in
                tx.atClosing("UPDATE cell.notes SET text = 'none'", mustAffect: 5)
                try await tx.execute("INSERT INTO cell.notes VALUES ('refused')")
            }
        }
        guard case .closingRefused = refusal else {
            Issue.record("refused with \(String(describing: refusal))")
            return
        }
        #expect(try await notes(test).isEmpty)
        try await test.database.cell(.oneExchange) { try await $0.execute("INSERT INTO cell.notes VALUES ('after')") }
        #expect(try await notes(test) == ["after"])
    }

    @Test func `a second call, an effect behind the call and no call at all are refused`() async throws {
        let test = try await TestDatabase.make()
        try makeNotes(test)
        await #expect(throws: DatabaseFault.self) {
            try await test.database.cell(.oneExchange) { tx in
                try await tx.execute("INSERT INTO cell.notes VALUES ('first')")
                try await tx.execute("INSERT INTO cell.notes VALUES ('second')")
            }
        }
        await #expect(throws: DatabaseFault.self) {
            try await test.database.cell(.oneExchange) { tx in
                try await tx.execute("INSERT INTO cell.notes VALUES ('third')")
                tx.atClosing("INSERT INTO cell.notes VALUES ('behind')")
            }
        }
        await #expect(throws: DatabaseFault.self) { try await test.database.cell(.oneExchange) { _ in } }
        // What was called first had been committed with its call.
        #expect(try await notes(test) == ["first", "third"])
    }

    private func makeNotes(_ test: TestDatabase) throws {
        try test.runAsSuperuser("CREATE TABLE cell.notes (text text); GRANT ALL ON cell.notes TO zvonar_cell")
    }

    private func notes(_ test: TestDatabase) async throws -> [String] {
        try await test.database.cell { tx in
            try await tx.query("SELECT text FROM cell.notes ORDER BY text").map { try $0.decode(String.self) }
        }
    }
}
