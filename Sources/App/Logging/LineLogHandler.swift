import Foundation
import Logging

/// Writes a line a message to standard error: time, level, text and values as `name=value`.
///
/// Tokens and phone numbers are masked as a last resort; no code is to pass them in the first place.
struct LineLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level
    private let label: String

    init(label: String, level: Logger.Level) {
        self.label = label
        logLevel = level
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let values = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
        let line = Self.line(
            time: Date(),
            level: event.level,
            label: label,
            message: "\(event.message)",
            values: values.map { ($0.key, "\($0.value)") }
        )
        LineOutput.standardError.write(line) { count in
            Self.line(
                time: Date(),
                level: .warning,
                label: label,
                message: "lines of the log could not be written",
                values: [("count", "\(count)")]
            )
        }
    }

    static func line(
        time: Date,
        level: Logger.Level,
        label: String,
        message: String,
        values: [(String, String)]
    ) -> String {
        let start = "\(timestamp(time)) \(level.rawValue.uppercased()) \(label): \(message)"
        return masked(values.reduce(start) { "\($0) \($1.0)=\(quoted($1.1))" })
    }

    /// ISO 8601 in UTC with milliseconds.
    private static func timestamp(_ time: Date) -> String {
        time.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    /// One line and one word a value, whatever it holds.
    private static func quoted(_ value: String) -> String {
        let oneLine = value.replacing("\\", with: "\\\\").replacing("\n", with: "\\n").replacing("\r", with: "\\r")
        guard oneLine.contains(where: { $0.isWhitespace || $0 == "\"" || $0 == "=" }) || oneLine.isEmpty else {
            return oneLine
        }
        return "\"\(oneLine.replacing("\"", with: "\\\""))\""
    }

    /// Masks what looks like a bot's token, a bearer's key or a phone number in international form.
    static func masked(_ line: String) -> String {
        line.replacing(/[0-9]{5,}:[A-Za-z0-9_-]{25,}/, with: "[token]")
            .replacing(/Bearer +[^\s"]+/, with: "Bearer [key]")
            .replacing(/\+[0-9]{10,15}\b/, with: "[phone]")
    }
}
