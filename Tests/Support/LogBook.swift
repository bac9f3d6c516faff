public import Logging
import Synchronization

/// What was logged in a test, a line each with the values beside it.
public final class LogBook: Sendable {
    private let entries = Mutex<[String]>([])
    private let level: Logger.Level

    public init(_ level: Logger.Level = .info) { self.level = level }

    public var lines: [String] { entries.withLock { $0 } }

    public var logger: Logger {
        var logger = Logger(label: "test") { _ in Handler(book: self) }
        logger.logLevel = level
        return logger
    }

    /// The lines that hold one of these, in whatever case.
    public func lines(holding words: [String]) -> [String] {
        lines.filter { line in words.contains { line.lowercased().contains($0.lowercased()) } }
    }

    private struct Handler: LogHandler {
        let book: LogBook
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.info

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let all = metadata.merging(event.metadata ?? [:]) { $1 }
            let values = all.map { "\($0.key)=\($0.value)" }.sorted().joined(separator: " ")
            book.entries.withLock { $0.append("\(event.level) \(event.message) \(values)") }
        }
    }
}
