public import Database
public import Foundation
public import Kernel

/// How a person comes from the chat into the panel: a link that works once, then a session.
public final class SignIn: Sendable {
    private let database: Database
    private let clock: WallClock
    private let recognising: Gathering<[UInt8], Session?>

    public static let linkLifetime: TimeInterval = 10 * 60
    public static let sessionLifetime: TimeInterval = 30 * 24 * 3600

    public init(database: Database, clock: WallClock = .system) {
        self.database = database
        self.clock = clock
        recognising = Gathering(limit: 100) { hashes in
            let now = clock.now()
            return try await database.readPlatform { tx in try await SignInStore(tx).sessions(hashes, at: now) }
        }
    }

    /// Makes the token of a link for a member of a company, as part of the caller's transaction.
    public func issue(for account: AccountID, in tenant: TenantID, _ tx: PlatformTransaction) -> Token {
        let token = Token.random()
        let expiresAt = clock.now().addingTimeInterval(Self.linkLifetime)
        SignInStore(tx).insertLink(token.hash, account: account, tenant: tenant, expiresAt: expiresAt)
        return token
    }

    /// Whom a link would sign in; it stays unused, since programs that preview links open it as well.
    public func look(_ token: Token) async throws -> SignInOffer {
        let now = clock.now()
        return try await database.platform { tx in
            let store = SignInStore(tx)
            let link = try await store.link(token.hash)
            let person = try await Self.check(link, at: now, store)
            return SignInOffer(
                personName: person.name,
                companyName: person.companyName,
                language: person.language,
                expiresAt: link?.expiresAt ?? now
            )
        }
    }

    /// Uses a link up and opens a session; of two who press at once one gets it, the other is told that it was used.
    public func consume(_ token: Token, userAgent: String?) async throws -> (session: Session, token: Token) {
        let now = clock.now()
        let sessionToken = Token.random()
        let session = try await database.platform { tx in
            let store = SignInStore(tx)
            // The row is locked by the update, so whoever comes second reads it as consumed.
            let isMine = try await store.consumeLink(token.hash, at: now)
            let link = try await store.link(token.hash)
            if !isMine { _ = try await Self.check(link, at: now, store) }
            guard isMine, let link else { throw SignInRefusal.used }
            guard let person = try await store.member(link.account, of: link.tenant) else {
                throw SignInRefusal.noLongerMember
            }
            let session = Session(
                account: link.account,
                tenant: link.tenant,
                personName: person.name,
                companyName: person.companyName,
                role: person.role,
                language: person.language,
                expiresAt: now.addingTimeInterval(Self.sessionLifetime)
            )
            try await store.insertSession(
                sessionToken.hash,
                session,
                agentHash: userAgent.map { sha256(Array($0.utf8)) }
            )
            try await store.sweep(before: now)
            return session
        }
        return (session, sessionToken)
    }

    /// The session of a cookie; nil once it has expired, was signed out, or the person left the company.
    public func session(_ token: Token) async throws -> Session? {
        try await recognising.ask(token.hash)
    }

    public func signOut(_ token: Token) async throws {
        try await database.platform { tx in try await SignInStore(tx).deleteSession(token.hash) }
    }

    private static func check(
        _ link: SignInStore.Link?,
        at now: Date,
        _ store: SignInStore
    ) async throws -> SignInStore.Member {
        guard let link else { throw SignInRefusal.unknown }
        guard !link.isConsumed else { throw SignInRefusal.used }
        guard link.expiresAt > now else { throw SignInRefusal.expired }
        guard let member = try await store.member(link.account, of: link.tenant) else {
            throw SignInRefusal.noLongerMember
        }
        return member
    }
}
