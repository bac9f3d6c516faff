public import Foundation
public import Kernel
public import S3

/// Encrypted recordings in a folder or a bucket: files appear whole or not at all and never change.
///
/// The caller keeps each tenant's content key (wrapped) and commits a row that names a file only after `put` has
/// returned; what a crash leaves between the two is an orphan that `sweep` removes.
public struct RecordingStore: Sendable {
    private let place: any SealedPlace

    /// Blocks that are read at once: 4 MiB.
    private static let blocksAtOnce = 64

    /// Recordings in a folder, which may be on a shared disk.
    public init(folder: URL) { place = FolderPlace(folder: folder) }

    /// Recordings in a bucket; they are sealed in a folder before they are sent.
    public init(bucket: Bucket, folders: WorkFolders) { place = BucketPlace(bucket: bucket, folders: folders) }

    /// Stores a file and returns once it would survive a power cut; a file already there is kept and its age renewed.
    ///
    /// An original's bytes must have the checksum it is named after.
    public func put(_ plain: URL, as key: RecordingKey, with content: SecretKey) async throws {
        if try await place.renew(key.description) { return }
        try await place.withTemporaryFile(for: key.description) { temporary in
            let sealed = try await withDiskFaults {
                try await Disk.run { [self] in try seal(plain, into: temporary, as: key, with: content) }
            }
            try await place.finish(temporary, byteCount: sealed.byteCount, hash: sealed.hash, as: key.description)
        }
    }

    public func exists(_ key: RecordingKey) async throws -> Bool { try await place.exists(key.description) }

    /// The size of a stored recording before it was sealed; what the file says is checked with every block read.
    public func byteCount(of key: RecordingKey) async throws -> Int { try await open(key).sealed.plainBytes }

    /// Bytes of a recording, clamped to its end; only the blocks they lie in are read and opened.
    public func read(_ key: RecordingKey, _ range: Range<Int>, with content: SecretKey) async throws -> [UInt8] {
        try await unlessReplaced {
            // The first block comes with the header: most listening begins at the beginning.
            let (sealed, file) = try await open(key, withFirstBlock: range.lowerBound < SealedFile.blockBytes)
            let range = range.clamped(to: 0..<sealed.plainBytes)
            if range.isEmpty { return [] }
            var bytes: [UInt8] = []
            bytes.reserveCapacity(range.count)
            try await eachBlock(sealed.blocks(of: range), of: sealed, in: file, with: content) { number, block in
                let first = number * SealedFile.blockBytes
                let wanted = range.clamped(to: first..<first + block.count)
                bytes += block[(wanted.lowerBound - first)..<(wanted.upperBound - first)]
            }
            return bytes
        }
    }

    /// Writes a whole recording, opened, to a new file that only we may read.
    public func copyPlain(_ key: RecordingKey, to target: URL, with content: SecretKey) async throws {
        try await unlessReplaced {
            let (sealed, file) = try await open(key)
            let output = try await withDiskFaults { try await Disk.run { try PlainFile(creating: target.path) } }
            do {
                try await eachBlock(0..<sealed.blockCount, of: sealed, in: file, with: content) { _, block in
                    try await withDiskFaults { try await Disk.run { try output.write(block) } }
                }
            } catch {
                // A part of a recording that is not authentic is worth nothing; keep none of it.
                if error is RecordingStoreFault { unlink(target.path) }
                throw error
            }
        }
    }

    /// Removes one file; one that is gone already is no fault.
    public func delete(_ key: RecordingKey) async throws { try await place.delete(key.description) }

    /// Every file of a tenant; unfinished ones are none.
    public func keys(of tenant: TenantID) async throws -> [RecordingKey] {
        try await place.list("\(tenant)", changedBefore: .distantFuture).compactMap { name in
            RecordingKey(tenant: tenant, fileName: name.split(separator: "/").last.map(String.init) ?? "")
        }
    }

    /// Removes everything of a tenant.
    public func deleteAll(of tenant: TenantID) async throws { try await place.deleteFolder("\(tenant)") }

    /// Removes a tenant's files older than `age` whose recording is not known, and unfinished ones; returns how many.
    ///
    /// The age must be longer than anything may take between `put` and the commit of the row.
    public func sweep(_ tenant: TenantID, known: Set<[UInt8]>, olderThan age: Duration, now: Date) async throws -> Int {
        let names = Set(known.map { hexadecimal($0) })
        let before = now.addingTimeInterval(-Double(age.components.seconds))
        var count = try await place.sweepUnfinished("\(tenant)", before: before)
        for file in try await place.list("\(tenant)", changedBefore: before) {
            let recording = file.split(separator: "/").last?.split(separator: ".").first.map(String.init) ?? ""
            if names.contains(recording) { continue }
            try await place.delete(file)
            count += 1
        }
        return count
    }

    private func seal(
        _ plain: URL,
        into temporary: URL,
        as key: RecordingKey,
        with content: SecretKey
    ) throws -> (byteCount: Int, hash: [UInt8]) {
        let input = try OpenFile(reading: plain.path)
        let output = try OpenFile(creating: temporary.path)
        let sealed = SealedFile(new: key, plainBytes: try input.byteCount)
        var plainHash = SHA256Hasher()
        var hash = SHA256Hasher()
        hash.update(sealed.header)
        try output.write(sealed.header)
        for number in 0..<sealed.blockCount {
            let count = sealed.place(ofBlock: number).count - 16
            let plain = try input.read(count, at: number * SealedFile.blockBytes)
            guard plain.count == count else { throw RecordingStoreFault.wrongContent(key) }
            plainHash.update(plain)
            let block = sealed.seal(plain, number: number, with: content)
            hash.update(block)
            try output.write(block)
        }
        let digest = plainHash.finish()
        guard key.form != .original || digest == key.sha256 else { throw RecordingStoreFault.wrongContent(key) }
        return (sealed.storedBytes, hash.finish())
    }

    private func open(_ key: RecordingKey, withFirstBlock: Bool = false) async throws -> (
        sealed: SealedFile, file: any SealedBytes
    ) {
        let ahead = SealedFile.headerBytes + (withFirstBlock ? SealedFile.blockBytes + 16 : 0)
        guard let file = try await place.open(key.description, ahead: ahead) else {
            throw RecordingStoreFault.missing(key)
        }
        let header = try await file.read(SealedFile.headerBytes, at: 0)
        return (try SealedFile(key, header: header, storedBytes: file.byteCount), file)
    }

    private func eachBlock(
        _ numbers: Range<Int>,
        of sealed: SealedFile,
        in file: any SealedBytes,
        with content: SecretKey,
        _ body: (Int, [UInt8]) async throws -> Void
    ) async throws {
        for first in stride(from: numbers.lowerBound, to: numbers.upperBound, by: Self.blocksAtOnce) {
            let last = min(first + Self.blocksAtOnce, numbers.upperBound) - 1
            let start = sealed.place(ofBlock: first).offset
            let end = sealed.place(ofBlock: last)
            let bytes = try await file.read(end.offset + end.count - start, at: start)
            for number in first...last {
                let place = sealed.place(ofBlock: number)
                let range = (place.offset - start..<place.offset - start + place.count).clamped(to: 0..<bytes.count)
                try await body(number, try sealed.open(Array(bytes[range]), number: number, with: content))
            }
        }
    }

    /// A file that was replaced while it was read is read once more from its beginning.
    private func unlessReplaced<T>(_ body: () async throws -> T) async throws -> T {
        do { return try await body() } catch RecordingStoreFault.replaced { return try await body() }
    }
}

/// A file that is being written, for tasks that go from thread to thread.
private final class PlainFile: Sendable {
    private let file: OpenFile

    init(creating path: String) throws { file = try OpenFile(creating: path) }

    func write(_ bytes: [UInt8]) throws { try file.write(bytes) }
}
