import Database
import Foundation
import Kernel

/// A passage that lies in the index, with the call it is from.
package struct StoredPassage: Sendable {
    var id: PassageID
    var call: CallID
    var happenedAt: Date
    var passage: Passage
}

/// The rows of the search index.
struct PassageStore {
    let transaction: TenantTransaction

    init(_ transaction: TenantTransaction) { self.transaction = transaction }

    /// Puts passages in the place of whatever was there.
    func replace(_ passages: [Passage], of call: CallID) async throws {
        try await transaction.execute("DELETE FROM passages WHERE call_id = \(call)")
        guard !passages.isEmpty else { return }
        try await transaction.execute(
            """
            INSERT INTO passages (call_id, first_turn, last_turn, speaker, start_seconds, end_seconds, text)
            SELECT \(call), cut."firstTurn", cut."lastTurn", cut.speaker, cut.start, cut."end", cut.text
            FROM jsonb_to_recordset(\(try JSONColumn.text(passages))::jsonb)
                AS cut ("firstTurn" integer, "lastTurn" integer, speaker text, start double precision,
                        "end" double precision, text text)
            ORDER BY cut."firstTurn"
            """
        )
    }

    /// Passages of a call that this engine has not given a meaning yet.
    func withoutEmbedding(by model: String, call: CallID, limit: Int) async throws -> [(id: PassageID, text: String)] {
        try await transaction.query(
            """
            SELECT id, text
            FROM passages
            WHERE call_id = \(call)
              AND embedding_model IS DISTINCT FROM \(model)
            ORDER BY id
            LIMIT \(limit)
            """
        ).map { row in
            let (id, text) = try row.decode(PassageID.self, String.self)
            return (id, text)
        }
    }

    func setEmbedding(_ embedding: StoredEmbedding, by model: String, of passage: PassageID) async throws {
        try await transaction.execute(
            """
            UPDATE passages
            SET embedding = \(embedding.bytes), embedding_model = \(model)
            WHERE id = \(passage)
            """
        )
    }

    /// The turns of a passage with their words.
    func transcript(of stored: StoredPassage) async throws -> Transcript {
        let numbers = stored.passage.firstTurn...stored.passage.lastTurn
        let turns = try await transaction.read(TranscriptStore.turns(of: stored.call, in: numbers))
        return Transcript(duration: stored.passage.end, channels: 2, turns: turns)
    }

    /// In no particular order.
    func passages(_ ids: [PassageID]) async throws -> [StoredPassage] {
        try await transaction.query(
            """
            SELECT passages.id, passages.call_id, calls.happened_at, passages.first_turn, passages.last_turn,
                   passages.speaker, passages.start_seconds, passages.end_seconds, passages.text
            FROM passages
            JOIN calls ON calls.id = passages.call_id
            WHERE passages.id = ANY(\(ids.map(\.rawValue)))
            """
        ).map { row in
            let (id, call, happenedAt, first, last, speaker, start, end, text) = try row.decode(
                PassageID.self,
                CallID.self,
                Date.self,
                Int.self,
                Int.self,
                String.self,
                Double.self,
                Double.self,
                String.self
            )
            return StoredPassage(
                id: id,
                call: call,
                happenedAt: happenedAt,
                passage: Passage(
                    firstTurn: first,
                    lastTurn: last,
                    speaker: Speaker(rawValue: speaker) ?? .unknown,
                    start: start,
                    end: end,
                    text: text
                )
            )
        }
    }
}
