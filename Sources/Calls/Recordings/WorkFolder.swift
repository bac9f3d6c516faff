public import Foundation

#if canImport(Glibc)
import Glibc
#endif

/// A folder for decrypted and derived audio that is removed with everything in it when the work ends.
///
/// A killed process cannot clean up: its folders carry its number, and `sweep` removes those of processes that are gone.
public struct WorkFolders: Sendable {
    private let parent: URL

    /// Folders are made inside `parent`, which is made when missing, for this user only.
    public init(parent: URL) { self.parent = parent }

    func with<Value>(_ body: (URL) async throws -> Value) async throws -> Value {
        let folder = parent.appending(path: "\(getpid())-\(UUID().uuidString)", directoryHint: .isDirectory)
        try FileManager.default.createDirectory(
            at: folder,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(folder))
        } catch {
            result = .failure(error)
        }
        try FileManager.default.removeItem(at: folder)
        return try result.get()
    }

    /// Removes what killed processes left behind; returns how many folders.
    @discardableResult
    public func sweep() throws -> Int {
        guard FileManager.default.fileExists(atPath: parent.path) else { return 0 }
        var count = 0
        for folder in try FileManager.default.contentsOfDirectory(at: parent, includingPropertiesForKeys: nil) {
            guard let owner = folder.lastPathComponent.split(separator: "-").first.flatMap({ pid_t($0) }), owner > 0
            else { continue }
            // Signal 0 only asks; EPERM means that it lives under another user.
            guard kill(owner, 0) == -1, errno == ESRCH else { continue }
            try FileManager.default.removeItem(at: folder)
            count += 1
        }
        return count
    }
}
