import Kernel
import Support
import Testing

@testable import Database

struct CopyTests {
    private struct ChangedMind: Error {}

    @Test func `a hundred thousand rows go in and come out as they were`() async throws {
        let (test, tenant) = try await tenantWithNotes()
        let count = 100_000
        let copied = try await test.database.tenant(tenant) { tx in
            try await tx.copy(into: "notes (id, text, weight, raw)") { writer in
                for number in 1...count {
                    let text = number.isMultiple(of: 10) ? nil : "строка \(number)\t\"'\\"
                    try await writer.row(Int64(number), text, Double(number) / 2, [UInt8(number % 256)])
                }
            }
        }
        #expect(copied == count)
        let seen = try await test.database.tenant(tenant) { tx in
            var seen: (count: Int, nulls: Int, sum: Double) = (0, 0, 0)
            for try await row in try tx.stream("SELECT id, text, weight, raw FROM notes ORDER BY id") {
                let (id, text, weight, raw) = try row.decode(Int.self, String?.self, Double.self, [UInt8].self)
                seen.count += 1
                if let text { #expect(text == "строка \(id)\t\"'\\") } else { seen.nulls += 1 }
                if id != seen.count || raw != [UInt8(id % 256)] { Issue.record("row \(id) is not as it was") }
                seen.sum += weight
            }
            return seen
        }
        #expect(seen == (count, count / 10, Double(count) * Double(count + 1) / 4))
        let lines = try await test.database.tenant(tenant) { tx in
            var lines = 0
            let copied = try await tx.copy(from: "SELECT id, text FROM notes", as: .text) { piece in
                lines += piece.count { $0 == 10 }
                #expect(piece.last == 10)
            }
            #expect(copied == count)
            return lines
        }
        #expect(lines == count)
    }

    @Test func `a copy was cut off after the time that a statement may take`() async throws {
        let (test, tenant) = try await tenantWithNotes()
        let (copied, limit) = try await test.database.tenant(tenant) { tx in
            try await tx.execute("ALTER TABLE notes ADD CONSTRAINT slow CHECK (pg_sleep(0.1)::text = '')")
            _ = try await tx.query("SELECT set_config('statement_timeout', '150', true)")
            var copied = try await tx.copy(into: "notes (id)") { writer in
                for number in 1...3 { try await writer.row(Int64(number)) }
            }
            copied += try await tx.copy(from: "SELECT id, pg_sleep(0.1) FROM notes", as: .text) { _ in }
            let limit = try await tx.query("SELECT current_setting('statement_timeout')").first?.decode(String.self)
            return (copied, limit)
        }
        #expect(copied == 6)
        // What follows has its limit again.
        #expect(limit == "150ms")
    }

    @Test func `a row that breaks a rule takes back all of a copy`() async throws {
        let (test, tenant) = try await tenantWithNotes()
        let fault = await #expect(throws: DatabaseFault.self) {
            try await test.database.tenant(tenant) { tx in
                try await tx.copy(into: "notes (id)") { writer in
                    for number in 1...50_000 { try await writer.row(Int64(number == 25_000 ? 1 : number)) }
                }
            }
        }
        #expect(fault?.isUniqueViolation(of: "notes_pkey") == true)
        #expect(try await count(in: tenant, of: test) == 0)
    }

    @Test func `a value of another type is refused plainly`() async throws {
        let (test, tenant) = try await tenantWithNotes()
        let fault = await #expect(throws: DatabaseFault.self) {
            try await test.database.tenant(tenant) { tx in
                try await tx.copy(into: "notes (id)") { try await $0.row("seven") }
            }
        }
        #expect(fault?.sqlState == "08P01")
        #expect(try await count(in: tenant, of: test) == 0)
    }

    @Test func `who gives a copy up leaves a connection that works`() async throws {
        let (test, tenant) = try await tenantWithNotes()
        await #expect(throws: ChangedMind.self) {
            try await test.database.tenant(tenant) { tx in
                try await tx.copy(into: "notes (id)") { writer in
                    for number in 1...20_000 { try await writer.row(Int64(number)) }
                    throw ChangedMind()
                }
            }
        }
        await #expect(throws: ChangedMind.self) {
            try await test.database.tenant(tenant) { tx in
                try await tx.copy(from: "SELECT generate_series(1, 1000000)", as: .csv) { _ in throw ChangedMind() }
            }
        }
        #expect(try await count(in: tenant, of: test) == 0)
        #expect(test.database.connectionCounts.allSatisfy { $0.lent == 0 })
    }

    @Test func `a copy can follow statements of its transaction and be followed by others`() async throws {
        let (test, tenant) = try await tenantWithNotes()
        try await test.database.tenant(tenant) { tx in
            try await tx.execute("INSERT INTO notes VALUES (1, 'before')")
            try await tx.copy(into: "notes (id, text)") { try await $0.row(Int64(2), "copied") }
            try await tx.execute("INSERT INTO notes VALUES (3, 'after')")
            var text = ""
            try await tx.copy(from: "SELECT id, text FROM notes ORDER BY id", as: .csv) {
                text += String(decoding: $0, as: UTF8.self)
            }
            #expect(text == "id,text\n1,before\n2,copied\n3,after\n")
            tx.atClosing("INSERT INTO cell.live VALUES (\(tenant), 'copy', 1)")
        }
        #expect(try await count(in: tenant, of: test) == 3)
    }

    @Test func `an error in the middle of a copy out ends it`() async throws {
        let (test, tenant) = try await tenantWithNotes()
        let fault = await #expect(throws: DatabaseFault.self) {
            try await test.database.tenant(tenant) { tx in
                try await tx.copy(from: "SELECT 1 / (30000 - n) FROM generate_series(1, 50000) AS n", as: .text) { _ in
                }
            }
        }
        #expect(fault?.sqlState == "22012")
        #expect(try await count(in: tenant, of: test) == 0)
    }

    @Test func `a cancelled copy takes nothing and holds nothing`() async throws {
        let (test, tenant) = try await tenantWithNotes()
        let began = Signal<Void>()
        let task = Task {
            try await test.database.tenant(tenant) { tx in
                try await tx.copy(into: "notes (id)") { writer in
                    var number: Int64 = 0
                    while true {
                        number += 1
                        try await writer.row(number)
                        if number == 10_000 { began.send() }
                    }
                }
            }
        }
        try await began.next()
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(try await count(in: tenant, of: test) == 0)
        #expect(test.database.connectionCounts.allSatisfy { $0.lent == 0 })
    }

    @Test func `a slow reader holds up the server, not memory`() async throws {
        let (test, tenant) = try await tenantWithNotes()
        try await test.database.tenant(tenant) { tx in
            var bytes = 0
            try await tx.copy(from: "SELECT repeat('x', 1000) FROM generate_series(1, 20000)", as: .text) { piece in
                // What has been read ahead stays small, so the server cannot get rid of the rest.
                if bytes == 0 { try await waitUntil("the server waits for us") { try await isWaiting(test) } }
                bytes += piece.count
                #expect(piece.count < 200_000)
            }
            #expect(bytes == 20_020_000)
        }
    }

    private func isWaiting(_ test: TestDatabase) async throws -> Bool {
        let rows = try await test.database.readCell {
            try await $0.query(
                "SELECT FROM pg_stat_activity WHERE datname = \(test.name) AND wait_event = 'ClientWrite'"
            )
        }
        return !rows.isEmpty
    }

    @Test func `a stream can be left early and share its transaction`() async throws {
        let (test, tenant) = try await tenantWithNotes()
        try await test.database.tenant(tenant) { tx in
            var seen = 0
            for try await row in try tx.stream("SELECT n FROM generate_series(1, \(1_000_000)) AS n", batch: 100) {
                seen += 1
                let number = try row.decode(Int.self)
                if number == 150 { break }
                if number.isMultiple(of: 50) { try await tx.execute("INSERT INTO notes VALUES (\(number))") }
            }
            #expect(seen == 150)
        }
        #expect(try await count(in: tenant, of: test) == 2)
    }

    @Test func `an error in the middle of a stream ends it`() async throws {
        let (test, tenant) = try await tenantWithNotes()
        let fault = await #expect(throws: DatabaseFault.self) {
            try await test.database.tenant(tenant) { tx in
                var seen = 0
                for try await _ in try tx.stream("SELECT 1 / (2500 - n) FROM generate_series(1, 5000) AS n") {
                    seen += 1
                }
                Issue.record("\(seen) rows came")
            }
        }
        #expect(fault?.sqlState == "22012")
    }

    @Test func `a copy with values, which PostgreSQL does not bind, is refused before it begins`() async throws {
        let (test, tenant) = try await tenantWithNotes()
        await #expect(throws: DatabaseFault.self) {
            try await test.database.tenant(tenant) { tx in
                try await tx.copy(from: "SELECT id FROM notes WHERE id = \(1)", as: .csv) { _ in }
            }
        }
    }

    private func tenantWithNotes() async throws -> (TestDatabase, TenantID) {
        let test = try await TestDatabase.make()
        let tenant = try await test.tenant()
        try await test.database.tenant(tenant) { tx in
            try await tx.execute(
                "CREATE TABLE notes (id bigint PRIMARY KEY, text text, weight double precision, raw bytea)"
            )
        }
        return (test, tenant)
    }

    private func count(in tenant: TenantID, of test: TestDatabase) async throws -> Int {
        let rows = try await test.database.read(tenant) { try await $0.query("SELECT count(*) FROM notes") }
        return try #require(rows.first).decode(Int.self)
    }
}
