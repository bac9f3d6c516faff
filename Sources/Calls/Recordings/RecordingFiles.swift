public import Audio
import Foundation
import Kernel

/// The encrypted files of recordings, opened for one piece of work at a time.
public struct RecordingFiles: Sendable {
    private let store: RecordingStore
    private let keys: TenantKeys
    private let folders: WorkFolders

    public init(store: RecordingStore, keys: TenantKeys, folders: WorkFolders) {
        self.store = store
        self.keys = keys
        self.folders = folders
    }

    /// Encrypts a file as the recording with these facts; one that is there is kept unless it is to be replaced.
    func put(_ file: URL, _ facts: AudioFacts, tenant: TenantID, replacing: Bool) async throws {
        let key = RecordingKey(tenant: tenant, sha256: facts.sha256)
        if replacing { try await store.delete(key) }
        try await store.put(file, as: key, with: try await keys.recordingKey(of: tenant))
    }

    /// Gives a decrypted copy and the folder it lies in, both removed afterwards.
    func withOriginal<Value>(
        of facts: AudioFacts,
        tenant: TenantID,
        _ body: (_ file: URL, _ folder: URL) async throws -> Value
    ) async throws -> Value {
        try await with(RecordingKey(tenant: tenant, sha256: facts.sha256), body)
    }

    /// Gives a decrypted copy of the file for players, removed afterwards.
    func withPlayerFile<Value>(
        of facts: AudioFacts,
        tenant: TenantID,
        _ body: (URL) async throws -> Value
    ) async throws -> Value {
        try await with(Self.player(facts, tenant)) { file, _ in try await body(file) }
    }

    /// Encrypts the file for players and gives its size.
    func putPlayerFile(_ file: URL, of facts: AudioFacts, tenant: TenantID) async throws -> Int {
        let key = Self.player(facts, tenant)
        try await store.put(file, as: key, with: try await keys.recordingKey(of: tenant))
        return try await store.byteCount(of: key)
    }

    func readPlayerFile(of facts: AudioFacts, _ range: Range<Int>, tenant: TenantID) async throws -> [UInt8] {
        try await store.read(Self.player(facts, tenant), range, with: try await keys.recordingKey(of: tenant))
    }

    /// Removes a recording in all its forms.
    func delete(_ sha256: [UInt8], tenant: TenantID) async throws {
        let key = RecordingKey(tenant: tenant, sha256: sha256)
        try await store.delete(key)
        try await store.delete(key.form(.player))
    }

    /// Removes files without a row; `known` are the recordings that have one.
    func sweep(_ tenant: TenantID, known: [[UInt8]], now: Date) async throws -> Int {
        // A day: longer than any import takes between file and row.
        try await store.sweep(tenant, known: Set(known), olderThan: .seconds(86_400), now: now)
    }

    private func with<Value>(
        _ key: RecordingKey,
        _ body: (_ file: URL, _ folder: URL) async throws -> Value
    ) async throws -> Value {
        let content = try await keys.recordingKey(of: key.tenant)
        return try await folders.with { folder in
            let file = folder.appending(path: "plain")
            try await store.copyPlain(key, to: file, with: content)
            return try await body(file, folder)
        }
    }

    private static func player(_ facts: AudioFacts, _ tenant: TenantID) -> RecordingKey {
        RecordingKey(tenant: tenant, sha256: facts.sha256, form: .player)
    }
}
