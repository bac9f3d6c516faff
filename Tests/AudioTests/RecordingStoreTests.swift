import Foundation
import Kernel
import Testing

@testable import Audio

/// The store over a folder and over a bucket: both are attacked alike.
struct RecordingStoreTests {
    @Test(arguments: Place.allCases, [0, 1, 65_535, 65_536, 65_537, 200_000])
    func `what is stored comes back`(place: Place, count: Int) async throws {
        let shelf = try Shelf(place)
        let bytes = Shelf.bytes(count)
        let key = try await shelf.put(bytes)
        #expect(try await shelf.store.exists(key))
        #expect(try await shelf.store.byteCount(of: key) == count)
        #expect(try await shelf.readAll(key) == bytes)
        let copy = shelf.sounds.folder.appending(path: "copy")
        try await shelf.store.copyPlain(key, to: copy, with: shelf.content)
        #expect(try shelf.sounds.bytes(of: copy) == bytes)
        let stored = try await shelf.raw(key)
        #expect(count < 64 || stored.firstRange(of: bytes[0..<min(64, count)]) == nil)
    }

    @Test(
        arguments: Place.allCases,
        [0..<1, 65_530..<65_540, 70_000..<199_999, 65_536..<131_072, 199_990..<300_000, 200_000..<200_001]
    )
    func `a range is what it is of the whole`(place: Place, range: Range<Int>) async throws {
        let shelf = try Shelf(place)
        let bytes = Shelf.bytes(200_000)
        let key = try await shelf.put(bytes)
        #expect(
            try await shelf.store.read(key, range, with: shelf.content) == Array(bytes[range.clamped(to: 0..<200_000)])
        )
    }

    @Test(arguments: Place.allCases)
    func `a range opens only the blocks it lies in`(place: Place) async throws {
        let shelf = try Shelf(place)
        let bytes = Shelf.bytes(300_000)
        let key = try await shelf.put(bytes)
        try await shelf.change(key) { $0[SealedFile.headerBytes + 10] ^= 1 }
        #expect(
            try await shelf.store.read(key, 70_000..<140_000, with: shelf.content) == Array(bytes[70_000..<140_000])
        )
        await #expect(throws: RecordingStoreFault.notAuthentic(key)) {
            try await shelf.store.read(key, 0..<10, with: shelf.content)
        }
    }

    @Test(arguments: Place.allCases)
    func `a missing recording is told as missing`(place: Place) async throws {
        let shelf = try Shelf(place)
        _ = try await shelf.put(Shelf.bytes(10))
        let key = RecordingKey(tenant: shelf.tenant, sha256: sha256([1]))
        #expect(try await !shelf.store.exists(key))
        await #expect(throws: RecordingStoreFault.missing(key)) { try await shelf.readAll(key) }
    }

    @Test func `a disk that is not mounted is not taken for a store without the recording`() async throws {
        let shelf = try Shelf(.folder)
        let key = try await shelf.put(Shelf.bytes(10))
        let folder = shelf.sounds.folder.appending(path: "store")
        try FileManager.default.removeItem(at: folder)
        let fault = await #expect(throws: RecordingStoreFault.self) { try await shelf.readAll(key) }
        #expect(fault == .noFolder(folder.appending(path: "7").path))
        #expect(fault?.isPassing == true && fault?.isOfFile == false)
    }

    @Test(arguments: Place.allCases)
    func `bytes that are not what the key is named after are not stored`(place: Place) async throws {
        let shelf = try Shelf(place)
        let key = RecordingKey(tenant: shelf.tenant, sha256: sha256([1, 2, 3]))
        let file = try shelf.sounds.file("other", [1, 2, 4])
        await #expect(throws: RecordingStoreFault.wrongContent(key)) {
            try await shelf.store.put(file, as: key, with: shelf.content)
        }
        #expect(try await !shelf.store.exists(key))
        #expect(try await shelf.leftovers().isEmpty)
    }

    @Test(arguments: Place.allCases)
    func `a second put of the same leaves the first file`(place: Place) async throws {
        let shelf = try Shelf(place)
        let key = try await shelf.put(Shelf.bytes(1000))
        let before = try await shelf.raw(key)
        _ = try await shelf.put(Shelf.bytes(1000))
        #expect(try await shelf.raw(key) == before)
    }

    @Test(arguments: Place.allCases, [0, 5, 13, 19, 20, 1000, 65_555, 65_556, 131_000, 150_051])
    func `no byte can be changed unseen`(place: Place, position: Int) async throws {
        let shelf = try Shelf(place)
        let key = try await shelf.put(Shelf.bytes(150_000))
        try await shelf.change(key) { $0[position] ^= 0x10 }
        await #expect(throws: RecordingStoreFault.notAuthentic(key)) { try await shelf.readAll(key) }
        let copy = shelf.sounds.folder.appending(path: "copy")
        await #expect(throws: RecordingStoreFault.notAuthentic(key)) {
            try await shelf.store.copyPlain(key, to: copy, with: shelf.content)
        }
        #expect(!FileManager.default.fileExists(atPath: copy.path))
    }

    @Test(arguments: Place.allCases)
    func `a file cannot be cut, not even between blocks and with a header to match`(place: Place) async throws {
        let shelf = try Shelf(place)
        let key = try await shelf.put(Shelf.bytes(131_072))
        let block = 65_536 + 16
        try await shelf.change(key) { $0.removeLast(100) }
        await #expect(throws: RecordingStoreFault.notAuthentic(key)) { try await shelf.readAll(key) }
        let other = try await shelf.put(Shelf.bytes(131_071 + 1), form: .player)
        try await shelf.change(other) { bytes in
            bytes.removeLast(block)
            bytes.replaceSubrange(12..<20, with: [0, 0, 0, 0, 0, 1, 0, 0])
        }
        await #expect(throws: RecordingStoreFault.notAuthentic(other)) { try await shelf.readAll(other) }
    }

    @Test(arguments: Place.allCases)
    func `blocks cannot be reordered, repeated or taken from another file`(place: Place) async throws {
        let shelf = try Shelf(place)
        let block = 65_536 + 16
        let first = SealedFile.headerBytes..<SealedFile.headerBytes + block
        let second = first.upperBound..<first.upperBound + block
        let key = try await shelf.put(Shelf.bytes(200_000))
        let original = try await shelf.raw(key)
        try await shelf.change(key) { bytes in
            bytes.replaceSubrange(first, with: original[second])
            bytes.replaceSubrange(second, with: original[first])
        }
        await #expect(throws: RecordingStoreFault.notAuthentic(key)) { try await shelf.readAll(key) }
        try await shelf.change(key) {
            $0 = Array(original[..<second.lowerBound] + original[first] + original[second.upperBound...])
        }
        await #expect(throws: RecordingStoreFault.notAuthentic(key)) { try await shelf.readAll(key) }
        let player = try await shelf.put(Shelf.bytes(200_000), form: .player)
        let foreign = try await shelf.raw(player)
        try await shelf.change(key) {
            $0 = Array(original[..<first.lowerBound] + foreign[first] + original[first.upperBound...])
        }
        await #expect(throws: RecordingStoreFault.notAuthentic(key)) { try await shelf.readAll(key) }
    }

    @Test(arguments: Place.allCases)
    func `a file cannot stand in for another form, recording or tenant`(place: Place) async throws {
        let shelf = try Shelf(place)
        let key = try await shelf.put(Shelf.bytes(5000))
        let stored = try await shelf.raw(key)
        let others = [
            try await shelf.put(Shelf.bytes(5000), form: .player), try await shelf.put(Shelf.bytes(5001)),
            try await shelf.put(Shelf.bytes(5000), tenant: TenantID(8)),
        ]
        for other in others {
            try await shelf.change(other) { $0 = stored }
            await #expect(throws: RecordingStoreFault.notAuthentic(other)) { try await shelf.readAll(other) }
        }
    }

    @Test(arguments: Place.allCases)
    func `another tenant's key opens nothing`(place: Place) async throws {
        let shelf = try Shelf(place)
        let key = try await shelf.put(Shelf.bytes(5000))
        await #expect(throws: RecordingStoreFault.notAuthentic(key)) {
            try await shelf.store.read(key, 0..<10, with: SecretKey.random())
        }
    }

    @Test(arguments: Place.allCases)
    func `the sweep removes what is old and unknown, and nothing else`(place: Place) async throws {
        let shelf = try Shelf(place)
        let known = try await shelf.put(Shelf.bytes(10))
        let orphan = try await shelf.put(Shelf.bytes(11))
        let orphanPlayer = try await shelf.put(Shelf.bytes(11), form: .player)
        let neighbour = try await shelf.put(Shelf.bytes(11), tenant: TenantID(8))
        if place == .folder { try await shelf.leaveUnfinished(beside: known) }
        let now = Date()
        #expect(
            try await shelf.store.sweep(shelf.tenant, known: [known.sha256], olderThan: .seconds(3600), now: now) == 0
        )
        // The server of the tests says of every unfinished upload that it is years old.
        if place == .bucket { try await shelf.leaveUnfinished(beside: known) }
        let later = now.addingTimeInterval(3700)
        #expect(
            try await shelf.store.sweep(shelf.tenant, known: [known.sha256], olderThan: .seconds(3600), now: later) == 3
        )
        #expect(try await shelf.store.exists(known))
        #expect(try await shelf.store.exists(neighbour))
        #expect(try await !shelf.store.exists(orphan))
        #expect(try await !shelf.store.exists(orphanPlayer))
        #expect(try await shelf.leftovers().isEmpty)
        #expect(try await shelf.store.sweep(TenantID(99), known: [], olderThan: .zero, now: later) == 0)
    }

    @Test(arguments: Place.allCases)
    func `a recording and a tenant can be removed, also twice`(place: Place) async throws {
        let shelf = try Shelf(place)
        let key = try await shelf.put(Shelf.bytes(10))
        let other = try await shelf.put(Shelf.bytes(20))
        try await shelf.store.delete(key)
        try await shelf.store.delete(key)
        #expect(try await !shelf.store.exists(key))
        try await shelf.store.deleteAll(of: shelf.tenant)
        try await shelf.store.deleteAll(of: shelf.tenant)
        #expect(try await !shelf.store.exists(other))
    }

    @Test func `stored files are for our eyes only`() async throws {
        let shelf = try Shelf(.folder)
        let key = try await shelf.put(Shelf.bytes(10))
        let attributes = try FileManager.default.attributesOfItem(atPath: shelf.path(key).path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
    }

    @Test func `a repeated put renews the age, so that the sweep leaves the file`() async throws {
        let shelf = try Shelf(.folder)
        let key = try await shelf.put(Shelf.bytes(10))
        let old = Date().addingTimeInterval(-7200)
        try FileManager.default.setAttributes([.modificationDate: old], ofItemAtPath: shelf.path(key).path)
        _ = try await shelf.put(Shelf.bytes(10))
        #expect(try await shelf.store.sweep(shelf.tenant, known: [], olderThan: .seconds(3600), now: Date()) == 0)
    }

    @Test func `a repeated put of what a bucket has makes it young, and leaves nothing to be sent`() async throws {
        let shelf = try Shelf(.bucket)
        let key = try await shelf.put(Shelf.bytes(10))
        let before = try await shelf.raw(key)
        _ = try await shelf.put(Shelf.bytes(10))
        #expect(try await shelf.raw(key) == before)
        #expect(try await shelf.leftovers().isEmpty)
    }
}
