import Database
import Foundation
import Kernel
import Support
import Testing

@testable import Calls

struct PassageSearchTests {
    private let start = Date(timeIntervalSince1970: 1_795_000_000)

    private func find(_ bench: Bench, _ text: String, limit: Int = 5) async throws -> PassageSearch.Found {
        try await bench.database.tenant(bench.tenant) { transaction in
            try await PassageSearch().find(text, meaning: nil, limit: limit, in: transaction)
        }
    }

    /// A tenant with so many passages that a word in all of them cannot select: each says "клиент просит счёт", one in a
    /// thousand, counted from the oldest, "арматура" as well.
    private func crowded(_ count: Int = 4_000) async throws -> Bench {
        let bench = try await Bench.make()
        let call = try await bench.addAnalysed(1, at: start)
        try await bench.database.tenant(bench.tenant) { transaction in
            try await transaction.execute(
                """
                INSERT INTO passages (call_id, first_turn, last_turn, speaker, start_seconds, end_seconds, text)
                SELECT \(call), place, place, 'client', place, place + 1,
                       'клиент просит счёт' || CASE WHEN place % 1000 = 0 THEN ' на арматуру' ELSE '' END
                            FROM generate_series(0, \(count - 1)) AS place
                ORDER BY place
                """
            )
        }
        return bench
    }

    @Test
    func `any word of a question finds, in whatever form, and rare ones count more`() async throws {
        let bench = try await Bench.make()
        let call = try await bench.addAnalysed(1, at: start)
        try await bench.addTurns(
            [
                .sample(0, .operator, "Добрый день компания Север Металл слушаю"),
                .sample(1, .client, "Мне нужна арматура двенадцать миллиметров"),
                .sample(2, .operator, "Какой объём арматуры вам нужен сегодня"),
                .sample(3, .client, "Ещё нужен счёт на доставку в Подольск"),
            ],
            to: call
        )
        let found = try await find(bench, "Кто просил счета и доставку?")
        #expect(found.passages.first?.passage.firstTurn == 3)
        #expect(found.passages.first?.call == call)
        #expect(found.passages.first?.happenedAt == start)
        #expect(found.coverage == SearchCoverage(wordsInNewest: nil, meaningInNewest: nil, isByMeaning: false))
        // ё and е are one letter to those who write.
        #expect(try await find(bench, "объем арматуры").passages.first?.passage.firstTurn == 2)
    }

    @Test
    func `what nobody said is not found`() async throws {
        let bench = try await Bench.make()
        let call = try await bench.addAnalysed(1, at: start)
        try await bench.addTurns([.sample(0, .client, "Мне нужна арматура двенадцать миллиметров")], to: call)
        #expect(try await find(bench, "жаловался ли кто-нибудь на грубость").passages.isEmpty)
        #expect(try await find(bench, "и на").passages.isEmpty)
        #expect(try await find(bench, "' | ! & (").passages.isEmpty)
    }

    @Test
    func `a word that everybody says does not select, it only ranks`() async throws {
        let bench = try await crowded()
        let found = try await find(bench, "арматура и счёт", limit: 50)
        // Four passages hold the rare word, the oldest of all among them; thousands hold the frequent one.
        #expect(Set(found.passages.map(\.passage.firstTurn)) == [0, 1000, 2000, 3000])
        #expect(found.coverage.wordsInNewest == nil)
    }

    @Test
    func `a question of such words only reads the newest and says so`() async throws {
        let bench = try await crowded()
        let found = try await find(bench, "клиент просит счёт", limit: 50)
        #expect(found.coverage.wordsInNewest == PassageSearchStore.rankedLimit)
        #expect(found.passages.count == 50)
        #expect(found.passages.allSatisfy { $0.passage.firstTurn >= 2000 })
    }

    @Test
    func `of many passages the statistics say which words are frequent, and the others are counted`() async throws {
        let count = PassageSearchStore.countedLimit + 1_000
        let bench = try await crowded(count)
        let found = try await bench.database.tenant(bench.tenant) { transaction in
            try await transaction.execute("ANALYZE passages")
            let store = PassageSearchStore(transaction)
            let total = try await store.count()
            let asked = ["клиент", "арматур", "грубост"]
            return (total, try await store.frequencies(of: asked, total: total, limit: 500))
        }
        #expect(found.0 == count)
        // Counted it would have ended at 500.
        #expect(found.1["клиент"] == count)
        #expect(found.1["арматур"] == 21)
        #expect(found.1["грубост"] == 0)
        let best = try await find(bench, "арматура и счёт", limit: 50)
        #expect(best.passages.count == 21)
        #expect(best.passages.allSatisfy { $0.passage.text.contains("арматуру") })
    }

    @Test
    func `what many passages hold is looked for among the newest, and among all when those do not hold enough`()
        async throws
    {
        let bench = try await crowded()
        let (frequent, rare) = try await bench.database.tenant(bench.tenant) { transaction in
            let store = PassageSearchStore(transaction)
            func ids(_ stem: String) async throws -> [Int64] {
                try await store.ranked(by: [(stem, 1)], selecting: [stem], expected: 10_000, total: 4_000, limit: 50)
                    .map(\.id.rawValue)
            }
            return (try await ids("клиент"), try await ids("арматур"))
        }
        #expect(frequent.count == 50)
        #expect(frequent.allSatisfy { $0 > 4_000 - Int64(PassageSearchStore.rankedLimit) })
        // The oldest of them is the first passage of all.
        #expect(rare.count == 4)
    }

    @Test
    func `the plans of search and list go by their indexes`() async throws {
        let bench = try await crowded()
        let plans = try await bench.database.tenant(bench.tenant) { transaction in
            // The planner reads a table of one page whole; the list must be as long as it grows in a month.
            try await transaction.execute(
                """
                INSERT INTO recordings (sha256, source, container, codec, mime, sample_rate, channels, speaker_channels,
                                        duration_seconds, byte_count, received_at)
                SELECT sha256(int4send(place)), 'test', 'wav', 'pcm', 'audio/x-wav', 8000, 2, 2, 60, 1000, \(start)
                FROM generate_series(1, 3000) AS place
                """
            )
            try await transaction.execute(
                """
                INSERT INTO calls (recording_id, origin, received_at)
                SELECT id, '{}', \(start) + id * interval '1 minute' FROM recordings ORDER BY id OFFSET 1
                """
            )
            try await transaction.execute("ANALYZE passages")
            try await transaction.execute("ANALYZE recordings")
            try await transaction.execute("ANALYZE calls")
            let store = PassageSearchStore(transaction)
            let weights: [(stem: String, weight: Float)] = [("арматур", 3), ("клиент", 1)]
            let search = try await transaction.query(
                "EXPLAIN \(store.ranking(by: weights, selecting: ["арматур"], limit: 50))"
            )
            let list = try await transaction.query(
                "EXPLAIN \(ArchiveStore.page(after: CallCursor(happenedAt: start, id: CallID(5)), limit: 50))"
            )
            return try [search, list].map { try $0.map { try $0.decode(String.self) }.joined(separator: "\n") }
        }
        #expect(plans.first?.contains("Bitmap Index Scan on passages_search") == true, "\(plans)")
        #expect(plans.last?.contains("calls_newest_first") == true, "\(plans)")
    }
}
