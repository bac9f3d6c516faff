import Database
import Kernel

/// Writes down what was sent, many at once where many were.
struct SentMessages: Sendable {
    private let gatherings: [OutboxPlace: Gathering<Sent, OutboxEnd>]

    private struct Sent {
        let row: Int64
        let message: Int64?
    }

    init(database: Database, bot: BotID, epoch: Int64) {
        let pairs = database.outboxPlaces.map { place in
            (
                place,
                Gathering<Sent, OutboxEnd>(limit: 100) { all in
                    let rows = try await database.run(place, .oneExchange) {
                        try await $0.query(Self.marking(all, place, bot: bot, epoch: epoch))
                    }
                    return try Self.ends(of: all, rows)
                }
            )
        }
        gatherings = Dictionary(uniqueKeysWithValues: pairs)
    }

    func mark(_ row: OutboxRow, as message: Int64?) async throws -> OutboxEnd {
        guard let gathering = gatherings[row.place] else { throw DatabaseFault.misuse("a message of another cell") }
        return try await gathering.ask(Sent(row: row.id, message: message))
    }

    private static func ends(of all: [Sent], _ rows: [Row]) throws -> [OutboxEnd] {
        var ends: [Int64: OutboxEnd] = [:]
        for row in rows {
            let (id, hasMore) = try row.decode(Int64.self, Bool.self)
            ends[id] = .noted(mayHaveMore: hasMore)
        }
        return all.map { ends[$0.row, default: .takenOver] }
    }

    /// Gives the rows that were ours, and whether more waits for their chats; fills the slots with what was sent.
    private static func marking(_ all: [Sent], _ place: OutboxPlace, bot: BotID, epoch: Int64) -> SQL {
        // The file's bytes are the largest part of a row and nobody needs them any more.
        """
        WITH sent AS (
            UPDATE \(place.table) AS row
            SET state = 'sent', message_id = nullif(made.message, 0), file_bytes = NULL, error = NULL,
                finished_at = now()
            FROM unnest(\(all.map(\.row)), \(all.map { $0.message ?? 0 })) AS made (id, message)
            WHERE row.id = made.id AND row.state = 'sending' AND row.epoch = \(epoch)
            RETURNING row.id, row.bot_id, row.chat_id, row.slot, row.message_id
        ), filled AS (
            INSERT INTO \(place.slots) AS slots (bot_id, chat_id, slot, message_id)
            SELECT bot_id, chat_id, slot, message_id FROM sent WHERE slot IS NOT NULL AND message_id IS NOT NULL
            ON CONFLICT (bot_id, chat_id, slot) DO UPDATE SET message_id = excluded.message_id, made_at = now()
            WHERE slots.message_id <> excluded.message_id
        )
        SELECT id, EXISTS (
            SELECT FROM \(place.table) AS next
            WHERE next.bot_id = sent.bot_id AND next.chat_id = sent.chat_id AND next.state = 'pending')
        FROM sent
        """
    }
}
