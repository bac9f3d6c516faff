public import Database
public import Foundation
public import Kernel

/// A purpose of tokens, with what one of them points at.
public struct TokenKind<Payload: Codable & Sendable>: Sendable {
    public let name: String
    /// Seconds for which a token is good.
    public let lifetime: TimeInterval

    public init(_ name: String, lifetime: TimeInterval) {
        self.name = name
        self.lifetime = lifetime
    }
}

/// Short ids for callback data and links; the database keeps only their hashes.
public struct Tokens: Sendable {
    private let clock: WallClock

    public init(clock: WallClock) { self.clock = clock }

    /// Makes a token that this account, or everybody of the company when nil, may exchange for the payload.
    public func issue<Payload>(
        _ kind: TokenKind<Payload>,
        _ payload: Payload,
        account: AccountID?,
        in transaction: TenantTransaction
    ) async throws -> Token {
        let token = Token.random()
        try await TokenStore(transaction).insert(
            hash: token.hash,
            kind: kind.name,
            payload: try JSONColumn.text(payload),
            account: account,
            expiresAt: clock.now().addingTimeInterval(kind.lifetime)
        )
        return token
    }

    /// What a token points at; nil when it is unknown here, expired, or somebody else's.
    ///
    /// Whether the person has the right to it is for the caller to check.
    public func resolve<Payload>(
        _ kind: TokenKind<Payload>,
        _ token: Token,
        account: AccountID,
        in transaction: TenantTransaction
    ) async throws -> Payload? {
        let payload = try await TokenStore(transaction).payload(
            hash: token.hash,
            kind: kind.name,
            account: account,
            at: clock.now()
        )
        return try payload.map { try JSONColumn.value(Payload.self, $0) }
    }

    /// Removes what expired; returns how many.
    @discardableResult
    public func sweep(in transaction: TenantTransaction) async throws -> Int {
        try await TokenStore(transaction).sweep(at: clock.now())
    }
}
