import Database
import Foundation
import Kernel
import Support
import Testing

/// Values made up by chance, in statements put together by chance: each comes back as itself from where it was put.
///
/// Every run has other values; `ZVONAR_TEST_SEED`, set to the seed that a failure names, repeats it as the first case.
struct InterpolationPropertyTests {
    private func seeds(_ count: UInt64) -> Range<UInt64> {
        SeededGenerator.firstSeed..<(SeededGenerator.firstSeed + count)
    }

    @Test func `no value changes the statement that the server reads`() async throws {
        let test = try await TestDatabase.make()
        for seed in seeds(200) {
            var dice = SeededGenerator(seed: seed)
            let (text, list) = (nastyText(using: &dice), nastyList(using: &dice))
            let (whole, real) = (Int64(bitPattern: dice.next()), Double(bitPattern: dice.next()))
            let rows = try await test.database.cell {
                try await $0.query("SELECT current_query(), \(text)::text, \(list)::text[], \(whole), \(real)")
            }
            let row = try #require(rows.first, "seed \(seed)")
            let (read, a, b, c, d) = try row.decode(String.self, String.self, [String].self, Int64.self, Double.self)
            #expect(read == "SELECT current_query(), $1::text, $2::text[], $3, $4", "seed \(seed)")
            #expect((a, c) == (text, whole), "seed \(seed)")
            #expect(b == list, "seed \(seed)")
            #expect(d.bitPattern == real.bitPattern, "seed \(seed)")
        }
    }

    @Test func `lists come back element by element, empty ones too`() async throws {
        let test = try await TestDatabase.make()
        for seed in seeds(200) {
            var dice = SeededGenerator(seed: seed)
            let texts = nastyList(using: &dice)
            let numbers = (0..<Int.random(in: 0...9, using: &dice)).map { _ in Int64(bitPattern: dice.next()) }
            let rows = try await test.database.cell {
                try await $0.query(
                    "SELECT \(texts)::text[], \(numbers), (SELECT count(*) FROM unnest(\(texts)::text[], \(numbers)))"
                )
            }
            let row = try #require(rows.first, "seed \(seed)")
            let (a, b, count) = try row.decode([String].self, [Int64].self, Int.self)
            #expect(a == texts, "seed \(seed)")
            #expect(b == numbers, "seed \(seed)")
            #expect(count == max(texts.count, numbers.count), "seed \(seed)")
        }
    }

    @Test func `no text breaks out of a statement`() async throws {
        let test = try await TestDatabase.make()
        for seed in seeds(300) {
            var dice = SeededGenerator(seed: seed)
            let (one, other) = (nastyText(using: &dice), nastyText(using: &dice))
            let rows = try await test.database.cell {
                try await $0.query(
                    "SELECT \(one)::text, \([other, one]), 1 WHERE \(other)::text = (\([other])::text[])[1]"
                )
            }
            let (text, list, last) = try #require(rows.first, "seed \(seed)").decode(
                String.self,
                [String].self,
                Int.self
            )
            #expect(text == one, "seed \(seed)")
            #expect(list == [other, one], "seed \(seed)")
            #expect(last == 1, "seed \(seed)")
        }
    }

    @Test func `statements inside statements keep each value at its place`() async throws {
        let test = try await TestDatabase.make()
        for seed in seeds(200) {
            var dice = SeededGenerator(seed: seed)
            let wanted = (0..<Int.random(in: 1...40, using: &dice)).map { _ in nastyText(using: &dice) }
            let rows = try await test.database.cell {
                var nested = dice
                return try await $0.query("SELECT ARRAY[\(list(wanted[...], using: &nested))]")
            }
            #expect(try #require(rows.first, "seed \(seed)").decode([String].self) == wanted, "seed \(seed)")
        }
    }

    @Test func `numbers, bytes and moments come back to the last bit`() async throws {
        let test = try await TestDatabase.make()
        for seed in seeds(300) {
            var dice = SeededGenerator(seed: seed)
            let whole = Int64(bitPattern: dice.next()) >> Int64.random(in: 0...63, using: &dice)
            let small = Int32(truncatingIfNeeded: dice.next())
            let real = Double(bitPattern: dice.next())
            let floats = (0..<Int.random(in: 0...9, using: &dice)).map { _ in
                Float(bitPattern: UInt32(truncatingIfNeeded: dice.next()))
            }
            let bytes = (0..<Int.random(in: 0...99, using: &dice)).map { _ in UInt8.random(in: 0...255, using: &dice) }
            // PostgreSQL keeps whole microseconds.
            let moment = Date(
                timeIntervalSince1970: Double(Int.random(in: -9_000_000_000...9_000_000_000, using: &dice))
            )
            let missing: Int64? = Bool.random(using: &dice) ? whole : nil
            let rows = try await test.database.cell {
                try await $0.query("SELECT \(whole), \(small), \(real), \(floats), \(bytes), \(moment), \(missing)")
            }
            let (a, b, c, d, e, f, g) = try #require(rows.first, "seed \(seed)").decode(
                Int64.self,
                Int32.self,
                Double.self,
                [Float].self,
                [UInt8].self,
                Date.self,
                Int64?.self
            )
            #expect((a, b) == (whole, small), "seed \(seed)")
            // Compared by bits: NaN is not equal to itself.
            #expect(c.bitPattern == real.bitPattern, "seed \(seed)")
            #expect(d.map(\.bitPattern) == floats.map(\.bitPattern), "seed \(seed)")
            #expect(e == bytes, "seed \(seed)")
            #expect(f == moment, "seed \(seed)")
            #expect(g == missing, "seed \(seed)")
        }
    }
}

/// `$1, $2 …` as one statement, or as two halves put together, and so on downwards.
private func list(_ values: ArraySlice<String>, using dice: inout SeededGenerator) -> SQL {
    guard values.count > 1, let first = values.first else { return "\(values.first ?? "")::text" }
    switch Int.random(in: 0...2, using: &dice) {
    case 0:
        let rest = list(values.dropFirst(), using: &dice)
        return "\(first)::text, \(rest)"
    default:
        let middle = values.startIndex + values.count / 2
        let (left, right) = (list(values[..<middle], using: &dice), list(values[middle...], using: &dice))
        return "\(left) /* $1 */, \(right)"
    }
}

/// What ends a literal, a comment or a statement somewhere, among letters of several lengths.
private func nastyText(using dice: inout SeededGenerator) -> String {
    let pieces = [
        "'", "\"", "\\", ";", "$", "$1", "$$", "--", "/*", "*/", "%", "?", ":x", "{", "}", "(", ")", "\n", "\r", "\t",
        "ё",
        "қ", "😀", "\u{301}", "\u{2028}", "NULL", "E'", "U&'", " ", "\\.", ",",
    ]
    return (0..<Int.random(in: 0...30, using: &dice)).map { _ in
        let isAny = Int.random(in: 0..<5, using: &dice) == 0
        return isAny ? anyLetter(using: &dice) : pieces.randomElement(using: &dice) ?? ""
    }.joined()
}

/// Any character of Unicode but the zero, which PostgreSQL's text cannot hold.
private func anyLetter(using dice: inout SeededGenerator) -> String {
    Unicode.Scalar(UInt32.random(in: 1...0x10FFFF, using: &dice)).map { String(Character($0)) } ?? ""
}

private func nastyList(using dice: inout SeededGenerator) -> [String] {
    (0..<Int.random(in: 0...5, using: &dice)).map { _ in nastyText(using: &dice) }
}
