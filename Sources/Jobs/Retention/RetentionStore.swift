import Database
import Kernel

/// All SQL of the retention.
///
/// Each step looks at the next thousand rows in an order in which the old ones come first, removes those of them whose
/// time is over, and ends the walk where rows are too young.
struct RetentionStore: Sendable {
    /// The first, which holds the platform.
    let database: Database

    static let rowsAStep = 1000

    struct Step: Sendable, Equatable {
        let removed: Int
        /// Behind which row the next step begins; nil at the end of the walk.
        let next: Int64?
    }

    func step(
        _ kind: RetentionKind,
        _ periods: RetentionPeriods,
        of cell: Database,
        behind start: Int64
    ) async throws -> Step {
        switch kind {
        case .updates: try await database.platform(traits) { try await walk(updates(periods, start), in: $0) }
        case .updateMarks: try await removeMarks(periods, of: cell)
        case .messages: try await cell.cell(traits) { try await walk(messages(.cell, periods, start), in: $0) }
        case .platformMessages:
            try await database.platform(traits) { try await walk(messages(.platform, periods, start), in: $0) }
        case .deadJobs: try await removeInCell(dead(periods), of: cell)
        case .slots: try await removeInCell(slots(.cell, periods), of: cell)
        case .topics: try await removeInCell(topics(periods), of: cell)
        case .platformSlots: try await removeInPlatform(slots(.platform, periods))
        case .strandedMessages: try await removeInCell(stranded(.cell, running: try await running()), of: cell)
        case .strandedPlatformMessages:
            try await removeInPlatform(stranded(.platform, running: try await running()))
        case .strandedUpdates: try await removeInPlatform(strandedUpdates)
        }
    }

    /// What a crash brings back is removed the next time.
    private var traits: TransactionTraits { [.usesIndexes, .mayBeLost] }

    private func walk(_ statement: SQL, in transaction: some Transaction) async throws -> Step {
        guard let row = try await transaction.query(statement).first else { return Step(removed: 0, next: nil) }
        let (removed, last) = try row.decode(Int.self, Int64?.self)
        return Step(removed: removed, next: last)
    }

    /// Updates that are settled, by number: the number rises with the time of receipt.
    func updates(_ periods: RetentionPeriods, _ start: Int64) -> SQL {
        """
        WITH next AS (
            SELECT id, state, received_at, handled_at
            FROM platform.inbox
            WHERE id > \(start)
            ORDER BY id
            LIMIT \(Self.rowsAStep)
        ), removed AS (
            DELETE FROM platform.inbox AS inbox
            USING next
            WHERE inbox.id = next.id
              AND (inbox.state IN ('handled', 'ignored')
                       AND inbox.handled_at < now() - \(periods.updatesDays) * interval '1 day'
                   OR inbox.state = 'failed'
                       AND inbox.handled_at < now() - \(periods.failuresDays) * interval '1 day')
            RETURNING inbox.id
        )
        SELECT (SELECT count(*) FROM removed),
               (SELECT max(id) FROM next
                HAVING count(*) = \(Self.rowsAStep)
                   AND min(received_at) < now() - \(periods.updatesDays) * interval '1 day')
        """
    }

    /// Messages that have ended, by number: the number rises with the time of writing.
    func messages(_ place: OutboxPlace, _ periods: RetentionPeriods, _ start: Int64) -> SQL {
        """
        WITH next AS (
            SELECT id, created_at
            FROM \(place.table)
            WHERE id > \(start)
            ORDER BY id
            LIMIT \(Self.rowsAStep)
        ), removed AS (
            DELETE FROM \(place.table) AS outbox
            USING next
            WHERE outbox.id = next.id
              AND (outbox.state IN ('sent', 'replaced')
                       AND outbox.finished_at < now() - \(periods.messagesDays) * interval '1 day'
                   OR outbox.state IN ('refused', 'ambiguous')
                       AND outbox.finished_at < now() - \(periods.failuresDays) * interval '1 day')
            RETURNING outbox.id
        )
        SELECT (SELECT count(*) FROM removed),
               (SELECT max(id) FROM next
                HAVING count(*) = \(Self.rowsAStep)
                   AND min(created_at) < now() - least(\(periods.messagesDays), \(periods.failuresDays)) * interval '1 day')
        """
    }

    private func removeInCell(_ statement: SQL, of cell: Database) async throws -> Step {
        step(try await cell.cell(traits) { try await $0.execute(statement) })
    }

    private func removeInPlatform(_ statement: SQL) async throws -> Step {
        step(try await database.platform(traits) { try await $0.execute(statement) })
    }

    /// A statement that removed as much as it may is run again.
    private func step(_ removed: Int) -> Step { Step(removed: removed, next: removed == Self.rowsAStep ? 0 : nil) }

    /// Jobs that died long ago, the oldest first.
    func dead(_ periods: RetentionPeriods) -> SQL {
        """
        DELETE FROM cell.jobs
        WHERE ctid = ANY (ARRAY(
            SELECT ctid
            FROM cell.jobs
            WHERE state = 'dead' AND dead_at < now() - \(periods.failuresDays) * interval '1 day'
            ORDER BY dead_at
            LIMIT \(Self.rowsAStep)
            FOR UPDATE SKIP LOCKED
        ))
        """
    }

    /// The mark of an update that the inbox still has to handle stays, however old it is: without it, what was
    /// committed before a crash would be done once more.
    ///
    /// The inbox may lie in another database than the marks, so it is asked, and what it needs is left out.
    private func removeMarks(_ periods: RetentionPeriods, of cell: Database) async throws -> Step {
        let needed = try await database.platform { tx in
            try await tx.query(
                """
                SELECT bot_id, update_id
                FROM platform.inbox
                WHERE state = 'new' AND received_at < now() - \(periods.updatesDays) * interval '1 day'
                """
            )
            .map { try $0.decode(Int64.self, Int64.self) }
        }
        return step(try await cell.cell(.mayBeLost) { try await $0.execute(marks(periods, needed: needed)) })
    }

    func marks(_ periods: RetentionPeriods, needed: [(bot: Int64, update: Int64)]) -> SQL {
        """
        DELETE FROM cell.handled_updates AS mark
        USING (
            SELECT bot_id, update_id
            FROM cell.handled_updates AS old
            WHERE handled_at < now() - \(periods.updatesDays) * interval '1 day'
              AND NOT EXISTS (SELECT FROM unnest(\(needed.map(\.bot)), \(needed.map(\.update))) AS needed (bot_id, update_id)
                              WHERE needed.bot_id = old.bot_id AND needed.update_id = old.update_id)
            ORDER BY handled_at
            LIMIT \(Self.rowsAStep)
        ) AS gone
        WHERE mark.bot_id = gone.bot_id AND mark.update_id = gone.update_id
        """
    }
}
