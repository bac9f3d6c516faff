import Database
import Foundation
import Kernel

/// Links and sessions, both by the hash of their token.
struct SignInStore {
    let tx: PlatformTransaction

    init(_ tx: PlatformTransaction) { self.tx = tx }

    struct Link: Sendable {
        let account: AccountID
        let tenant: TenantID
        let expiresAt: Date
        let isConsumed: Bool
    }

    struct Member: Sendable {
        let name: String
        let companyName: String
        let role: Role
        let language: Language
    }

    /// With the end of the transaction, so that it costs no round trip of its own.
    func insertLink(_ hash: [UInt8], account: AccountID, tenant: TenantID, expiresAt: Date) {
        tx.atClosing(
            """
            INSERT INTO platform.sign_in_links (hash, account, tenant, expires_at)
            VALUES (\(hash), \(account), \(tenant), \(expiresAt))
            """
        )
    }

    func link(_ hash: [UInt8]) async throws -> Link? {
        let rows = try await tx.query(
            """
            SELECT account, tenant, expires_at, consumed_at IS NOT NULL
            FROM platform.sign_in_links
            WHERE hash = \(hash)
            """
        )
        return try rows.first.map { row in
            let (account, tenant, expiresAt, isConsumed) = try row.decode(
                AccountID.self,
                TenantID.self,
                Date.self,
                Bool.self
            )
            return Link(account: account, tenant: tenant, expiresAt: expiresAt, isConsumed: isConsumed)
        }
    }

    /// Marks a link used; false when it cannot be used, or somebody was first.
    func consumeLink(_ hash: [UInt8], at now: Date) async throws -> Bool {
        try await tx.execute(
            """
            UPDATE platform.sign_in_links
            SET consumed_at = \(now)
            WHERE hash = \(hash) AND consumed_at IS NULL AND expires_at > \(now)
            """
        ) == 1
    }

    func member(_ account: AccountID, of tenant: TenantID) async throws -> Member? {
        let rows = try await tx.query(
            """
            SELECT accounts.first_name, tenants.name, memberships.role, accounts.language
            FROM platform.memberships
            JOIN platform.accounts ON accounts.id = memberships.account
            JOIN platform.tenants ON tenants.id = memberships.tenant
            WHERE memberships.account = \(account) AND memberships.tenant = \(tenant) AND tenants.state = 'ready'
            """
        )
        return try rows.first.flatMap { row in
            let (name, companyName, role, language) = try row.decode(
                String.self,
                String.self,
                String.self,
                String.self
            )
            return Role(rawValue: role).map {
                Member(name: name, companyName: companyName, role: $0, language: Language(tag: language))
            }
        }
    }

    func insertSession(_ hash: [UInt8], _ session: Session, agentHash: [UInt8]?) async throws {
        try await tx.execute(
            """
            INSERT INTO platform.sessions (hash, account, tenant, agent_hash, expires_at)
            VALUES (\(hash), \(session.account), \(session.tenant), \(agentHash), \(session.expiresAt))
            """
        )
    }

    /// The sessions of some hashes, each in turn; nil for one that is none any more.
    func sessions(_ hashes: [[UInt8]], at now: Date) async throws -> [Session?] {
        let rows = try await tx.query(
            """
            SELECT sessions.hash, sessions.account, sessions.tenant, accounts.first_name, tenants.name, memberships.role,
                   accounts.language, sessions.expires_at
            FROM unnest(\(hashes.map(hexadecimal))) AS shown (hash)
            JOIN platform.sessions ON sessions.hash = decode(shown.hash, 'hex')
            JOIN platform.memberships
              ON memberships.account = sessions.account AND memberships.tenant = sessions.tenant
            JOIN platform.accounts ON accounts.id = sessions.account
            JOIN platform.tenants ON tenants.id = sessions.tenant
            WHERE sessions.expires_at > \(now) AND tenants.state = 'ready'
            """
        )
        var found: [[UInt8]: Session] = [:]
        for row in rows {
            let (hash, account, tenant, name, companyName, role, language, expiresAt) = try row.decode(
                [UInt8].self,
                AccountID.self,
                TenantID.self,
                String.self,
                String.self,
                String.self,
                String.self,
                Date.self
            )
            guard let role = Role(rawValue: role) else { continue }
            found[hash] = Session(
                account: account,
                tenant: tenant,
                personName: name,
                companyName: companyName,
                role: role,
                language: Language(tag: language),
                expiresAt: expiresAt
            )
        }
        return hashes.map { found[$0] }
    }

    func deleteSession(_ hash: [UInt8]) async throws {
        try await tx.execute("DELETE FROM platform.sessions WHERE hash = \(hash)")
    }

    /// Forgets sessions that have expired, and links a week later, so that a late press still says "expired".
    func sweep(before now: Date) async throws {
        try await tx.execute("DELETE FROM platform.sessions WHERE expires_at < \(now)")
        try await tx.execute(
            "DELETE FROM platform.sign_in_links WHERE expires_at < \(now.addingTimeInterval(-7 * 24 * 3600))"
        )
    }
}
