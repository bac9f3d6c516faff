public import Foundation
public import Kernel

/// A folder of encrypted recordings, which may be on a shared disk: files appear whole or not at all and never change.
///
/// The caller keeps each tenant's content key (wrapped) and commits a row that names a file only after `put` has
/// returned; what a crash leaves between the two is an orphan that `sweep` removes.
public struct RecordingStore: Sendable {
    private let folder: URL

    public init(folder: URL) { self.folder = folder }

    /// Stores a file and returns once it would survive a power cut; a file already there is kept and its age renewed.
    ///
    /// An original's bytes must have the checksum it is named after.
    public func put(_ plain: URL, as key: RecordingKey, with content: SecretKey) async throws {
        try await Disk.run { [self] in
            try withDiskFaults {
                let target = url(of: key)
                // Renewed, or a sweep that found the old file's row gone could take it from the new one.
                if utimensat(AT_FDCWD, target.path, nil, 0) == 0 { return }
                try write(plain, to: target, as: key, with: content)
            }
        }
    }

    public func exists(_ key: RecordingKey) async throws -> Bool {
        try await Disk.run { [self] in
            if access(url(of: key).path, F_OK) == 0 { return true }
            guard errno == ENOENT else { throw RecordingStoreFault.disk(errno: errno) }
            return false
        }
    }

    /// The size of a stored recording before it was sealed; what the file says is checked with every block read.
    public func byteCount(of key: RecordingKey) async throws -> Int {
        try await Disk.run { [self] in try withFile(of: key) { sealed, _ throws in sealed.plainBytes } }
    }

    /// Bytes of a recording, clamped to its end; only the blocks they lie in are read and opened.
    public func read(_ key: RecordingKey, _ range: Range<Int>, with content: SecretKey) async throws -> [UInt8] {
        try await Disk.run { [self] in
            try withFile(of: key) { sealed, file throws in
                let range = range.clamped(to: 0..<sealed.plainBytes)
                if range.isEmpty { return [] }
                var bytes: [UInt8] = []
                bytes.reserveCapacity(range.count)
                for number in sealed.blocks(of: range) {
                    let block = try openBlock(number, of: sealed, in: file, with: content)
                    let wanted = range.clamped(
                        to: number * SealedFile.blockBytes..<number * SealedFile.blockBytes + block.count
                    )
                    let first = number * SealedFile.blockBytes
                    bytes += block[(wanted.lowerBound - first)..<(wanted.upperBound - first)]
                }
                return bytes
            }
        }
    }

    /// Writes a whole recording, opened, to a new file that only we may read.
    public func copyPlain(_ key: RecordingKey, to target: URL, with content: SecretKey) async throws {
        try await Disk.run { [self] in
            try withFile(of: key) { sealed, file throws in
                do {
                    let output = try OpenFile(creating: target.path)
                    for number in 0..<sealed.blockCount {
                        try output.write(try openBlock(number, of: sealed, in: file, with: content))
                    }
                } catch {
                    // A part of a recording that is not authentic is worth nothing; keep none of it.
                    if error is RecordingStoreFault { unlink(target.path) }
                    throw error
                }
            }
        }
    }

    /// Removes one file; one that is gone already is no fault.
    public func delete(_ key: RecordingKey) async throws {
        try await Disk.run { [self] in try remove(url(of: key)) }
    }

    /// Every file of a tenant; unfinished ones are none.
    public func keys(of tenant: TenantID) async throws -> [RecordingKey] {
        try await Disk.run { [self] in
            let parent = folder.appending(path: "\(tenant)")
            guard FileManager.default.fileExists(atPath: parent.path) else { return [] }
            return try FileManager.default.subpathsOfDirectory(atPath: parent.path)
                .compactMap { RecordingKey(tenant: tenant, fileName: URL(filePath: $0).lastPathComponent) }
        }
    }

    /// Removes everything of a tenant.
    public func deleteAll(of tenant: TenantID) async throws {
        try await Disk.run { [self] in
            let path = folder.appending(path: "\(tenant)")
            guard FileManager.default.fileExists(atPath: path.path) else { return }
            try FileManager.default.removeItem(at: path)
        }
    }

    /// Removes a tenant's files older than `age` whose recording is not known, and unfinished ones; returns how many.
    ///
    /// The age must be longer than anything may take between `put` and the commit of the row.
    public func sweep(_ tenant: TenantID, known: Set<[UInt8]>, olderThan age: Duration, now: Date) async throws -> Int {
        let names = Set(known.map { hexadecimal($0) })
        let before = now.addingTimeInterval(-Double(age.components.seconds))
        return try await Disk.run { [self] in
            let files = FileManager.default.enumerator(
                at: folder.appending(path: "\(tenant)"),
                includingPropertiesForKeys: [.contentModificationDateKey, .isRegularFileKey]
            )
            var count = 0
            while let file = files?.nextObject() as? URL {
                let values = try file.resourceValues(forKeys: [.contentModificationDateKey, .isRegularFileKey])
                guard values.isRegularFile == true, values.contentModificationDate.map({ $0 < before }) == true else {
                    continue
                }
                if names.contains(file.deletingPathExtension().lastPathComponent) { continue }
                try remove(file)
                count += 1
            }
            return count
        }
    }

    private func url(of key: RecordingKey) -> URL { folder.appending(path: key.description) }

    private func remove(_ file: URL) throws(RecordingStoreFault) {
        guard unlink(file.path) == 0 || errno == ENOENT else { throw .disk(errno: errno) }
    }

    private func write(_ plain: URL, to target: URL, as key: RecordingKey, with content: SecretKey) throws {
        let parent = target.deletingLastPathComponent()
        let attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o700]
        try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true, attributes: attributes)
        // No `.<form>` at its end, so no checksum could be its name: a sweep takes it for what it is.
        let temporary = parent.appending(path: "new-\(hexadecimal(randomBytes(8)))")
        do {
            let input = try OpenFile(reading: plain.path)
            let output = try OpenFile(creating: temporary.path)
            try seal(input, into: output, as: key, with: content)
            try output.synchronize()
            guard rename(temporary.path, target.path) == 0 else { throw RecordingStoreFault.disk(errno: errno) }
        } catch {
            unlink(temporary.path)
            throw error
        }
        // The file's name, and those of folders that may be new.
        var directory = parent
        for _ in 0..<3 {
            try OpenFile(reading: directory.path).synchronize()
            directory.deleteLastPathComponent()
        }
    }

    private func seal(
        _ input: borrowing OpenFile,
        into output: borrowing OpenFile,
        as key: RecordingKey,
        with content: SecretKey
    ) throws {
        let sealed = SealedFile(new: key, plainBytes: try input.byteCount)
        var hasher = SHA256Hasher()
        try output.write(sealed.header)
        for number in 0..<sealed.blockCount {
            let count = sealed.place(ofBlock: number).count - 16
            let plain = try input.read(count, at: number * SealedFile.blockBytes)
            guard plain.count == count else { throw RecordingStoreFault.wrongContent(key) }
            hasher.update(plain)
            try output.write(sealed.seal(plain, number: number, with: content))
        }
        let digest = hasher.finish()
        guard key.form != .original || digest == key.sha256 else { throw RecordingStoreFault.wrongContent(key) }
    }

    private func withFile<T>(of key: RecordingKey, _ body: (SealedFile, borrowing OpenFile) throws -> T) throws -> T {
        try withDiskFaults {
            let path = url(of: key).path
            guard access(path, F_OK) == 0 else {
                throw errno == ENOENT ? RecordingStoreFault.missing(key) : .disk(errno: errno)
            }
            let file = try OpenFile(reading: path)
            let header = try file.read(SealedFile.headerBytes, at: 0)
            return try body(try SealedFile(key, header: header, storedBytes: try file.byteCount), file)
        }
    }

    private func openBlock(
        _ number: Int,
        of sealed: SealedFile,
        in file: borrowing OpenFile,
        with content: SecretKey
    ) throws -> [UInt8] {
        let place = sealed.place(ofBlock: number)
        return try sealed.open(try file.read(place.count, at: place.offset), number: number, with: content)
    }

    /// A failing disk is a fault of the store, whatever layer met it.
    private func withDiskFaults<T>(_ body: () throws -> T) throws -> T {
        do {
            return try body()
        } catch AudioFault.unreadable(let errno) {
            throw RecordingStoreFault.disk(errno: errno)
        }
    }
}
