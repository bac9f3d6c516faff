public import Audio
public import Database
public import Foundation
public import Kernel

/// A company's recordings beside its rows in an archive: a store of its own, sealed by the company's key.
///
/// They are opened and sealed again on either way, because a sealed file bears its company's number, and so that what
/// cannot be opened is found before anything relies on it.
public struct RecordingArchive: Sendable {
    private let database: Database
    private let store: RecordingStore
    private let master: SecretKey
    private let folders: WorkFolders

    public init(database: Database, store: RecordingStore, master: SecretKey, folders: WorkFolders) {
        self.database = database
        self.store = store
        self.master = master
        self.folders = folders
    }

    /// Copies what the company's rows name, as far as it is there, with its wrapped key; returns how many files.
    public func pack(_ tenant: TenantID, into folder: URL) async throws -> Int {
        let key = try await TenantKeys(database: database, master: master).recordingKey(of: tenant)
        let wrapped = master.seal(key.rawBytes, purpose: TenantKeys.purpose(tenant))
        try Data(hexadecimal(wrapped).utf8).write(to: folder.appending(path: "key"))
        let hashes = try await database.tenant(tenant) { try await RecordingIndexStore($0).allHashes() }
        let archive = RecordingStore(folder: folder.appending(path: "recordings"))
        var count = 0
        for hash in hashes {
            for form in [RecordingKey.Form.original, .player] {
                let name = RecordingKey(tenant: tenant, sha256: hash, form: form)
                guard try await store.exists(name) else { continue }
                try await copy(name, from: store, to: name, in: archive, with: key)
                count += 1
            }
        }
        return count
    }

    /// Puts an archive's recordings into the store under another number, and gives their key wrapped for it.
    ///
    /// Nothing refers to them yet; when this fails or is cut, `deleteAll` removes them.
    public func unpack(_ folder: URL, of old: TenantID, as new: TenantID) async throws -> [UInt8] {
        let text = String(decoding: try Data(contentsOf: folder.appending(path: "key")), as: UTF8.self)
        guard let wrapped = bytes(hexadecimal: text) else { throw SealFault.tooShort }
        let opened = try master.open(wrapped, purpose: TenantKeys.purpose(old))
        guard let key = SecretKey(opened) else { throw SealFault.tooShort }
        let archive = RecordingStore(folder: folder.appending(path: "recordings"))
        for name in try await archive.keys(of: old) {
            let target = RecordingKey(tenant: new, sha256: name.sha256, form: name.form)
            try await copy(name, from: archive, to: target, in: store, with: key)
        }
        return master.seal(key.rawBytes, purpose: TenantKeys.purpose(new))
    }

    private func copy(
        _ name: RecordingKey,
        from source: RecordingStore,
        to target: RecordingKey,
        in destination: RecordingStore,
        with key: SecretKey
    ) async throws {
        try await folders.with { folder in
            let plain = folder.appending(path: "plain")
            try await source.copyPlain(name, to: plain, with: key)
            try await destination.put(plain, as: target, with: key)
        }
    }
}

/// Bytes written as two digits each; nil when they are not.
private func bytes(hexadecimal text: String) -> [UInt8]? {
    let digits = text.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue.map(UInt8.init) }
    guard digits.count == text.utf8.count, digits.count.isMultiple(of: 2) else { return nil }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}
