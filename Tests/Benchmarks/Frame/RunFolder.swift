import Foundation

/// The folder of one run, on a disk and not in memory, where PostgreSQL's own user can read.
enum RunFolder {
    private static let base = URL(filePath: "/var/tmp")
    private static let prefix = "zvonar-benchmarks-"

    static func make() throws -> URL {
        removeLeftovers()
        let folder = base.appending(path: prefix + String(ProcessInfo.processInfo.processIdentifier))
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }

    static func remove(_ folder: URL) {
        do { try FileManager.default.removeItem(at: folder) } catch { say("\(folder.path) stays: \(error)") }
    }

    /// Folders of runs that were killed.
    private static func removeLeftovers() {
        let names: [String]
        do { names = try FileManager.default.contentsOfDirectory(atPath: base.path) } catch { return }
        for name in names where name.hasPrefix(prefix) {
            guard let process = pid_t(name.dropFirst(prefix.count)), kill(process, 0) != 0 else { continue }
            // Another run may remove it at this moment.
            do { try FileManager.default.removeItem(at: base.appending(path: name)) } catch { continue }
        }
    }
}
