public import Foundation

#if canImport(Glibc)
import Glibc
#endif

/// Folders for decrypted and derived audio, each removed with everything in it when its work ends.
///
/// A killed process cannot clean up. Each folder holds a file that its process keeps locked, and the kernel opens the
/// lock however the process ends: `sweep` removes what it can lock. A process number would not tell, since in a
/// container every server has number 1.
public struct WorkFolders: Sendable {
    private let parent: URL

    /// Folders are made inside `parent`, which is made when missing, for this user only; all folders in it are ours.
    public init(parent: URL) { self.parent = parent }

    public func with<Value>(_ body: (URL) async throws -> Value) async throws -> Value {
        let (folder, lock) = try make()
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(folder))
        } catch {
            result = .failure(error)
        }
        try lock.removeFolder()
        return try result.get()
    }

    /// Removes what killed processes left behind; returns how many folders.
    @discardableResult
    public func sweep() throws -> Int {
        guard FileManager.default.fileExists(atPath: parent.path) else { return 0 }
        var count = 0
        // By names: the list of URLs looks at each entry and fails when another's work has ended meanwhile.
        for name in try FileManager.default.contentsOfDirectory(atPath: parent.path) {
            guard let lock = try FolderLock(parent.appending(path: name, directoryHint: .isDirectory)) else { continue }
            try lock.removeFolder()
            count += 1
        }
        return count
    }

    private func make() throws -> (folder: URL, lock: FolderLock) {
        while true {
            let folder = parent.appending(path: "work-\(UUID().uuidString)", directoryHint: .isDirectory)
            do {
                try FileManager.default.createDirectory(
                    at: folder,
                    withIntermediateDirectories: true,
                    attributes: [.posixPermissions: 0o700]
                )
            } catch CocoaError.fileWriteOutOfSpace {
                throw RecordingStoreFault.disk(errno: ENOSPC)
            }
            // A sweep may have come between the two.
            if let lock = try FolderLock(folder) { return (folder, lock) }
        }
    }
}

/// Holds a folder for one process, or one piece of its work, until it is let go.
private final class FolderLock: Sendable {
    private let descriptor: Int32
    private let folder: URL

    /// Nil when somebody else holds the folder, or it is gone, or it is none.
    init?(_ folder: URL) throws {
        self.folder = folder
        // Not inherited: a program that outlives its server would go on holding the folder.
        descriptor = open(folder.appending(path: ".lock").path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            guard errno == ENOENT || errno == ENOTDIR else { throw RecordingStoreFault.disk(errno: errno) }
            return nil
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            guard errno == EWOULDBLOCK else { throw RecordingStoreFault.disk(errno: errno) }
            return nil
        }
        var status = stat()
        // Without a name it was removed by a sweep between opening and locking.
        guard fstat(descriptor, &status) == 0, status.st_nlink > 0 else { return nil }
    }

    /// Removes the folder, its lock last: until then nobody else comes near what lies in it.
    func removeFolder() throws {
        for file in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        where file.lastPathComponent != ".lock" {
            try FileManager.default.removeItem(at: file)
        }
        guard unlink(folder.appending(path: ".lock").path) == 0 else { throw RecordingStoreFault.disk(errno: errno) }
        // Who comes between the two has the empty folder for their own, or sweeps it.
        guard rmdir(folder.path) == 0 || errno == ENOTEMPTY || errno == ENOENT else {
            throw RecordingStoreFault.disk(errno: errno)
        }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }
}
