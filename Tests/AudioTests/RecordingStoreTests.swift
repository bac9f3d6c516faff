import Foundation
import Kernel
import Testing

@testable import Audio

struct RecordingStoreTests {
    private let sounds: Sounds
    private let store: RecordingStore
    private let content = SecretKey.random()
    private let tenant = TenantID(7)

    init() throws {
        sounds = try Sounds()
        store = RecordingStore(folder: sounds.folder.appending(path: "store"))
    }

    private static func bytes(_ count: Int) -> [UInt8] {
        var state: UInt64 = 42
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 33)
        }
    }

    private func put(_ bytes: [UInt8], form: RecordingKey.Form = .original, tenant: TenantID? = nil) async throws
        -> RecordingKey
    {
        let key = RecordingKey(tenant: tenant ?? self.tenant, sha256: sha256(bytes), form: form)
        try await store.put(try sounds.file("plain-\(UUID().uuidString)", bytes), as: key, with: content)
        return key
    }

    private func path(_ key: RecordingKey) -> URL { sounds.folder.appending(path: "store/\(key)") }

    private func readAll(_ key: RecordingKey) async throws -> [UInt8] {
        try await store.read(key, 0..<Int.max, with: content)
    }

    @Test(arguments: [0, 1, 65_535, 65_536, 65_537, 200_000])
    func `what is stored comes back`(count: Int) async throws {
        let bytes = Self.bytes(count)
        let key = try await put(bytes)
        #expect(try await store.exists(key))
        #expect(try await store.byteCount(of: key) == count)
        #expect(try await readAll(key) == bytes)
        let copy = sounds.folder.appending(path: "copy")
        try await store.copyPlain(key, to: copy, with: content)
        #expect(try sounds.bytes(of: copy) == bytes)
        let stored = try sounds.bytes(of: path(key))
        #expect(count < 64 || stored.firstRange(of: bytes[0..<min(64, count)]) == nil)
    }

    @Test(arguments: [0..<1, 65_530..<65_540, 70_000..<199_999, 65_536..<131_072, 199_990..<300_000, 200_000..<200_001])
    func `a range is what it is of the whole`(range: Range<Int>) async throws {
        let bytes = Self.bytes(200_000)
        let key = try await put(bytes)
        #expect(try await store.read(key, range, with: content) == Array(bytes[range.clamped(to: 0..<200_000)]))
    }

    @Test func `a range opens only the blocks it lies in`() async throws {
        let bytes = Self.bytes(300_000)
        let key = try await put(bytes)
        try change(key) { $0[SealedFile.headerBytes + 10] ^= 1 }
        #expect(try await store.read(key, 70_000..<140_000, with: content) == Array(bytes[70_000..<140_000]))
        await #expect(throws: RecordingStoreFault.notAuthentic(key)) {
            try await store.read(key, 0..<10, with: content)
        }
    }

    @Test func `a missing recording is told as missing`() async throws {
        let key = RecordingKey(tenant: tenant, sha256: sha256([1]))
        #expect(try await !store.exists(key))
        await #expect(throws: RecordingStoreFault.missing(key)) { try await readAll(key) }
    }

    @Test func `bytes that are not what the key is named after are not stored`() async throws {
        let key = RecordingKey(tenant: tenant, sha256: sha256([1, 2, 3]))
        let file = try sounds.file("other", [1, 2, 4])
        await #expect(throws: RecordingStoreFault.wrongContent(key)) {
            try await store.put(file, as: key, with: content)
        }
        #expect(try await !store.exists(key))
        #expect(try leftovers().isEmpty)
    }

    @Test func `a second put of the same leaves the first file`() async throws {
        let key = try await put(Self.bytes(1000))
        let before = try sounds.bytes(of: path(key))
        _ = try await put(Self.bytes(1000))
        #expect(try sounds.bytes(of: path(key)) == before)
    }

    @Test(arguments: [0, 5, 13, 19, 20, 1000, 65_555, 65_556, 131_000, 150_051])
    func `no byte can be changed unseen`(position: Int) async throws {
        let key = try await put(Self.bytes(150_000))
        try change(key) { $0[position] ^= 0x10 }
        await #expect(throws: RecordingStoreFault.notAuthentic(key)) { try await readAll(key) }
        let copy = sounds.folder.appending(path: "copy")
        await #expect(throws: RecordingStoreFault.notAuthentic(key)) {
            try await store.copyPlain(key, to: copy, with: content)
        }
        #expect(!FileManager.default.fileExists(atPath: copy.path))
    }

    @Test func `a file cannot be cut, not even between blocks and with a header to match`() async throws {
        let key = try await put(Self.bytes(131_072))
        let block = 65_536 + 16
        try change(key) { $0.removeLast(100) }
        await #expect(throws: RecordingStoreFault.notAuthentic(key)) { try await readAll(key) }
        let other = try await put(Self.bytes(131_071 + 1), form: .player)
        try change(other) { bytes in
            bytes.removeLast(block)
            bytes.replaceSubrange(12..<20, with: [0, 0, 0, 0, 0, 1, 0, 0])
        }
        await #expect(throws: RecordingStoreFault.notAuthentic(other)) { try await readAll(other) }
    }

    @Test func `blocks cannot be reordered, repeated or taken from another file`() async throws {
        let block = 65_536 + 16
        let first = SealedFile.headerBytes..<SealedFile.headerBytes + block
        let second = first.upperBound..<first.upperBound + block
        let key = try await put(Self.bytes(200_000))
        let original = try sounds.bytes(of: path(key))
        try change(key) { bytes in
            bytes.replaceSubrange(first, with: original[second])
            bytes.replaceSubrange(second, with: original[first])
        }
        await #expect(throws: RecordingStoreFault.notAuthentic(key)) { try await readAll(key) }
        try change(key) {
            $0 = Array(original[..<second.lowerBound] + original[first] + original[second.upperBound...])
        }
        await #expect(throws: RecordingStoreFault.notAuthentic(key)) { try await readAll(key) }
        let player = try await put(Self.bytes(200_000), form: .player)
        let foreign = try sounds.bytes(of: path(player))
        try change(key) { $0 = Array(original[..<first.lowerBound] + foreign[first] + original[first.upperBound...]) }
        await #expect(throws: RecordingStoreFault.notAuthentic(key)) { try await readAll(key) }
    }

    @Test func `a file cannot stand in for another form, recording or tenant`() async throws {
        let key = try await put(Self.bytes(5000))
        let stored = try sounds.bytes(of: path(key))
        let others = [
            try await put(Self.bytes(5000), form: .player), try await put(Self.bytes(5001)),
            try await put(Self.bytes(5000), tenant: TenantID(8)),
        ]
        for other in others {
            try change(other) { $0 = stored }
            await #expect(throws: RecordingStoreFault.notAuthentic(other)) { try await readAll(other) }
        }
    }

    @Test func `another tenant's key opens nothing`() async throws {
        let key = try await put(Self.bytes(5000))
        await #expect(throws: RecordingStoreFault.notAuthentic(key)) {
            try await store.read(key, 0..<10, with: SecretKey.random())
        }
    }

    @Test func `the sweep removes what is old and unknown, and nothing else`() async throws {
        let known = try await put(Self.bytes(10))
        let orphan = try await put(Self.bytes(11))
        let orphanPlayer = try await put(Self.bytes(11), form: .player)
        let neighbour = try await put(Self.bytes(11), tenant: TenantID(8))
        try Data([1]).write(to: path(known).deletingLastPathComponent().appending(path: "new-0011223344556677"))
        let now = Date()
        #expect(try await store.sweep(tenant, known: [known.sha256], olderThan: .seconds(3600), now: now) == 0)
        let later = now.addingTimeInterval(3700)
        #expect(try await store.sweep(tenant, known: [known.sha256], olderThan: .seconds(3600), now: later) == 3)
        #expect(try await store.exists(known))
        #expect(try await store.exists(neighbour))
        #expect(try await !store.exists(orphan))
        #expect(try await !store.exists(orphanPlayer))
        #expect(try leftovers().isEmpty)
        #expect(try await store.sweep(TenantID(99), known: [], olderThan: .zero, now: later) == 0)
    }

    @Test func `a repeated put renews the age, so that the sweep leaves the file`() async throws {
        let key = try await put(Self.bytes(10))
        let old = Date().addingTimeInterval(-7200)
        try FileManager.default.setAttributes([.modificationDate: old], ofItemAtPath: path(key).path)
        _ = try await put(Self.bytes(10))
        #expect(try await store.sweep(tenant, known: [], olderThan: .seconds(3600), now: Date()) == 0)
    }

    @Test func `a recording and a tenant can be removed, also twice`() async throws {
        let key = try await put(Self.bytes(10))
        let other = try await put(Self.bytes(20))
        try await store.delete(key)
        try await store.delete(key)
        #expect(try await !store.exists(key))
        try await store.deleteAll(of: tenant)
        try await store.deleteAll(of: tenant)
        #expect(try await !store.exists(other))
    }

    @Test func `stored files are for our eyes only`() async throws {
        let key = try await put(Self.bytes(10))
        let attributes = try FileManager.default.attributesOfItem(atPath: path(key).path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
    }

    private func change(_ key: RecordingKey, _ body: (inout [UInt8]) -> Void) throws {
        var bytes = try sounds.bytes(of: path(key))
        body(&bytes)
        try Data(bytes).write(to: path(key))
    }

    private func leftovers() throws -> [String] {
        let files = FileManager.default.enumerator(atPath: sounds.folder.appending(path: "store").path)
        return (files?.allObjects as? [String] ?? []).filter { $0.contains("new-") }
    }
}
