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

    /// How many passages there are; an estimate where counting would cost.
    func count() async throws -> Int {
        let rows = try await transaction.query(
            """
            SELECT CASE WHEN reltuples < 20000 THEN (SELECT count(*) FROM passages) ELSE reltuples::bigint END
            FROM pg_class
            WHERE oid = 'passages'::regclass
            """
        )
        return try rows.first?.decode(Int.self) ?? 0
    }

    /// In how many passages each stem occurs, counted no further than `limit`.
    func frequencies(of stems: [String], limit: Int) async throws -> [String: Int] {
        let rows = try await transaction.query(
            """
            SELECT asked.stem, (
                SELECT count(*)
                FROM (SELECT 1 FROM passages WHERE search @@ quote_literal(asked.stem)::tsquery LIMIT \(limit)) AS found
            )
            FROM unnest(\(stems)::text[]) AS asked (stem)
            """
        )
        return Dictionary(uniqueKeysWithValues: try rows.map { try $0.decode(String.self, Int.self) })
    }

    /// Passages that hold one of the stems `selecting`, ranked by the weights of all stems they hold.
    ///
    /// Of more than `rankedLimit` the newest are ranked.
    func ranked(
        by weights: [(stem: String, weight: Float)],
        selecting: [String],
        limit: Int
    ) async throws -> [PassageHit] {
        try hits(try await transaction.query(ranking(by: weights, selecting: selecting, limit: limit)))
    }

    /// The stages are materialised: left to itself the planner reads the table backwards by id in the hope of soon having
    /// found enough.
    func ranking(by weights: [(stem: String, weight: Float)], selecting: [String], limit: Int) -> SQL {
        """
        WITH matching AS MATERIALIZED (
            SELECT id
            FROM passages
            WHERE search @@ (
                SELECT string_agg(quote_literal(stem), ' | ')::tsquery FROM unnest(\(selecting)::text[]) AS stem
            )
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
        SELECT passages.id, sum(asked.weight)::float8 AS score
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
