import Foundation
import Kernel

/// A folder, which may be on a shared disk.
struct FolderPlace: SealedPlace {
    let folder: URL

    func renew(_ name: String) async throws -> Bool {
        // Renewed, or a sweep that found the old file's row gone could take it from the new one.
        try await onDisk { utimensat(AT_FDCWD, url(name).path, nil, 0) == 0 }
    }

    func exists(_ name: String) async throws -> Bool {
        try await onDisk {
            if access(url(name).path, F_OK) == 0 { return true }
            guard errno == ENOENT else { throw RecordingStoreFault.disk(errno: errno) }
            return false
        }
    }

    func withTemporaryFile(for name: String, _ body: (URL) async throws -> Void) async throws {
        let temporary = try await onDisk {
            let parent = url(name).deletingLastPathComponent()
            let attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o700]
            try FileManager.default.createDirectory(
                at: parent,
                withIntermediateDirectories: true,
                attributes: attributes
            )
            // No `.<form>` at its end, so no checksum could be its name: a sweep takes it for what it is.
            return parent.appending(path: "new-\(hexadecimal(randomBytes(8)))")
        }
        do { try await body(temporary) } catch {
            unlink(temporary.path)
            throw error
        }
    }

    func finish(_ temporary: URL, byteCount: Int, hash: [UInt8], as name: String) async throws {
        try await onDisk {
            let target = url(name)
            try OpenFile(reading: temporary.path).synchronize()
            guard rename(temporary.path, target.path) == 0 else { throw RecordingStoreFault.disk(errno: errno) }
            // The file's name, and those of folders that may be new.
            var directory = target.deletingLastPathComponent()
            for _ in 0..<3 {
                try OpenFile(reading: directory.path).synchronize()
                directory.deleteLastPathComponent()
            }
        }
    }

    func open(_ name: String, ahead: Int) async throws -> (any SealedBytes)? {
        try await onDisk {
            let path = url(name).path
            guard access(path, F_OK) == 0 else {
                guard errno == ENOENT else { throw RecordingStoreFault.disk(errno: errno) }
                // A disk that is not mounted has lost nothing.
                let tenant = url(name.prefix { $0 != "/" }.description)
                guard access(tenant.path, F_OK) == 0 else { throw RecordingStoreFault.noFolder(tenant.path) }
                return nil
            }
            return try FolderBytes(path)
        }
    }

    func delete(_ name: String) async throws { try await onDisk { try remove(url(name)) } }

    func deleteFolder(_ folder: String) async throws {
        try await onDisk {
            let path = url(folder)
            guard FileManager.default.fileExists(atPath: path.path) else { return }
            try FileManager.default.removeItem(at: path)
        }
    }

    func list(_ folder: String, changedBefore moment: Date) async throws -> [String] {
        try await onDisk {
            try files(folder, changedBefore: moment).filter { !$0.lastPathComponent.hasPrefix("new-") }.map { file in
                // Two folders above the file: the tenant's and that of the first digits.
                file.pathComponents.suffix(3).joined(separator: "/")
            }
        }
    }

    func sweepUnfinished(_ folder: String, before moment: Date) async throws -> Int {
        try await onDisk {
            let left = try files(folder, changedBefore: moment).filter { $0.lastPathComponent.hasPrefix("new-") }
            for file in left { try remove(file) }
            return left.count
        }
    }

    private func files(_ name: String, changedBefore moment: Date) throws -> [URL] {
        let keys: Set<URLResourceKey> = [.contentModificationDateKey, .isRegularFileKey]
        let files = FileManager.default.enumerator(at: url(name), includingPropertiesForKeys: Array(keys))
        var found: [URL] = []
        while let file = files?.nextObject() as? URL {
            let values = try file.resourceValues(forKeys: keys)
            guard values.isRegularFile == true, values.contentModificationDate.map({ $0 < moment }) == true else {
                continue
            }
            found.append(file)
        }
        return found
    }

    private func url(_ name: String) -> URL { folder.appending(path: name) }

    private func remove(_ file: URL) throws(RecordingStoreFault) {
        guard unlink(file.path) == 0 || errno == ENOENT else { throw .disk(errno: errno) }
    }

    private func onDisk<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
        try await withDiskFaults { try await Disk.run(body) }
    }
}

/// A file of a folder, open; it may be removed meanwhile and is read to its end all the same.
final class FolderBytes: SealedBytes {
    let byteCount: Int
    private let file: OpenFile

    init(_ path: String) throws {
        file = try OpenFile(reading: path)
        byteCount = try file.byteCount
    }

    func read(_ count: Int, at offset: Int) async throws -> [UInt8] {
        try await withDiskFaults { try await Disk.run { try self.file.read(count, at: offset) } }
    }
}

/// A failing disk is a fault of the store, whatever layer met it.
func withDiskFaults<T>(_ body: () async throws -> T) async throws -> T {
    do {
        return try await body()
    } catch AudioFault.unreadable(let errno) {
        throw RecordingStoreFault.disk(errno: errno)
    }
}
