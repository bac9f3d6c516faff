import Foundation
import HTTP
import Kernel
import S3
import Support
import Testing

@testable import Audio

/// Where a store under test keeps its files.
enum Place: CaseIterable, Sendable {
    case folder, bucket
}

/// A store of a test's own, and what an attacker of its files can do.
struct Shelf: Sendable {
    let sounds: Sounds
    let store: RecordingStore
    let content = SecretKey.random()
    let tenant = TenantID(7)
    let bucket: Bucket?

    init(_ place: Place) throws {
        sounds = try Sounds()
        switch place {
        case .folder:
            bucket = nil
            store = RecordingStore(folder: sounds.folder.appending(path: "store"))
        case .bucket:
            let server = try StorageServer.shared()
            let configuration = S3Configuration(
                bucket: server.bucket,
                prefix: "store-\(UUID().uuidString)",
                endpoint: server.endpoint,
                region: "us-east-1",
                accessKey: server.accessKey,
                secretKey: server.secretKey
            )
            let bucket = Bucket(configuration, http: try HTTPClient(reactor: TestDatabase.reactor))
            let folders = WorkFolders(parent: sounds.folder.appending(path: "sealing"))
            store = RecordingStore(bucket: bucket, folders: folders)
            self.bucket = bucket
        }
    }

    static func bytes(_ count: Int) -> [UInt8] {
        var state: UInt64 = 42
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 33)
        }
    }

    func put(_ bytes: [UInt8], form: RecordingKey.Form = .original, tenant: TenantID? = nil) async throws
        -> RecordingKey
    {
        let key = RecordingKey(tenant: tenant ?? self.tenant, sha256: sha256(bytes), form: form)
        try await store.put(try sounds.file("plain-\(UUID().uuidString)", bytes), as: key, with: content)
        return key
    }

    func readAll(_ key: RecordingKey) async throws -> [UInt8] { try await store.read(key, 0..<Int.max, with: content) }

    /// The file of a key in a folder.
    func path(_ key: RecordingKey) -> URL { sounds.folder.appending(path: "store/\(key)") }

    /// A file as it is stored.
    func raw(_ key: RecordingKey) async throws -> [UInt8] {
        guard let bucket else { return try sounds.bytes(of: path(key)) }
        return try #require(try await bucket.read(key.description, 0..<1 << 30)).bytes
    }

    /// Puts other bytes in the place of a stored file.
    func change(_ key: RecordingKey, _ body: (inout [UInt8]) -> Void) async throws {
        var bytes = try await raw(key)
        body(&bytes)
        guard let bucket else { return try Data(bytes).write(to: path(key)) }
        let file = try sounds.file("raw-\(UUID().uuidString)", bytes)
        try await bucket.put(file, byteCount: bytes.count, hash: sha256(bytes), as: key.description)
    }

    /// What a process that was killed leaves while it stores a file.
    func leaveUnfinished(beside key: RecordingKey) async throws {
        guard let bucket else {
            let file = path(key).deletingLastPathComponent().appending(path: "new-0011223344556677")
            return try Data([1]).write(to: file)
        }
        try await bucket.beginUpload(key.description)
    }

    /// Files and parts that nobody finished.
    func leftovers() async throws -> [String] {
        let files = FileManager.default.enumerator(atPath: sounds.folder.path)
        let names = files?.allObjects as? [String] ?? []
        return names.filter { $0.contains("new-") || $0.contains("work-") }
    }
}
