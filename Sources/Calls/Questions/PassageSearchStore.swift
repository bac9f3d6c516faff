import Database
import Foundation
import Kernel

/// A passage that was found, and how near it came; higher is nearer.
struct PassageHit: Sendable, Hashable {
    var id: PassageID
    var score: Double
}

/// Finding passages; how many are read is bounded, because a word that everybody says selects a third of all.
struct PassageSearchStore {
    /// Passages that are ranked at most (measured: ranking the 5 % of a million that hold a common word takes 77 ms).
    static let rankedLimit = 2_000
    /// Passages compared by meaning at most.
    static let comparedLimit = 20_000

    let transaction: TenantTransaction

    init(_ transaction: TenantTransaction) { self.transaction = transaction }

    /// The stems of a text's words, without those of no meaning.
    func stems(of text: String) async throws -> [String] {
        try await transaction.query(
            """
            SELECT lexeme
            FROM unnest(to_tsvector('russian', translate(\(text)::text, 'ёЁ', 'еЕ')))
            """
        ).map { try $0.decode(String.self) }
    }

    /// Above so many passages PostgreSQL's statistics say how many there are and how frequent a word is.
    static let countedLimit = 20_000

    /// How many passages there are; an estimate where counting would cost.
    func count() async throws -> Int {
        let rows = try await transaction.query(
            """
            SELECT CASE WHEN reltuples < \(Self.countedLimit) THEN (SELECT count(*) FROM passages) ELSE reltuples::bigint END
            FROM pg_class
            WHERE oid = 'passages'::regclass
            """
        )
        return try rows.first?.decode(Int.self) ?? 0
    }

    /// In how many of `total` passages each stem occurs, counted no further than `limit`.
    ///
    /// Of many passages the statistics know the thousand most frequent stems, among them every one that is too frequent to
    /// be counted at once; the others are counted.
    func frequencies(of stems: [String], total: Int, limit: Int) async throws -> [String: Int] {
        var counts = total < Self.countedLimit ? [:] : try await estimates(of: stems, total: total)
        let others = stems.filter { counts[$0] == nil }
        guard !others.isEmpty else { return counts }
        let rows = try await transaction.query(
            """
            SELECT asked.stem, (
                SELECT count(*)
                FROM (SELECT 1 FROM passages WHERE search @@ quote_literal(asked.stem)::tsquery LIMIT \(limit)) AS found
            )
            FROM unnest(\(others)::text[]) AS asked (stem)
            """
        )
        for row in rows {
            let (stem, count) = try row.decode(String.self, Int.self)
            counts[stem] = count
        }
        return counts
    }

    /// What the last ANALYZE has found, which autovacuum repeats when a tenth has changed.
    private func estimates(of stems: [String], total: Int) async throws -> [String: Int] {
        let rows = try await transaction.query(
            """
            SELECT common.stem, common.share::float8
            FROM pg_stats
            CROSS JOIN unnest(most_common_elems::text::text[], most_common_elem_freqs) AS common (stem, share)
            WHERE schemaname = current_schema()
              AND tablename = 'passages'
              AND attname = 'search'
              AND common.stem = ANY(\(stems)::text[])
            """
        )
        return Dictionary(
            try rows.map { row in
                let (stem, share) = try row.decode(String.self, Double.self)
                return (stem, Int((share * Double(total)).rounded()))
            },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// Passages that hold one of the stems `selecting`, ranked by the weights of all stems they hold.
    ///
    /// Of more than `rankedLimit` the newest are ranked. Where about `expected` of `total` hold one, those are looked for
    /// among so many of the newest passages as should hold them, and among all only when these do not.
    func ranked(
        by weights: [(stem: String, weight: Float)],
        selecting: [String],
        expected: Int,
        total: Int,
        limit: Int
    ) async throws -> [PassageHit] {
        if expected > 2 * Self.rankedLimit {
            let part = Double(total) * 1.5 * Double(Self.rankedLimit) / Double(expected)
            let first = try await newestID() - Int64(part)
            let rows = try await transaction.query(
                ranking(by: weights, selecting: selecting, behind: first, limit: limit)
            )
            if try rows.first?.decode(PassageID.self, Double.self, Int.self).2 == Self.rankedLimit {
                return try hits(rows)
            }
        }
        return try hits(try await transaction.query(ranking(by: weights, selecting: selecting, limit: limit)))
    }

    private func newestID() async throws -> Int64 {
        try await transaction.query("SELECT coalesce(max(id), 0) FROM passages").first?.decode(Int64.self) ?? 0
    }

    /// The stages are materialised: left to itself the planner reads the table backwards by id in the hope of soon having
    /// found enough.
    func ranking(
        by weights: [(stem: String, weight: Float)],
        selecting: [String],
        behind first: Int64? = nil,
        limit: Int
    ) -> SQL {
        // Both indexes together find them, so that only pages of the newest are read.
        let newest: SQL = if let first { "AND id > \(first)" } else { "" }
        return """
            WITH matching AS MATERIALIZED (
                SELECT id
                FROM passages
                WHERE search @@ (
                    SELECT string_agg(quote_literal(stem), ' | ')::tsquery FROM unnest(\(selecting)::text[]) AS stem
                )
                \(newest)
            ), newest AS MATERIALIZED (
                SELECT id FROM matching ORDER BY id DESC LIMIT \(Self.rankedLimit)
            )
            \(Self.ranking(weights, limit: limit))
            """
    }

    /// The newest passages, ranked in the same way: for questions made only of words that everybody says.
    func rankedNewest(by weights: [(stem: String, weight: Float)], limit: Int) async throws -> [PassageHit] {
        try hits(
            try await transaction.query(
                """
                WITH newest AS MATERIALIZED (
                    SELECT id FROM passages ORDER BY id DESC LIMIT \(Self.rankedLimit)
                )
                \(Self.ranking(weights, limit: limit))
                """
            )
        )
    }

    private static func ranking(_ weights: [(stem: String, weight: Float)], limit: Int) -> SQL {
        """
        , asked AS MATERIALIZED (
            SELECT quote_literal(stem)::tsquery AS query, weight
            FROM unnest(\(weights.map(\.stem))::text[], \(weights.map(\.weight))::float4[]) AS asked (stem, weight)
        )
        SELECT passages.id, sum(asked.weight)::float8 AS score, (SELECT count(*) FROM newest)
        FROM newest
        JOIN passages ON passages.id = newest.id
        JOIN asked ON passages.search @@ asked.query
        GROUP BY passages.id
        ORDER BY score DESC, passages.id DESC
        LIMIT \(limit)
        """
    }

    private func hits(_ rows: [Row]) throws -> [PassageHit] {
        try rows.map { row in
            let (id, score) = try row.decode(PassageID.self, Double.self)
            return PassageHit(id: id, score: score)
        }
    }

    /// The passages nearest in meaning by one engine's embeddings, and how many were compared.
    ///
    /// Read newest first in pieces, so that memory stays bounded.
    func nearest(
        to unit: [Float],
        model: String,
        limit: Int
    ) async throws -> (hits: [PassageHit], compared: Int) {
        var best: [PassageHit] = []
        var compared = 0
        var cursor = Int64.max
        while compared < Self.comparedLimit {
            let rows = try await transaction.query(
                """
                SELECT id, embedding
                FROM passages
                WHERE embedding_model = \(model)
                  AND id < \(cursor)
                ORDER BY id DESC
                LIMIT \(Self.rankedLimit)
                """
            )
            for row in rows {
                let (id, bytes) = try row.decode(PassageID.self, [UInt8].self)
                cursor = id.rawValue
                guard let cosine = StoredEmbedding(bytes: bytes)?.cosine(unit) else { continue }
                best.append(PassageHit(id: id, score: Double(cosine)))
            }
            best.sort { ($0.score, $0.id) > ($1.score, $1.id) }
            best.removeLast(max(0, best.count - limit))
            compared += rows.count
            if rows.count < Self.rankedLimit { break }
        }
        return (best, compared)
    }
}
