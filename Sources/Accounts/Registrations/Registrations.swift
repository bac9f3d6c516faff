public import Database
public import Foundation
public import Kernel
public import Logging

/// A company that has just become ready, and the chats that wait to hear it.
public struct PreparedTenant: Sendable {
    public let profile: TenantProfile
    public let chats: [WaitingChat]
}

/// A chat that waits for a company.
public struct WaitingChat: Sendable, Hashable {
    public let bot: BotID
    public let chat: Int64
    public let language: Language
    /// What the bot left there when the chat began to wait, as JSON.
    public let step: String?

    init(bot: BotID, chat: Int64, language: Language, step: String? = nil) {
        self.bot = bot
        self.chat = chat
        self.language = language
        self.step = step
    }
}

/// How a company comes to be: asked for in a chat, prepared by a loop, told in the chat.
///
/// Between the two stands only the row in state 'preparing', so a crash at any point is made good by the next look.
public final class Registrations: Sendable {
    private let database: Database
    private let migrator: Migrator
    private let logger: Logger

    /// After so many failures a person is told and a company is left alone; with the backoff of the loop, minutes.
    ///
    /// A failure that passes by itself, such as a cell that is away, is none of them.
    static let attempts = 20

    public init(database: Database, migrator: Migrator, logger: Logger) {
        self.database = database
        self.migrator = migrator
        self.logger = logger
    }

    /// Registers a company for a person and makes a chat wait for it; for who has registered one already, that one.
    ///
    /// `step` is JSON that comes back with the chat once the company is ready, or has failed.
    public func register(
        _ name: CompanyName,
        zone: TimeZone,
        by account: AccountID,
        in place: ChatPlace,
        language: Language,
        leaving step: String = "{}",
        _ tx: PlatformTransaction
    ) async throws -> TenantID {
        let people = PeopleStore(tx)
        // Two chats of one person must not register at once: the row of the account is what they meet at.
        try await people.lock(account)
        let tenants = TenantStore(tx)
        let known = try await tenants.registered(by: account)
        let tenant: TenantID
        if let known {
            tenant = known
        } else {
            tenant = try await tenants.insert(
                name,
                zone: zone,
                language: language,
                createdBy: account,
                in: database.openCells
            )
        }
        try await people.wait(place, for: tenant, step: step)
        return tenant
    }

    /// Companies whose schema is still to be made, without those that are in hand or wait for their next attempt.
    public func takePreparing(except others: [TenantID] = []) async throws -> [TenantID] {
        try await database.readPlatform { tx in try await TenantStore(tx).preparing(except: others) }
    }

    /// Makes a company's schema, then in one transaction its state, the owner's membership and what `announce` adds.
    ///
    /// Harmless to repeat and to run in two processes at once, as `schedule` must be, which comes before the company is
    /// ready: only the one that turns the state announces.
    public func prepare(
        _ id: TenantID,
        schedule: @Sendable (TenantProfile) async throws -> Void,
        announce: @Sendable (PreparedTenant, PlatformTransaction) async throws -> Void
    ) async throws {
        let waiting = try await database.readPlatform { tx in try await TenantStore(tx).profile(id, state: .preparing) }
        guard let waiting else { return }
        try await migrator.provision(id)
        try await schedule(waiting)
        try await database.platform { tx in
            guard let profile = try await TenantStore(tx).finishPreparing(id) else { return }
            let people = PeopleStore(tx)
            if let creator = try await TenantStore(tx).creator(of: id) {
                try await people.join(creator, id, as: .owner)
            }
            let chats = try await people.activateWaiting(for: id)
            try await announce(PreparedTenant(profile: profile, chats: chats), tx)
        }
        logger.info("Company is ready", metadata: ["tenant": "\(id)"])
    }

    /// Counts a failed attempt; after the last one the waiting chats are told, and may begin again.
    public func countFailure(
        of id: TenantID,
        announce: @Sendable ([WaitingChat], PlatformTransaction) async throws -> Void
    ) async throws {
        try await database.platform { tx in
            guard try await TenantStore(tx).countFailure(id, limit: Self.attempts) else { return }
            let chats = try await PeopleStore(tx).releaseWaiting(for: id)
            try await announce(chats, tx)
        }
    }
}
