public import Database
public import Kernel

/// Where the effects of an update belong.
public enum InboxRoute: Sendable, Hashable {
    case platform
    case tenant(TenantID)

    fileprivate init(number: Int64) { self = number == 0 ? .platform : .tenant(TenantID(number)) }

    fileprivate var number: Int64 {
        switch self {
        case .platform: 0
        case .tenant(let tenant): tenant.rawValue
        }
    }
}

/// An update as it came.
public struct ReceivedUpdate: Sendable {
    public let id: Int64
    /// Nil for what belongs to no chat.
    public let chat: Int64?
    /// The update as JSON.
    public let payload: String

    public init(id: Int64, chat: Int64?, payload: String) {
        self.id = id
        self.chat = chat
        self.payload = payload
    }
}

/// An update that is stored and not yet handled.
public struct InboxRow: Sendable, Identifiable {
    /// The order in which updates are handled.
    public let id: Int64
    public let update: ReceivedUpdate
    /// Set by the first handling; a replay obeys it.
    public let route: InboxRoute?
    /// How many attempts have begun before, without those that only met the same outage again.
    public let attempt: Int
}

/// The updates of one bot: stored before they are confirmed, handled once.
public struct Inbox: Sendable {
    private let database: Database
    private let bot: BotID
    private let beginning: Gathering<Beginning, InboxRoute?>
    private let finishing: Gathering<Finish, Void>

    private struct Beginning {
        let row: Int64
        let route: InboxRoute
        let isCounted: Bool
    }

    private struct Finish {
        let row: Int64
        let state: InboxState
    }

    public init(database: Database, bot: BotID) {
        self.database = database
        self.bot = bot
        beginning = Gathering(limit: 100) { try await Self.begin($0, database) }
        finishing = Gathering(limit: 100) { try await Self.finish($0, database) }
    }

    /// Stores a batch in one transaction and gives those of it that are not handled yet, in order.
    ///
    /// A batch comes again when the answer to its first storing was lost, so that what is given may be in hand already.
    public func store(_ updates: [ReceivedUpdate]) async throws -> [InboxRow] {
        guard !updates.isEmpty else { return [] }
        return try await database.platform { tx in
            try await tx.execute(
                """
                INSERT INTO platform.inbox (bot_id, update_id, chat_id, payload)
                SELECT \(bot), update_id, nullif(chat_id, 0), payload
                FROM unnest(\(updates.map(\.id)), \(updates.map { $0.chat ?? 0 }), \(updates.map(\.payload)))
                     AS batch (update_id, chat_id, payload)
                ORDER BY update_id
                ON CONFLICT (bot_id, update_id) DO NOTHING
                """
            )
            return try await rows("AND update_id = ANY(\(updates.map(\.id)))", limit: updates.count, in: tx)
        }
    }

    /// What an earlier process has stored and not finished, in order; `after` is the last row of the page before.
    public func unhandled(after last: Int64 = 0, limit: Int = 1000) async throws -> [InboxRow] {
        try await database.readPlatform { try await rows("AND id > \(last)", limit: limit, in: $0) }
    }

    private func rows(_ condition: SQL, limit: Int, in tx: PlatformTransaction) async throws -> [InboxRow] {
        try await tx.query(
            """
            SELECT id, update_id, chat_id, payload, route, attempt
            FROM platform.inbox
            WHERE bot_id = \(bot) AND state = 'new' \(condition)
            ORDER BY id
            LIMIT \(limit)
            """
        ).map { row in
            let (id, update, chat, payload, route, attempt) = try row.decode(
                Int64.self,
                Int64.self,
                Int64?.self,
                String.self,
                Int64?.self,
                Int.self
            )
            return InboxRow(
                id: id,
                update: ReceivedUpdate(id: update, chat: chat, payload: payload),
                route: route.map(InboxRoute.init(number:)),
                attempt: attempt
            )
        }
    }

    /// Begins an attempt: counts it and fixes the route, unless one is fixed already; gives the route that holds.
    ///
    /// Not counted is one that follows a failure which passes by itself: the count is of what the update may be to blame
    /// for. Nil when the update has been settled meanwhile: nothing is left to do.
    public func begin(_ row: InboxRow, route: InboxRoute, isCounted: Bool = true) async throws -> InboxRoute? {
        try await beginning.ask(Beginning(row: row.id, route: route, isCounted: isCounted))
    }

    private static func begin(_ all: [Beginning], _ database: Database) async throws -> [InboxRoute?] {
        let rows = try await database.platform([.oneExchange, .usesIndexes]) { tx in
            try await tx.query(
                """
                UPDATE platform.inbox AS row
                SET route = coalesce(row.route, begun.route), attempt = row.attempt + begun.count
                FROM unnest(\(all.map(\.row)), \(all.map(\.route.number)), \(all.map { $0.isCounted ? 1 : 0 }))
                     AS begun (id, route, count)
                WHERE row.id = begun.id AND row.state = 'new'
                RETURNING row.id, row.route
                """
            )
        }
        var routes: [Int64: InboxRoute] = [:]
        for row in rows {
            let (id, route) = try row.decode(Int64.self, Int64.self)
            routes[id] = InboxRoute(number: route)
        }
        return all.map { routes[$0.row] }
    }

    /// Marks an update whose effects are committed elsewhere, or that has none.
    public func finish(_ row: InboxRow, as state: InboxState = .handled) async throws {
        try await finishing.ask(Finish(row: row.id, state: state))
    }

    private static func finish(_ all: [Finish], _ database: Database) async throws -> [Void] {
        try await database.platform([.oneExchange, .usesIndexes]) { tx in
            try await tx.execute(
                """
                UPDATE platform.inbox AS row SET state = finished.state, handled_at = now()
                FROM unnest(\(all.map(\.row)), \(all.map(\.state.rawValue))) AS finished (id, state)
                WHERE row.id = finished.id AND row.state = 'new'
                """
            )
        }
        return all.map { _ in }
    }
}

/// How an update ended.
public enum InboxState: String, Sendable {
    case handled
    /// Of a kind that the product does not know.
    case ignored
}

extension PlatformTransaction {
    /// Marks the update as handled together with the effects of this transaction.
    ///
    /// When it was handled meanwhile, all is rolled back with `DatabaseFault.closingRefused`.
    public func markHandled(_ row: InboxRow) {
        atClosing(
            """
            UPDATE platform.inbox SET state = 'handled', handled_at = now() WHERE id = \(row.id) AND state = 'new'
            """,
            mustAffect: 1
        )
    }

    /// Marks the update as given up together with what is said about it in this transaction.
    ///
    /// When it was settled meanwhile, all is rolled back with `DatabaseFault.closingRefused`.
    public func markFailed(_ row: InboxRow, _ incident: Incident) {
        atClosing(
            """
            UPDATE platform.inbox SET state = 'failed', incident = \(incident.number), handled_at = now()
            WHERE id = \(row.id) AND state = 'new'
            """,
            mustAffect: 1
        )
    }
}

extension TenantTransaction {
    /// Marks the update as handled together with the effects of this transaction.
    ///
    /// When it was handled already, all is rolled back with `DatabaseFault.closingRefused`.
    public func markHandled(_ row: InboxRow, of bot: BotID) {
        atClosing(
            """
            INSERT INTO cell.handled_updates (bot_id, update_id) VALUES (\(bot), \(row.update.id))
            ON CONFLICT (bot_id, update_id) DO NOTHING
            """,
            mustAffect: 1
        )
    }
}
