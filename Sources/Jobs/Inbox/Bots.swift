public import Database
public import Kernel

/// A bot that this installation runs, with its token still sealed.
public struct StoredBot: Sendable {
    public let id: BotID
    public let username: String?
    public let sealedToken: [UInt8]
    public let stopped: String?
}

/// The bots of the installation.
public struct Bots: Sendable {
    private let database: Database

    public init(database: Database) { self.database = database }

    /// Puts the shared bot there, or its new token in place of the old; what had stopped it is forgotten.
    public func put(_ id: BotID, username: String?, sealedToken: [UInt8]) async throws {
        try await database.platform { tx in
            try await tx.execute(
                """
                INSERT INTO platform.bots (id, username, token_sealed) VALUES (\(id), \(username), \(sealedToken))
                ON CONFLICT (id) DO UPDATE
                SET username = excluded.username, token_sealed = excluded.token_sealed, stopped = NULL
                """
            )
        }
    }

    /// Says why the loop of a bot stands still.
    public func stop(_ id: BotID, because reason: String) async throws {
        try await database.platform { tx in
            try await tx.execute("UPDATE platform.bots SET stopped = \(reason) WHERE id = \(id)")
        }
    }

    public func all() async throws -> [StoredBot] {
        try await database.platform { tx in
            try await tx.query("SELECT id, username, token_sealed, stopped FROM platform.bots ORDER BY id").map { row in
                let (id, username, token, stopped) = try row.decode(
                    BotID.self,
                    String?.self,
                    [UInt8].self,
                    String?.self
                )
                return StoredBot(id: id, username: username, sealedToken: token, stopped: stopped)
            }
        }
    }
}
