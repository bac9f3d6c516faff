import Database
import Support
import Testing

@testable import Calls

@Suite struct StemParityTests {
    @Test func `our stems are those of PostgreSQL`() async throws {
        let dialogues = try Dialogue.all(in: "dialogues/development") + Dialogue.all(in: "dialogues/held-out")
        let words = Set(dialogues.flatMap(\.turns).flatMap { SpokenWord.normalParts($0.text) }).sorted()
        let bench = try await Bench.make()
        let stems = try await bench.database.tenant(bench.tenant) { transaction in
            try await transaction.query(
                """
                SELECT coalesce((ts_lexize('pg_catalog.russian_stem', word))[1], word)
                FROM unnest(\(words)::text[]) WITH ORDINALITY AS listed (word, place)
                ORDER BY place
                """
            ).map { try $0.decode(String.self) }
        }
        try #require(stems.count == words.count && words.count > 500)
        // Words of no meaning are dropped by PostgreSQL's dictionary, which is none of the stemmer's business.
        let different = zip(words, stems).filter { word, stem in stem != word && RussianStem.of(word) != stem }
        #expect(different.map(\.0) == [])
    }
}
