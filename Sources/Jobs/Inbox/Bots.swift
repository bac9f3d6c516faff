public import Database
public import Kernel

/// A bot that this installation runs, with its token still sealed.
public struct StoredBot: Sendable {
    public let id: BotID
    /// The company whose own bot it is; nil for one that all share.
    public let tenant: TenantID?
    public let username: String?
    public let sealedToken: [UInt8]
    /// Why its loop stands still.
    public let stopped: String?
    /// Stopped by a person, not by a token that Telegram refuses.
    public let isStoppedByHand: Bool
    /// Rises with every change.
    public let revision: Int64
    /// Whether a process polls it now.
    public let isHeld: Bool

    /// `@name`, or its number while the name is not known.
    public var name: String { username.map { "@\($0)" } ?? "\(id)" }
}

/// The bots of the installation; who runs them follows `WakeUpChannel.bots`.
public struct Bots: Sendable {
    private let database: Database

    public init(database: Database) { self.database = database }

    /// Puts a bot there, or its new token in place of the old; what had stopped it is forgotten.
    ///
    /// False when the bot is there for somebody else: it never changes whom it serves.
    public func put(_ id: BotID, for tenant: TenantID?, username: String?, sealedToken: [UInt8]) async throws -> Bool {
        try await database.platform { tx in
            try await put(id, for: tenant, username: username, sealedToken: sealedToken, in: tx)
        }
    }

    /// The same as a part of the caller's transaction.
    public func put(
        _ id: BotID,
        for tenant: TenantID?,
        username: String?,
        sealedToken: [UInt8],
        in tx: PlatformTransaction
    ) async throws -> Bool {
        let count = try await tx.execute(
            """
            INSERT INTO platform.bots AS bot (id, tenant_id, username, token_sealed)
            VALUES (\(id), \(tenant), \(username), \(sealedToken))
            ON CONFLICT (id) DO UPDATE
            SET username = coalesce(excluded.username, bot.username), token_sealed = excluded.token_sealed,
                stopped = NULL, stopped_by_hand = false, revision = bot.revision + 1
            WHERE bot.tenant_id IS NOT DISTINCT FROM excluded.tenant_id
            """
        )
        tx.wake(.bots)
        return count == 1
    }

    /// Says that Telegram refuses the token under which a loop ran; a token that came meanwhile is not touched.
    public func refuse(_ bot: StoredBot, because reason: String) async throws {
        try await database.platform { tx in
            try await tx.execute(
                """
                UPDATE platform.bots SET stopped = \(reason), revision = revision + 1
                WHERE id = \(bot.id) AND revision = \(bot.revision) AND stopped IS NULL
                """
            )
            tx.wake(.bots)
        }
    }

    /// Stops a bot until a person resumes it, with a tenant only that company's own; false when there is none.
    public func stop(_ id: BotID, of tenant: TenantID? = nil, because reason: String) async throws -> Bool {
        try await database.platform { try await stop(id, of: tenant, because: reason, in: $0) }
    }

    public func stop(
        _ id: BotID,
        of tenant: TenantID?,
        because reason: String,
        in tx: PlatformTransaction
    ) async throws -> Bool {
        let count = try await tx.execute(
            """
            UPDATE platform.bots SET stopped = \(reason), stopped_by_hand = true, revision = revision + 1
            WHERE id = \(id) AND tenant_id IS NOT DISTINCT FROM coalesce(\(tenant), tenant_id)
            """
        )
        tx.wake(.bots)
        return count == 1
    }

    /// Lets a stopped bot run again, with the token it had.
    public func resume(_ id: BotID, of tenant: TenantID? = nil) async throws -> Bool {
        try await database.platform { try await resume(id, of: tenant, in: $0) }
    }

    public func resume(_ id: BotID, of tenant: TenantID?, in tx: PlatformTransaction) async throws -> Bool {
        let count = try await tx.execute(
            """
            UPDATE platform.bots SET stopped = NULL, stopped_by_hand = false, revision = revision + 1
            WHERE id = \(id) AND tenant_id IS NOT DISTINCT FROM coalesce(\(tenant), tenant_id)
            """
        )
        tx.wake(.bots)
        return count == 1
    }

    /// All bots, the shared ones first.
    public func all() async throws -> [StoredBot] { try await database.platform { try await find("true", in: $0) } }

    /// The numbers of those that do not stand still.
    public func running() async throws -> [BotID] {
        try await database.platform { tx in
            try await tx.query("SELECT id FROM platform.bots WHERE stopped IS NULL").map { try $0.decode(BotID.self) }
        }
    }

    public func find(_ id: BotID) async throws -> StoredBot? {
        try await database.platform { try await find("bots.id = \(id)", in: $0) }.first
    }

    /// The company's own bots.
    public func own(of tenant: TenantID) async throws -> [StoredBot] {
        try await database.platform { try await own(of: tenant, in: $0) }
    }

    public func own(of tenant: TenantID, in tx: PlatformTransaction) async throws -> [StoredBot] {
        try await find("bots.tenant_id = \(tenant)", in: tx)
    }

    private func find(_ condition: SQL, in tx: PlatformTransaction) async throws -> [StoredBot] {
        try await tx.query(
            """
            SELECT bots.id, tenant_id, username, token_sealed, stopped, stopped_by_hand, revision,
                   coalesce(leases.until > now(), false)
            FROM platform.bots
            LEFT JOIN platform.leases ON leases.name = 'bot:' || bots.id
            WHERE \(condition)
            ORDER BY tenant_id NULLS FIRST, bots.id
            """
        ).map { row in
            let (id, tenant, username, token, stopped, isStoppedByHand, revision, isHeld) = try row.decode(
                BotID.self,
                TenantID?.self,
                String?.self,
                [UInt8].self,
                String?.self,
                Bool.self,
                Int64.self,
                Bool.self
            )
            return StoredBot(
                id: id,
                tenant: tenant,
                username: username,
                sealedToken: token,
                stopped: stopped,
                isStoppedByHand: isStoppedByHand,
                revision: revision,
                isHeld: isHeld
            )
        }
    }
}
