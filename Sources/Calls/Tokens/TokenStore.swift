import Database
import Foundation
import Kernel

/// The hashes of tokens in buttons and links.
struct TokenStore {
    let transaction: TenantTransaction

    init(_ transaction: TenantTransaction) { self.transaction = transaction }

    func insert(hash: [UInt8], kind: String, payload: String, account: AccountID?, expiresAt: Date) async throws {
        try await transaction.execute(
            """
            INSERT INTO tokens (hash, kind, payload, account_id, expires_at)
            VALUES (\(hash), \(kind), \(payload)::jsonb, \(account?.rawValue), \(expiresAt))
            """
        )
    }

    /// The payload, unless the token is unknown, of another kind, another account's, or expired.
    func payload(hash: [UInt8], kind: String, account: AccountID, at moment: Date) async throws -> String? {
        try await transaction.query(
            """
            SELECT payload
            FROM tokens
            WHERE hash = \(hash)
              AND kind = \(kind)
              AND (account_id IS NULL OR account_id = \(account))
              AND expires_at > \(moment)
            """
        ).first.map { try $0.decode(String.self) }
    }

    /// How many expired ones were removed.
    func sweep(at moment: Date) async throws -> Int {
        try await transaction.execute("DELETE FROM tokens WHERE expires_at <= \(moment)")
    }
}
