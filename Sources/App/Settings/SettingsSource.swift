import Foundation

/// Where a setting's value came from.
enum SettingOrigin: Sendable, Equatable {
    case argument
    case environment
    case file(String)
    case standard

    var text: String {
        switch self {
        case .argument: "argument"
        case .environment: "environment"
        case .file(let path): path
        case .standard: "default"
        }
    }
}

/// A setting as `doctor` shows it.
struct SettingReport: Sendable, Equatable {
    let name: String
    /// Nil when it is not set; a secret is masked.
    let value: String?
    let origin: SettingOrigin
}

/// Something wrong with the settings, in words for whoever runs the server.
struct SettingsMistakes: Error, CustomStringConvertible {
    let mistakes: [String]

    var description: String {
        "The settings are not right:\n" + mistakes.map { "  - \($0)" }.joined(separator: "\n")
    }
}

/// The raw settings: arguments win over the environment, that over the file `.env`.
///
/// Reading collects mistakes instead of stopping at the first.
struct SettingsSource {
    private let values: [String: (value: String, origin: SettingOrigin)]
    private(set) var mistakes: [String] = []
    private(set) var reports: [SettingReport] = []

    static let prefix = "ZVONAR_"

    /// Settings that only the sandbox and the scripts of `deploy/` read.
    static let otherSettings: Set<String> = [
        "ZVONAR_BINARY", "ZVONAR_DATABASE_PORT", "ZVONAR_SPEECH_PORT", "ZVONAR_SPEECH_HOME",
        "ZVONAR_TELEGRAM_TOKEN_SANDBOX", "ZVONAR_SANDBOX_PORT", "ZVONAR_SANDBOX_PUBLIC_FILES", "ZVONAR_SANDBOX_LIMITS",
    ]

    init(arguments: [String], environment: [String: String], file: URL?) {
        var values: [String: (value: String, origin: SettingOrigin)] = [:]
        if let file {
            do {
                for (name, value) in try Self.parse(String(contentsOf: file, encoding: .utf8)) {
                    values[name] = (value, .file(file.path))
                }
            } catch let mistake as SettingsMistakes {
                mistakes += mistake.mistakes.map { "\(file.path): \($0)" }
            } catch CocoaError.fileReadNoSuchFile {
                // A file of settings is not needed.
            } catch {
                mistakes.append("\(file.path) cannot be read")
            }
        }
        for (name, value) in environment where name.hasPrefix(Self.prefix) && !value.isEmpty {
            values[name] = (value, .environment)
        }
        for argument in arguments {
            guard let equals = argument.firstIndex(of: "="), argument.hasPrefix(Self.prefix) else {
                // Behind '=' may be a secret.
                mistakes.append("'\(argument.prefix { $0 != "=" })' is not of the form ZVONAR_NAME=value")
                continue
            }
            values[String(argument[..<equals])] = (String(argument[argument.index(after: equals)...]), .argument)
        }
        self.values = values
    }

    /// Lines `NAME=value`, with `#` comments, optional `export` and quotes.
    static func parse(_ text: String) throws -> [String: String] {
        var values: [String: String] = [:]
        var mistakes: [String] = []
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let trimmed = line.trimmingCharacters(in: .whitespaces)
            if trimmed.isEmpty || trimmed.hasPrefix("#") { continue }
            guard let match = trimmed.wholeMatch(of: /(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)/) else {
                mistakes.append("line \(number + 1) is not NAME=value")
                continue
            }
            var value = String(match.2)
            for quote in ["\"", "'"] where value.count >= 2 && value.hasPrefix(quote) && value.hasSuffix(quote) {
                value = String(value.dropFirst().dropLast())
            }
            if !value.isEmpty { values[String(match.1)] = value }
        }
        guard mistakes.isEmpty else { throw SettingsMistakes(mistakes: mistakes) }
        return values
    }

    /// Names that nothing reads, such as a misspelt one.
    var unknown: [String] {
        let known = Set(reports.map(\.name)).union(Self.otherSettings)
        return values.keys.filter { $0.hasPrefix(Self.prefix) && !known.contains($0) }.sorted()
    }

    mutating func addMistake(_ mistake: String) { mistakes.append(mistake) }

    /// A setting that need not be there.
    mutating func optional<Value>(
        _ name: String,
        isSecret: Bool = false,
        expected: String = "a text",
        _ parse: (String) -> Value?
    ) -> Value? {
        guard let (text, origin) = values[name] else {
            reports.append(SettingReport(name: name, value: nil, origin: .standard))
            return nil
        }
        reports.append(SettingReport(name: name, value: isSecret ? "•••" : text, origin: origin))
        guard let value = parse(text) else {
            mistakes.append("\(name) (from \(origin.text)) is not \(expected)")
            return nil
        }
        return value
    }

    /// A setting with a default, which a secret never has.
    mutating func value<Value>(
        _ name: String,
        default standard: Value,
        shown: String,
        expected: String,
        _ parse: (String) -> Value?
    ) -> Value {
        let value = optional(name, expected: expected, parse)
        guard values[name] == nil else { return value ?? standard }
        reports[reports.count - 1] = SettingReport(name: name, value: shown, origin: .standard)
        return standard
    }

    /// A setting without which nothing works; its absence is a mistake and `instead` is never used.
    mutating func required<Value>(
        _ name: String,
        isSecret: Bool = false,
        expected: String,
        instead: Value,
        _ parse: (String) -> Value?
    ) -> Value {
        let value = optional(name, isSecret: isSecret, expected: expected, parse)
        if values[name] == nil { mistakes.append("\(name) is not set; it is \(expected)") }
        return value ?? instead
    }
}
