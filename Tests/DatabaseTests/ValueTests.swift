import Database
import Foundation
import Kernel
import Support
import Testing

struct ValueTests {
    @Test func `every bound type comes back as it went`() async throws {
        let test = try await TestDatabase.make()
        let date = Date(timeIntervalSince1970: 1_795_000_000.123456)
        let bytes: [UInt8] = [0, 1, 255, 0]
        let numbers: [Int64] = [1, -2, .max]
        let texts = ["а", "", "{\"'\\"]
        let floats: [Float] = [0.5, -1.25e10]
        let nothing: Int? = nil
        let rows = try await test.database.cell { tx in
            try await tx.query(
                """
                SELECT \(Int64.min), \(Int32(7)), \(true), \(0.1), \("Қазақша\n")::text, \(date), \(bytes),
                       \(numbers), \(texts), \(floats), \(nothing), \([Int64]()), \("[1]")::jsonb, 3::int2
                """
            )
        }
        let row = try #require(rows.first)
        let (a, b, c, d, e, f, g, h, i, j, k, l, m, n) = try row.decode(
            Int64.self,
            Int32.self,
            Bool.self,
            Double.self,
            String.self,
            Date.self,
            [UInt8].self,
            [Int64].self,
            [String].self,
            [Float].self,
            Int?.self,
            [Int64].self,
            String.self,
            Int16.self
        )
        #expect((a, b, c, d, e) == (.min, 7, true, 0.1, "Қазақша\n"))
        #expect(abs(f.timeIntervalSince(date)) < 0.000_002)
        #expect(g == bytes)
        #expect(h == numbers)
        #expect(i == texts)
        #expect(j == floats)
        #expect(k == nil)
        #expect(l.isEmpty)
        #expect(m == "[1]")
        #expect(n == 3)
    }

    @Test func `a text with a zero byte is stored without it`() async throws {
        let test = try await TestDatabase.make()
        let rows = try await test.database.cell { try await $0.query("SELECT \("a\0b")::text") }
        #expect(try #require(rows.first).decode(String.self) == "a\u{FFFD}b")
    }

    @Test func `a NULL where none is expected names the column`() async throws {
        let test = try await TestDatabase.make()
        let rows = try await test.database.cell { try await $0.query("SELECT NULL::bigint AS price") }
        let fault = #expect(throws: DatabaseFault.self) { try rows[0].decode(Int.self) }
        #expect(fault?.description.contains("price") == true)
    }

    @Test func `statements are put together without pasting values`() async throws {
        let test = try await TestDatabase.make()
        let condition: SQL = "WHERE number > \(2)"
        let rows = try await test.database.cell {
            try await $0.query("SELECT number FROM generate_series(1, \(5)) AS number \(condition) ORDER BY 1")
        }
        #expect(try rows.map { row -> Int in try row.decode(Int.self) } == [3, 4, 5])
    }

    @Test func `a statement could be made from any text`() {
        // Only a literal of the program is a `StaticString`, so the compiler refuses every other text.
        #expect(SQL.StringLiteralType.self == StaticString.self)
        #expect(SQL.StringInterpolation.StringLiteralType.self == StaticString.self)
    }
}
