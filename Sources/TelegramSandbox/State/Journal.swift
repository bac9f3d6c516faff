import Foundation
import Logging

#if canImport(Glibc)
import Glibc
#endif

/// Why the journal could not be read or written.
struct JournalFault: Error, CustomStringConvertible {
    let description: String
}

/// The changes in the order they happened, one JSON line each, in one file that is only appended to.
///
/// A line cut by a crash is dropped at the next start: nobody was answered before it was whole.
final class Journal {
    private let folder: URL
    private let isFlushedToDisk: Bool
    private var handle: FileHandle

    static let fileName = "journal.jsonl"

    /// Opens the journal of a folder, which is made when missing.
    init(folder: URL, isFlushedToDisk: Bool) throws {
        self.folder = folder
        self.isFlushedToDisk = isFlushedToDisk
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appending(path: Self.fileName)
        if !FileManager.default.fileExists(atPath: file.path) {
            guard FileManager.default.createFile(atPath: file.path, contents: nil) else {
                throw JournalFault(description: "cannot create the sandbox's journal")
            }
        }
        handle = try FileHandle(forUpdating: file)
    }

    /// All changes so far; the file is cut behind the last whole line.
    func read(_ logger: Logger) throws -> [Change] {
        try handle.seek(toOffset: 0)
        let data = try handle.readToEnd() ?? Data()
        let whole = (data.lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1
        if whole < data.count {
            logger.warning("dropped a half-written line of the journal")
            try handle.truncate(atOffset: UInt64(whole))
        }
        try handle.seek(toOffset: UInt64(whole))
        var changes: [Change] = []
        for (number, line) in data[..<whole].split(separator: UInt8(ascii: "\n")).enumerated() {
            do {
                guard let change = Change(try JSON(parsing: Array(line))) else {
                    throw JournalFault(description: "line \(number + 1) of the sandbox's journal is of an unknown kind")
                }
                changes.append(change)
            } catch is JSONMistake {
                throw JournalFault(description: "line \(number + 1) of the sandbox's journal is damaged")
            }
        }
        return changes
    }

    /// Appends in one write, so that a crash leaves all of the changes or a prefix of them.
    func append(_ changes: [Change]) throws {
        try handle.write(contentsOf: lines(changes))
        if isFlushedToDisk { try handle.synchronize() }
    }

    /// Replaces the whole file, atomically.
    func replace(with changes: [Change]) throws {
        let fresh = folder.appending(path: "\(Self.fileName).new")
        try lines(changes).write(to: fresh)
        let replacement = try FileHandle(forUpdating: fresh)
        try replacement.synchronize()
        guard rename(fresh.path, folder.appending(path: Self.fileName).path) == 0 else {
            throw JournalFault(description: "cannot replace the sandbox's journal, errno \(errno)")
        }
        try replacement.seekToEnd()
        try handle.close()
        handle = replacement
    }

    private func lines(_ changes: [Change]) -> Data {
        var data = Data()
        for change in changes {
            data.append(contentsOf: change.json.bytes)
            data.append(UInt8(ascii: "\n"))
        }
        return data
    }
}
