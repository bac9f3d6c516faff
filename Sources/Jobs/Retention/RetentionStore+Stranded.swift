import Database
import Kernel

/// What nothing ends by itself: it grew without end, or waited for ever.
extension RetentionStore {
    /// Slots whose message was sent long ago: a later row of the slot is sent anew.
    func slots(_ place: OutboxPlace, _ periods: RetentionPeriods) -> SQL {
        """
        DELETE FROM \(place.slots)
        WHERE ctid = ANY (ARRAY(
            SELECT ctid
            FROM \(place.slots)
            WHERE made_at < now() - \(periods.messagesDays) * interval '1 day'
            ORDER BY made_at
            LIMIT \(Self.rowsAStep)
            FOR UPDATE SKIP LOCKED
        ))
        """
    }

    /// Counters of what pages follow; one that is touched again begins above all that was seen of it.
    func topics(_ periods: RetentionPeriods) -> SQL {
        """
        DELETE FROM cell.live
        WHERE ctid = ANY (ARRAY(
            SELECT ctid
            FROM cell.live
            WHERE made_at < now() - \(periods.messagesDays) * interval '1 day'
            ORDER BY made_at
            LIMIT \(Self.rowsAStep)
            FOR UPDATE SKIP LOCKED
        ))
        """
    }

    /// The bots that run; a cell cannot ask for them, since it may be another database.
    func running() async throws -> [BotID] { try await Bots(database: database).running() }

    /// Ends messages that have waited for a day for none of these bots; whether one in flight arrived nobody knows.
    func stranded(_ place: OutboxPlace, running bots: [BotID]) -> SQL {
        """
        UPDATE \(place.table)
        SET state = CASE state WHEN 'sending' THEN 'ambiguous' ELSE 'refused' END,
            error = 'its bot is gone or stands still', file_bytes = NULL, finished_at = now()
        WHERE ctid = ANY (ARRAY(
            SELECT ctid
            FROM \(place.table)
            WHERE state IN ('pending', 'sending')
              AND bot_id <> ALL(\(bots.map(\.rawValue)))
              AND created_at < now() - interval '1 day'
            LIMIT \(Self.rowsAStep)
            FOR UPDATE SKIP LOCKED
        ))
        """
    }

    /// Gives up updates of bots that are gone; those of one that stands still are handled when it is resumed.
    var strandedUpdates: SQL {
        """
        UPDATE platform.inbox
        SET state = 'failed', handled_at = now()
        WHERE ctid = ANY (ARRAY(
            SELECT ctid
            FROM platform.inbox
            WHERE state = 'new'
              AND NOT EXISTS (SELECT FROM platform.bots WHERE bots.id = inbox.bot_id)
              AND received_at < now() - interval '1 day'
            LIMIT \(Self.rowsAStep)
            FOR UPDATE SKIP LOCKED
        ))
        """
    }
}
