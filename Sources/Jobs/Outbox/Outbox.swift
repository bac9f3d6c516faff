public import Database
public import Kernel

/// The messages that wait for one bot in a cell; in the first one also those in platform.
///
/// Only the holder of the bot's lease calls it: `recover` once, and then the rest. An older epoch is refused.
public struct Outbox: Sendable {
    private let database: Database
    private let bot: BotID
    private let epoch: Int64
    private let sent: SentMessages
    private var places: [OutboxPlace] { database.outboxPlaces }

    public init(database: Database, bot: BotID, epoch: Int64) {
        self.database = database
        self.bot = bot
        self.epoch = epoch
        sent = SentMessages(database: database, bot: bot, epoch: epoch)
    }

    /// Takes the next message of each chat that has one and is not in `busy`, the most urgent first.
    ///
    /// `inHand` names everything that was claimed and not ended yet. What else is marked as being sent under this epoch
    /// was claimed by a call whose answer was lost: it was never sent, and waits again.
    public func claim(limit: Int, busy: [Int64], inHand: Set<OutboxNumber>) async throws -> [OutboxRow] {
        var rows: [OutboxRow] = []
        for place in places where rows.count < limit {
            let taken = busy + rows.map(\.chat)
            do {
                rows += try await database.run(place, .oneExchange) { tx in
                    let answers = try await tx.query(together: [
                        // Locked first: the newer holder waits until this transaction has ended.
                        "SELECT FROM \(holder(place)) FOR SHARE",
                        puttingBack(except: inHand, place),
                        claiming(limit - rows.count, taken, place),
                    ])
                    guard !answers[0].isEmpty else { throw OutboxFault.superseded }
                    return try answers[2].map { try outboxRow($0, place) }
                }
            } catch {
                // What the other place has given is committed and goes out; the next claim meets this failure again.
                guard !rows.isEmpty else { throw error }
            }
        }
        return rows.sorted { ($0.rank, $0.id) < ($1.rank, $1.id) }
    }

    /// Asks whether the database answers.
    public func probe() async throws { _ = try await database.readCell { try await $0.query("SELECT 1") } }

    /// Lets wait again what was claimed under this epoch and is not in hand: it was never sent.
    public func putBack(except inHand: Set<OutboxNumber>) async throws {
        for place in places {
            try await database.run(place, .oneExchange) { try await $0.execute(puttingBack(except: inHand, place)) }
        }
    }

    /// Writes down how a message ended.
    ///
    /// A sent one fills its slot; an ambiguous one queues what its slot is to show instead.
    @discardableResult
    public func end(_ row: OutboxRow, _ ending: OutboxEnding) async throws -> OutboxEnd {
        let isOurs: Bool
        switch ending {
        case .sent(let message): return try await sent.mark(row, as: message)
        case .later(let delay, let reason):
            isOurs = try await database.run(row.place, .oneExchange) {
                try await putOff(row, by: delay, because: reason, in: $0)
            }
        case .refused(let reason):
            isOurs = try await database.run(row.place, .oneExchange) {
                try await finish(row, state: "refused", error: reason, in: $0)
            }
        case .ambiguous(let reason):
            isOurs = try await database.run(row.place) { tx in
                let isOurs = try await finish(row, state: "ambiguous", error: reason, in: tx)
                if isOurs { try await queueAmbiguousBody(ofRows: [row.id], in: row.place, tx) }
                return isOurs
            }
        }
        return isOurs ? .noted(mayHaveMore: true) : .takenOver
    }

    /// Forgets which message a slot is, because a person has deleted it: the next row of the slot is sent anew.
    public func forgetSlot(of row: OutboxRow) async throws {
        guard let slot = row.slot else { return }
        try await database.run(row.place) { tx in
            try await tx.execute(
                """
                DELETE FROM \(row.place.slots)
                WHERE bot_id = \(bot) AND chat_id = \(row.chat) AND slot = \(slot)
                """
            )
        }
    }

    /// Settles what a former holder of the lease was sending when it ended; call it once, before the first `claim`.
    ///
    /// What may be repeated is sent again, such as an edit; for the rest nobody knows whether they arrived. Throws
    /// `OutboxFault.superseded` when a newer epoch was here before.
    public func recover() async throws {
        for place in places {
            try await database.run(place) { tx in
                // Raised first: an older holder that claims at this moment is waited for, and later ones are refused.
                let raised = try await tx.execute(
                    """
                    INSERT INTO \(place.holders) AS holder (bot_id, epoch) VALUES (\(bot), \(epoch))
                    ON CONFLICT (bot_id) DO UPDATE SET epoch = excluded.epoch WHERE holder.epoch <= excluded.epoch
                    """
                )
                guard raised == 1 else { throw OutboxFault.superseded }
                try await tx.execute(
                    """
                    UPDATE \(place.table) AS row SET state = 'pending', epoch = NULL
                    WHERE bot_id = \(bot) AND state = 'sending' AND epoch < \(epoch)
                      AND (may_repeat OR method LIKE 'edit%' OR method LIKE 'delete%' OR (slot IS NOT NULL AND EXISTS (
                          SELECT FROM \(place.slots) AS slots
                          WHERE slots.bot_id = row.bot_id AND slots.chat_id = row.chat_id AND slots.slot = row.slot)))
                    """
                )
                let lost = try await tx.query(
                    """
                    UPDATE \(place.table)
                    SET state = 'ambiguous', error = 'the sender was lost', file_bytes = NULL, finished_at = now()
                    WHERE bot_id = \(bot) AND state = 'sending' AND epoch < \(epoch)
                    RETURNING id
                    """
                )
                try await queueAmbiguousBody(ofRows: try lost.map { try $0.decode(Int64.self) }, in: place, tx)
            }
        }
    }

    /// Gives up what waits for a chat that has blocked the bot; how many that were.
    @discardableResult
    public func refuseAll(to chat: Int64, because reason: String) async throws -> Int {
        var count = 0
        for place in places {
            count += try await database.run(place) { tx in
                try await tx.execute(
                    """
                    UPDATE \(place.table)
                    SET state = 'refused', error = \(reason), file_bytes = NULL, finished_at = now()
                    WHERE bot_id = \(bot) AND chat_id = \(chat) AND state = 'pending'
                    """
                )
            }
        }
        return count
    }

    /// This holder of the lease, as long as there is no newer one.
    private func holder(_ place: OutboxPlace) -> SQL {
        "\(place.holders) WHERE bot_id = \(bot) AND epoch = \(epoch)"
    }

    private func puttingBack(except inHand: Set<OutboxNumber>, _ place: OutboxPlace) -> SQL {
        let kept = inHand.filter { $0.place == place }.map(\.id)
        return """
            UPDATE \(place.table) AS row
            SET state = \(stateOfWaiting(in: place)), epoch = NULL, attempt = attempt - 1
            WHERE bot_id = \(bot) AND state = 'sending' AND epoch = \(epoch) AND id <> ALL(\(kept))
            """
    }

    /// What becomes of a row that was not sent: when a newer one of its slot waits by now, that one is enough.
    private func stateOfWaiting(in place: OutboxPlace) -> SQL {
        """
        CASE WHEN EXISTS (
            SELECT FROM \(place.table) AS newer
            WHERE newer.bot_id = row.bot_id AND newer.chat_id = row.chat_id AND newer.slot = row.slot
              AND newer.state = 'pending' AND newer.id > row.id) THEN 'replaced' ELSE 'pending' END
        """
    }

    /// The statement that takes the next messages.
    ///
    /// Goes through what waits in the order in which it may go, and passes over all but the first of a chat: what a mass
    /// notification adds behind is not looked at. A chat whose first message is put off waits with all that comes behind
    /// it: none overtakes. It gives nothing to a former holder, for it is committed before the holder is looked at.
    func claiming(_ limit: Int, _ busy: [Int64], _ place: OutboxPlace) -> SQL {
        """
        UPDATE \(place.table) AS row
        SET state = 'sending', epoch = \(epoch), attempt = attempt + 1
        WHERE state = 'pending' AND EXISTS (SELECT FROM \(holder(place))) AND ctid = ANY (ARRAY(
            SELECT ctid
            FROM \(place.table) AS first
            WHERE bot_id = \(bot) AND state = 'pending' AND id > 0 AND not_before <= now() AND chat_id <> ALL(\(busy))
              AND (SELECT earlier.id FROM \(place.table) AS earlier
                   WHERE earlier.bot_id = first.bot_id AND earlier.chat_id = first.chat_id
                     AND (earlier.rank, earlier.id) < (first.rank, first.id) AND earlier.state = 'pending'
                   LIMIT 1) IS NULL
              AND (SELECT sending.id FROM \(place.table) AS sending
                   WHERE sending.bot_id = first.bot_id AND sending.chat_id = first.chat_id
                     AND sending.state = 'sending'
                   LIMIT 1) IS NULL
            ORDER BY rank, id
            LIMIT \(limit)
        ))
        RETURNING row.id, row.chat_id, row.rank, row.method, row.parameters, row.file_field, row.file_name,
            row.file_mime, row.file_bytes, row.slot,
            (SELECT message_id FROM \(place.slots) AS slots
             WHERE slots.bot_id = row.bot_id AND slots.chat_id = row.chat_id AND slots.slot = row.slot),
            row.may_repeat, row.attempt
        """
    }

    private func outboxRow(_ row: Row, _ place: OutboxPlace) throws -> OutboxRow {
        let (id, chat, rank, method, parameters, field, name, mime, bytes, slot, message, mayRepeat, attempt) =
            try row.decode(
                Int64.self,
                Int64.self,
                Int.self,
                String.self,
                String.self,
                String?.self,
                String?.self,
                String?.self,
                [UInt8]?.self,
                String?.self,
                Int64?.self,
                Bool.self,
                Int.self
            )
        var file: OutgoingFile?
        if let field, let name {
            file = OutgoingFile(
                field: field,
                name: name,
                mime: mime ?? "application/octet-stream",
                bytes: bytes ?? []
            )
        }
        return OutboxRow(
            id: id,
            place: place,
            chat: chat,
            rank: OutgoingRank(rawValue: rank) ?? .mass,
            body: OutgoingBody(method: method, parameters: parameters, file: file),
            slot: slot,
            slotMessage: message,
            mayRepeat: mayRepeat,
            attempt: attempt
        )
    }

    private func putOff(
        _ row: OutboxRow,
        by delay: Duration,
        because reason: String,
        in tx: any Transaction
    ) async throws -> Bool {
        try await tx.execute(
            """
            UPDATE \(row.place.table) AS row
            SET state = \(stateOfWaiting(in: row.place)),
                not_before = now() + \(delay.inSeconds) * interval '1 second', error = \(reason), epoch = NULL
            WHERE \(held(row))
            """
        ) == 1
    }

    private func finish(
        _ row: OutboxRow,
        state: String,
        error: String,
        in tx: any Transaction
    ) async throws -> Bool {
        try await tx.execute(
            """
            UPDATE \(row.place.table)
            SET state = \(state), error = \(error), file_bytes = NULL, finished_at = now()
            WHERE \(held(row))
            """
        ) == 1
    }

    private func queueAmbiguousBody(ofRows ids: [Int64], in place: OutboxPlace, _ tx: any Transaction) async throws {
        // What waited to be shown there was written when the message was thought to arrive.
        try await tx.execute(
            """
            UPDATE \(place.table) AS row SET state = 'replaced', file_bytes = NULL, finished_at = now()
            FROM \(place.table) AS lost
            WHERE lost.id = ANY(\(ids)) AND row.bot_id = lost.bot_id AND row.chat_id = lost.chat_id
              AND row.slot = lost.if_ambiguous ->> 'slot' AND row.state = 'pending'
            """
        )
        try await tx.execute(
            """
            INSERT INTO \(place.table) (bot_id, chat_id, tenant_id, rank, method, parameters, slot, may_repeat)
            SELECT bot_id, chat_id, tenant_id, 1, if_ambiguous ->> 'method',
                   (if_ambiguous ->> 'parameters')::jsonb, if_ambiguous ->> 'slot', true
            FROM \(place.table)
            WHERE id = ANY(\(ids)) AND if_ambiguous IS NOT NULL
            """
        )
        tx.wake(.outbox)
    }

    private func held(_ row: OutboxRow) -> SQL { "id = \(row.id) AND state = 'sending' AND epoch = \(epoch)" }
}
