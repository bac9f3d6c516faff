public import Database
public import Kernel

/// The key that encrypts a company's recordings.
///
/// It lies in the company's schema, wrapped by the installation's secret key: without that one, a copy of the database
/// and of the folder of recordings says nothing.
public struct TenantKeys: Sendable {
    private let database: Database
    private let master: SecretKey

    public init(database: Database, master: SecretKey) {
        self.database = database
        self.master = master
    }

    /// Made when it is first asked for.
    public func recordingKey(of tenant: TenantID) async throws -> SecretKey {
        let purpose = Self.purpose(tenant)
        let fresh = master.seal(SecretKey.random().rawBytes, purpose: purpose)
        let wrapped = try await database.tenant(tenant) { transaction in
            let keys = TenantKeyStore(transaction)
            if let known = try await keys.wrappedRecordingKey() { return known }
            try await keys.offerRecordingKey(wrapped: fresh)
            return try await keys.wrappedRecordingKey() ?? fresh
        }
        guard let key = SecretKey(try master.open(wrapped, purpose: purpose)) else { throw SealFault.tooShort }
        return key
    }

    /// What a wrapped key is sealed for: the key of one company does not open as another's.
    static func purpose(_ tenant: TenantID) -> String { "recordings of \(tenant.schema)" }
}
