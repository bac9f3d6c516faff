import Database
import Foundation
import Kernel

/// All SQL of the harness: it reads the product's tables through the product's own doors.
struct EvidenceStore: Sendable {
    let database: Database

    /// How many companies are ready, and how many people have been handled at least once.
    func arrived() async throws -> (ready: Int, known: Int) {
        try await database.platform { tx in
            let rows = try await tx.query(
                """
                SELECT (SELECT count(*) FROM platform.tenants WHERE state = 'ready'),
                       (SELECT count(DISTINCT chat_id) FROM platform.inbox WHERE state = 'handled')
                """
            )
            return try rows.first?.decode(Int.self, Int.self) ?? (0, 0)
        }
    }

    /// Makes people members of the owners' companies in turn; there is no invitation that could be walked yet.
    func join(_ people: [Int64], companiesOf owners: [Int64]) async throws {
        try await database.platform { tx in
            try await tx.execute(
                """
                INSERT INTO platform.memberships (tenant, account, role)
                SELECT tenants.id, accounts.id, 'head'
                FROM unnest(\(people), \(people.indices.map { owners[$0 % owners.count] })) AS pair (person, owner)
                JOIN platform.accounts ON accounts.telegram_id = pair.person
                JOIN platform.accounts AS owners ON owners.telegram_id = pair.owner
                JOIN platform.tenants ON tenants.created_by = owners.id
                """
            )
        }
    }

    /// What is still to be done: updates, messages, jobs.
    func unfinished() async throws -> (updates: Int, messages: Int, jobs: Int) {
        let (updates, early) = try await database.platform { tx in
            try await tx.query(
                """
                SELECT (SELECT count(*) FROM platform.inbox WHERE state = 'new'),
                       (SELECT count(*) FROM platform.outbox WHERE state IN ('pending', 'sending'))
                """
            ).first?.decode(Int.self, Int.self) ?? (0, 0)
        }
        let (late, jobs) = try await database.cell { tx in
            try await tx.query(
                """
                SELECT (SELECT count(*) FROM cell.outbox WHERE state IN ('pending', 'sending')),
                       (SELECT count(*) FROM cell.jobs WHERE state <> 'dead')
                """
            ).first?.decode(Int.self, Int.self) ?? (0, 0)
        }
        return (updates, early + late, jobs)
    }

    /// Ends the waiting of jobs that were put off, as the clock would: nothing else about them changes.
    func hurry() async throws -> Int {
        try await database.cell { tx in
            try await tx.execute("UPDATE cell.jobs SET run_at = now() WHERE state = 'later' AND run_at > now()")
        }
    }

    func gather(into evidence: inout Evidence) async throws {
        let updates = try await database.platform { try await self.updates($0) }
        let companies = try await database.platform { try await self.companies($0) }
        let early: [SentRow] = try await database.platform { tx in try await rows(of: "platform", tx) }
        let earlySlots: [SlotKey: Int64] = try await database.platform { tx in try await slots(of: "platform", tx) }
        let late: [SentRow] = try await database.cell { tx in try await rows(of: "cell", tx) }
        let lateSlots: [SlotKey: Int64] = try await database.cell { tx in try await slots(of: "cell", tx) }
        evidence.updates = updates
        evidence.companies = companies
        evidence.rows = early + late
        evidence.slots = earlySlots.merging(lateSlots) { $1 }
        evidence.jobs = try await database.cell { try await jobs($0) }
        evidence.handledInCell = try await database.cell { tx in
            try await tx.query("SELECT update_id FROM cell.handled_updates").map { try $0.decode(Int64.self) }
        }
        for tenant in try await tenants() {
            evidence.storedCalls += try await database.tenant(tenant) { try await calls($0) }
            evidence.questions += try await database.tenant(tenant) { try await questions($0) }
        }
    }

    private func tenants() async throws -> [TenantID] {
        try await database.platform { tx in
            try await tx.query("SELECT id FROM platform.tenants WHERE state = 'ready' ORDER BY id")
                .map { try $0.decode(TenantID.self) }
        }
    }

    private func updates(_ tx: PlatformTransaction) async throws -> [StoredUpdate] {
        try await tx.query(
            """
            SELECT update_id, coalesce(chat_id, 0), (payload::jsonb #>> '{message,message_id}')::bigint,
                   payload::jsonb #>> '{callback_query,data}', state, route
            FROM platform.inbox
            ORDER BY id
            """
        ).map { row in
            let (id, chat, message, pressed, state, route) = try row.decode(
                Int64.self,
                Int64.self,
                Int64?.self,
                String?.self,
                String.self,
                Int64?.self
            )
            return StoredUpdate(id: id, chat: chat, message: message, pressed: pressed, state: state, route: route)
        }
    }

    private func companies(_ tx: PlatformTransaction) async throws -> [Int64: Int] {
        let rows = try await tx.query(
            """
            SELECT accounts.telegram_id, count(*)
            FROM platform.tenants
            JOIN platform.accounts ON accounts.id = tenants.created_by
            WHERE tenants.state = 'ready'
            GROUP BY accounts.telegram_id
            """
        )
        return Dictionary(uniqueKeysWithValues: try rows.map { try $0.decode(Int64.self, Int.self) })
    }

    private func rows(of place: String, _ tx: any Transaction) async throws -> [SentRow] {
        let select: SQL = """
            SELECT id, chat_id, method, parameters ->> 'text',
                   (parameters #>> '{reply_parameters,message_id}')::bigint, slot, state, message_id,
                   if_ambiguous IS NOT NULL, error
            """
        let from: SQL = place == "platform" ? "FROM platform.outbox ORDER BY id" : "FROM cell.outbox ORDER BY id"
        return try await tx.query("\(select) \(from)").map { row in
            let (id, chat, method, text, replyTo, slot, state, message, tells, error) = try row.decode(
                Int64.self,
                Int64.self,
                String.self,
                String?.self,
                Int64?.self,
                String?.self,
                String.self,
                Int64?.self,
                Bool.self,
                String?.self
            )
            return SentRow(
                id: id,
                isOfPlatform: place == "platform",
                chat: chat,
                method: method,
                text: text,
                replyTo: replyTo,
                slot: slot,
                state: state,
                message: message,
                tellsWhenAmbiguous: tells,
                error: error
            )
        }
    }

    private func slots(of place: String, _ tx: any Transaction) async throws -> [SlotKey: Int64] {
        let from: SQL = place == "platform" ? "FROM platform.outbox_slots" : "FROM cell.outbox_slots"
        let rows = try await tx.query("SELECT chat_id, slot, message_id \(from)")
        return Dictionary(
            uniqueKeysWithValues: try rows.map { row in
                let (chat, slot, message) = try row.decode(Int64.self, String.self, Int64.self)
                return (SlotKey(chat: chat, slot: slot), message)
            }
        )
    }

    private func jobs(_ tx: CellTransaction) async throws -> [LeftJob] {
        try await tx.query("SELECT id, type, state, error FROM cell.jobs ORDER BY id").map { row in
            let (id, type, state, error) = try row.decode(Int64.self, String.self, String.self, String?.self)
            return LeftJob(id: id, type: type, state: state, error: error)
        }
    }

    private func calls(_ tx: TenantTransaction) async throws -> [StoredCall] {
        try await tx.query(
            """
            SELECT id, (origin ->> 'chat')::bigint, coalesce((origin ->> 'message')::bigint, 0), origin ->> 'slot', state
            FROM calls
            """
        ).map { row in
            let (id, chat, message, slot, state) = try row.decode(
                Int64.self,
                Int64.self,
                Int64.self,
                String.self,
                String.self
            )
            let origin = RecordingKey(chat: chat, message: message)
            return StoredCall(tenant: tx.tenant.rawValue, id: id, origin: origin, slot: slot, state: state)
        }
    }

    private func questions(_ tx: TenantTransaction) async throws -> [RecordingKey] {
        try await tx.query(
            "SELECT (origin ->> 'chat')::bigint, coalesce((origin ->> 'message')::bigint, 0) FROM questions"
        ).map { row in
            let (chat, message) = try row.decode(Int64.self, Int64.self)
            return RecordingKey(chat: chat, message: message)
        }
    }
}
