import Database
import Foundation
import Kernel

/// The calls of a day in numbers, and the digests that were made of them.
struct DigestStore {
    let transaction: TenantTransaction

    init(_ transaction: TenantTransaction) { self.transaction = transaction }

    struct Counts: Sendable {
        var done: Int
        var unfinished: Int
        var failed: Int
        var conversion: DigestSummary.ConversionCounts
    }

    func counts(from start: Date, to end: Date) async throws -> Counts {
        let rows = try await transaction.query(
            """
            SELECT count(*) FILTER (WHERE state = 'done'),
                   count(*) FILTER (WHERE state IN ('received', 'transcribing', 'analysing')),
                   count(*) FILTER (WHERE state = 'failed'),
                   count(*) FILTER (WHERE state = 'done' AND conversion = 'yes'),
                   count(*) FILTER (WHERE state = 'done' AND conversion = 'no'),
                   count(*) FILTER (WHERE state = 'done' AND conversion = 'undecided')
            FROM calls
            WHERE happened_at >= \(start)
              AND happened_at < \(end)
            """
        )
        guard let row = rows.first else { throw DatabaseFault.unreadable("no counts of a day") }
        let (done, unfinished, failed, yes, no, undecided) = try row.decode(
            Int.self,
            Int.self,
            Int.self,
            Int.self,
            Int.self,
            Int.self
        )
        return Counts(
            done: done,
            unfinished: unfinished,
            failed: failed,
            conversion: .init(yes: yes, no: no, undecided: undecided)
        )
    }

    /// The item that most calls failed; among equals the one that fails the larger share, then the first of the script.
    ///
    /// Its definition is that of the newest script that has it.
    func weakestItem(from start: Date, to end: Date) async throws -> DigestSummary.WeakestItem? {
        let rows = try await transaction.query(
            """
            WITH items AS (
                SELECT assessments.criterion, min(assessments.position) AS position,
                       count(*) FILTER (WHERE assessments.verdict = 'no') AS failed,
                       count(*) FILTER (WHERE assessments.verdict IN ('yes', 'no')) AS scored
                FROM calls
                JOIN assessments ON assessments.call_id = calls.id
                WHERE calls.happened_at >= \(start)
                  AND calls.happened_at < \(end)
                  AND calls.state = 'done'
                GROUP BY assessments.criterion
            )
            SELECT newest.definition, items.failed, items.scored
            FROM items
            CROSS JOIN LATERAL (
                SELECT definition
                FROM criteria
                WHERE code = items.criterion
                ORDER BY script_id DESC
                LIMIT 1
            ) AS newest
            WHERE items.failed > 0
            ORDER BY items.failed DESC, items.scored, items.position
            LIMIT 1
            """
        )
        return try rows.first.map { row in
            let (definition, failed, scored) = try row.decode(String.self, Int.self, Int.self)
            return .init(
                criterion: try JSONColumn.value(Criterion.self, definition),
                failed: failed,
                scored: scored
            )
        }
    }

    enum Rank {
        case best
        case worst
    }

    /// The call with the highest or the lowest share of passed items; among equals the one with more items, then the newest.
    func ranked(_ rank: Rank, from start: Date, to end: Date) async throws -> DigestSummary.RankedCall? {
        let order: SQL =
            switch rank {
            case .best: "calls.passed_items::float8 / calls.scored_items DESC"
            case .worst: "calls.passed_items::float8 / calls.scored_items"
            }
        let rows = try await transaction.query(
            """
            SELECT calls.id, calls.happened_at, recordings.file_name, calls.passed_items, calls.scored_items
            FROM calls
            JOIN recordings ON recordings.id = calls.recording_id
            WHERE calls.happened_at >= \(start)
              AND calls.happened_at < \(end)
              AND calls.state = 'done'
              AND calls.scored_items > 0
            ORDER BY \(order), calls.scored_items DESC, calls.happened_at DESC, calls.id DESC
            LIMIT 1
            """
        )
        return try rows.first.map { row in
            let (id, happenedAt, name, passed, scored) = try row.decode(
                CallID.self,
                Date.self,
                String?.self,
                Int.self,
                Int.self
            )
            return .init(
                id: id,
                happenedAt: happenedAt,
                fileName: name,
                score: CallScore(passed: passed, scored: scored)
            )
        }
    }

    /// Nil when the digest of that day was made before.
    func insert(_ summary: DigestSummary, kind: DigestKind, at moment: Date) async throws -> DigestID? {
        try await transaction.query(
            """
            INSERT INTO digests (kind, local_day, summary, made_at)
            VALUES (\(kind.rawValue), \(summary.day.description)::date, \(try JSONColumn.text(summary))::jsonb, \(moment))
            ON CONFLICT (kind, local_day) DO NOTHING
            RETURNING id
            """
        ).first.map { try $0.decode(DigestID.self) }
    }

    func summary(_ id: DigestID) async throws -> DigestSummary? {
        try await transaction.query("SELECT summary FROM digests WHERE id = \(id)")
            .first.map { try JSONColumn.value(DigestSummary.self, try $0.decode(String.self)) }
    }
}
