import Database
import Foundation

/// The company's wrapped keys.
struct TenantKeyStore {
    let transaction: TenantTransaction

    init(_ transaction: TenantTransaction) { self.transaction = transaction }

    func wrappedRecordingKey() async throws -> [UInt8]? {
        try await transaction.query("SELECT wrapped FROM tenant_keys WHERE purpose = 'recordings'")
            .first.map { try $0.decode([UInt8].self) }
    }

    /// Keeps the first key that is offered; a later one is dropped.
    func offerRecordingKey(wrapped: [UInt8]) async throws {
        try await transaction.execute(
            """
            INSERT INTO tenant_keys (purpose, wrapped)
            VALUES ('recordings', \(wrapped))
            ON CONFLICT (purpose) DO NOTHING
            """
        )
    }
}
