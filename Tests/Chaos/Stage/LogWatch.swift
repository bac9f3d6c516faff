import Foundation
import Synchronization

/// Reads the servers' logs as they grow: who holds the bot's lease since when, which process did what.
final class LogWatch: Sendable {
    struct Taking: Sendable {
        let server: Int
        let at: Date
    }

    private struct State {
        var offsets: [Int: UInt64] = [:]
        var takings: [Taking] = []
        var handled: [Int64: Int] = [:]
        var jobsDone: [Int: Int] = [:]
        var updatesDone: [Int: Int] = [:]
        var incidents: [String] = []
    }

    private let logs: [URL]
    private let state = Mutex(State())

    init(logs: [URL]) { self.logs = logs }

    /// Reads what is new.
    func read() throws {
        for (server, log) in logs.enumerated() where FileManager.default.fileExists(atPath: log.path) {
            let handle = try FileHandle(forReadingFrom: log)
            defer { do { try handle.close() } catch { say("a log stays open: \(error)") } }
            let offset = state.withLock { $0.offsets[server] ?? 0 }
            try handle.seek(toOffset: offset)
            guard let data = try handle.readToEnd(), let last = data.lastIndex(of: 0x0A) else { continue }
            state.withLock { $0.offsets[server] = offset + UInt64(last - data.startIndex + 1) }
            for line in String(decoding: data[...last], as: UTF8.self).split(separator: "\n") {
                note(line, of: server)
            }
        }
    }

    /// Who took the bot's lease last.
    var holder: Int? { state.withLock { $0.takings.max { $0.at < $1.at }?.server } }

    /// The first taking of the bot's lease after a moment.
    func taking(after moment: Date) -> Taking? {
        state.withLock { $0.takings.filter { $0.at > moment }.min { $0.at < $1.at } }
    }

    var takings: Int { state.withLock { $0.takings.count } }
    /// How often each update was said to be handled, by any process.
    var handled: [Int64: Int] { state.withLock { $0.handled } }
    var jobsDone: [Int: Int] { state.withLock { $0.jobsDone } }
    var updatesDone: [Int: Int] { state.withLock { $0.updatesDone } }
    /// Lines of the level error, without those about what was killed on purpose.
    var incidents: [String] { state.withLock { $0.incidents } }

    private func note(_ line: Substring, of server: Int) {
        if line.contains(": lease taken "), line.contains("lease=bot:"), let at = time(line) {
            state.withLock { $0.takings.append(Taking(server: server, at: at)) }
        } else if line.contains(": An update was handled "), let update = value("update", line).flatMap(Int64.init) {
            state.withLock {
                $0.handled[update, default: 0] += 1
                $0.updatesDone[server, default: 0] += 1
            }
        } else if line.contains(": a job is done ") {
            state.withLock { $0.jobsDone[server, default: 0] += 1 }
        } else if line.contains(" ERROR ") {
            state.withLock { $0.incidents.append("server \(server): \(line.prefix(300))") }
        }
    }

    private func time(_ line: Substring) -> Date? {
        do {
            let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
            return try style.parse(String(line.prefix { $0 != " " }))
        } catch {
            return nil
        }
    }

    private func value(_ name: String, _ line: Substring) -> String? {
        guard let range = line.range(of: " \(name)=") else { return nil }
        return String(line[range.upperBound...].prefix { $0 != " " })
    }
}
