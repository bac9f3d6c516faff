import Database
import Foundation
import HTTP
import Jobs
import Kernel
import Language
import Logging
import S3
import Telegram

/// An engine behind an address of OpenAI's form.
struct EngineSettings: Sendable {
    let url: URL
    let key: String?
    let model: String
}

/// Everything that whoever runs the server may choose, read once at start.
struct Settings: Sendable {
    let variable: URL
    let host: String
    let port: Int
    let publicURL: URL
    let publicFiles: URL
    let migrations: URL
    let secretKey: SecretKey
    let database: DatabaseConfiguration
    /// The cells beside the first, by their numbers.
    let cells: [Int: DatabaseConfiguration]
    /// The cells in which new companies are made; all when it is empty.
    let openCells: [Int]
    let telegramToken: BotToken?
    let telegramAddress: String
    let proxy: HTTPProxy?
    let speech: EngineSettings?
    let embeddings: EngineSettings?
    let language: EngineSettings?
    let modelPrices: TokenPrices?
    /// The bucket of recordings; nil where they lie in `recordings`.
    let storage: S3Configuration?
    let recordingMinutes: Int
    /// After how many days the sound of calls is deleted; 0 is never.
    let audioRetentionDays: Int
    let heavyWorkers: Int
    let retention: RetentionPeriods
    let logLevel: Logger.Level
    let shutdownSeconds: Int
    let reports: [SettingReport]
    let unknown: [String]

    var recordings: URL { variable.appending(path: "recordings") }
    var temporary: URL { variable.appending(path: "tmp") }
    var logs: URL { variable.appending(path: "log") }

    /// Reads arguments (`ZVONAR_NAME=value`), the environment and `.env`; all mistakes are thrown together.
    init(arguments: [String], environment: [String: String], file: URL?) throws(SettingsMistakes) {
        var source = SettingsSource(arguments: arguments, environment: environment, file: file)
        variable = Self.variable(&source)
        host = source.value("ZVONAR_HTTP_HOST", default: "127.0.0.1", shown: "127.0.0.1", expected: "an address") { $0 }
        let port = source.port("ZVONAR_HTTP_PORT", default: 8080)
        self.port = port
        let local = "http://127.0.0.1:\(port)"
        publicURL = source.value(
            "ZVONAR_PUBLIC_URL",
            default: URL(filePath: "/"),
            shown: local,
            expected: "an address such as https://calls.example.com",
            Self.webAddress
        ).orLocal(local)
        publicFiles = source.folder("ZVONAR_PUBLIC_FILES", beside: "Web/Public")
        migrations = source.folder("ZVONAR_MIGRATIONS", beside: "Migrations")
        secretKey = source.required(
            "ZVONAR_SECRET_KEY",
            isSecret: true,
            expected: "32 random bytes in base64",
            instead: .random(),
            SecretKey.init(base64:)
        )
        database = Self.database(&source)
        cells = source.cells(like: database)
        openCells = source.openCells(among: [1] + cells.keys)
        telegramToken = source.optional("ZVONAR_TELEGRAM_TOKEN", isSecret: true, expected: "a bot's token") {
            BotToken($0)
        }
        telegramAddress = source.value(
            "ZVONAR_TELEGRAM_API",
            default: "https://api.telegram.org",
            shown: "https://api.telegram.org",
            expected: "an address"
        ) { Self.webAddress($0) == nil ? nil : $0 }
        proxy = source.optional(
            "ZVONAR_PROXY",
            isSecret: true,
            expected: "http://user:password@host:port or socks5h://…"
        ) { HTTPProxy($0) }
        speech = source.engine("SPEECH", model: "whisper-1")
        embeddings = source.engine("EMBEDDINGS", model: "use-multilingual")
        language = source.engine("LANGUAGE", model: nil)
        modelPrices = source.prices("ZVONAR_LANGUAGE_PRICE")
        storage = source.storage()
        recordingMinutes = source.count("ZVONAR_RECORDING_MAX_MINUTES", default: 120, in: 1...1440)
        audioRetentionDays = source.count("ZVONAR_AUDIO_RETENTION_DAYS", default: 0, in: 0...36_500)
        heavyWorkers = source.count("ZVONAR_HEAVY_WORKERS", default: 2, in: 1...64)
        // Telegram gives an update again for a day, and clocks differ.
        retention = RetentionPeriods(
            updatesDays: source.count("ZVONAR_KEEP_UPDATES_DAYS", default: 7, in: 2...3650),
            messagesDays: source.count("ZVONAR_KEEP_MESSAGES_DAYS", default: 30, in: 1...3650),
            failuresDays: source.count("ZVONAR_KEEP_FAILURES_DAYS", default: 90, in: 1...3650)
        )
        logLevel = source.value(
            "ZVONAR_LOG_LEVEL",
            default: .info,
            shown: "info",
            expected: "debug, info, warning or error"
        ) {
            Logger.Level(rawValue: $0)
        }
        shutdownSeconds = source.count("ZVONAR_SHUTDOWN_SECONDS", default: 20, in: 1...600)
        reports = source.reports
        unknown = source.unknown
        guard source.mistakes.isEmpty else { throw SettingsMistakes(mistakes: source.mistakes) }
    }

    /// The settings of this process: its environment and `.env` in the folder it was started in.
    static func current(arguments: [String]) throws -> Settings {
        try Settings(
            arguments: arguments,
            environment: ProcessInfo.processInfo.environment,
            file: URL(filePath: FileManager.default.currentDirectoryPath).appending(path: ".env")
        )
    }

    /// The folder of everything that this installation writes.
    static func variable(_ source: inout SettingsSource) -> URL {
        URL(filePath: source.value("ZVONAR_VAR", default: "var", shown: "var", expected: "a folder") { $0 })
    }

    private static func database(_ source: inout SettingsSource) -> DatabaseConfiguration {
        var passwords: [DatabaseConfiguration.Login: String] = [:]
        for login in DatabaseConfiguration.Login.allCases {
            let name = "ZVONAR_DATABASE_\(login.rawValue.dropFirst("zvonar_".count).uppercased())_PASSWORD"
            passwords[login] = source.required(
                name,
                isSecret: true,
                expected: "the password of \(login.rawValue)",
                instead: ""
            ) { $0 }
        }
        let nowhere = DatabaseConfiguration(host: "", port: 0, name: "", passwords: passwords)
        var configuration = source.required(
            "ZVONAR_DATABASE_URL",
            expected: "postgresql://host:port/name, without a user, with sslmode and sslrootcert at most",
            instead: nowhere
        ) { DatabaseConfiguration(url: $0, passwords: passwords) }
        configuration.poolSize = source.count("ZVONAR_DATABASE_POOL_SIZE", default: 10, in: 2...200)
        configuration.isPooled = source.value(
            "ZVONAR_DATABASE_POOLER",
            default: false,
            shown: "none",
            expected: "none or transaction"
        ) { ["none": false, "transaction": true][$0] }
        configuration.direct = source.optional(
            "ZVONAR_DATABASE_DIRECT_URL",
            expected: "postgresql://host:port/name, without a user, with sslmode and sslrootcert at most"
        ) { url in DatabaseConfiguration(url: url, passwords: [:])?.address }
        if configuration.isPooled, configuration.direct == nil {
            source.addMistake(
                "ZVONAR_DATABASE_POOLER=transaction needs ZVONAR_DATABASE_DIRECT_URL, the address of PostgreSQL itself"
            )
        }
        return configuration
    }

    static func webAddress(_ text: String) -> URL? {
        guard let url = URL(string: text), ["http", "https"].contains(url.scheme), url.host?.isEmpty == false,
            url.user == nil, url.query == nil
        else { return nil }
        return url
    }
}

extension URL {
    /// A default that depends on another setting.
    fileprivate func orLocal(_ address: String) -> URL { isFileURL ? URL(string: address) ?? self : self }
}

extension SettingsSource {
    mutating func port(_ name: String, default standard: Int) -> Int {
        value(name, default: standard, shown: String(standard), expected: "a port from 1 to 65535") { text in
            Int(text).flatMap { (1...65_535).contains($0) ? $0 : nil }
        }
    }

    mutating func count(_ name: String, default standard: Int, in range: ClosedRange<Int>) -> Int {
        value(
            name,
            default: standard,
            shown: String(standard),
            expected: "a number from \(range.lowerBound) to \(range.upperBound)"
        ) { text in Int(text).flatMap { range.contains($0) ? $0 : nil } }
    }

    /// A folder of the product's own files: beside the binary when installed, in the sources when developed.
    mutating func folder(_ name: String, beside path: String) -> URL {
        let binary = URL(filePath: CommandLine.arguments.first ?? "zvonar").resolvingSymlinksInPath()
        let installed = binary.deletingLastPathComponent().deletingLastPathComponent().appending(path: path)
        let developed = URL(filePath: FileManager.default.currentDirectoryPath).appending(path: path)
        let standard = FileManager.default.fileExists(atPath: installed.path) ? installed : developed
        let folder = value(name, default: standard, shown: standard.path, expected: "a folder") { URL(filePath: $0) }
        return folder
    }

    /// What a million tokens cost, asked and answered; nil, and so not counted, unless both are set.
    mutating func prices(_ prefix: String) -> TokenPrices? {
        func price(_ text: String) -> Double? { Double(text).flatMap { $0 >= 0 && $0.isFinite ? $0 : nil } }
        let expected = "the price of a million tokens, such as 150.0"
        let prompt = optional("\(prefix)_INPUT", expected: expected, price)
        let completion = optional("\(prefix)_OUTPUT", expected: expected, price)
        guard let prompt, let completion else { return nil }
        return TokenPrices(promptMillion: prompt, completionMillion: completion)
    }

    /// An engine's address, key and model; without an address there is none.
    ///
    /// Without a standard model one must be named.
    mutating func engine(_ part: String, model standard: String?) -> EngineSettings? {
        let prefix = "ZVONAR_\(part)"
        let url = optional("\(prefix)_URL", expected: "an address that ends in /v1", Settings.webAddress)
        let key = optional("\(prefix)_KEY", isSecret: true) { $0 }
        let model =
            if let standard {
                value("\(prefix)_MODEL", default: standard, shown: standard, expected: "a text") { $0 } as String?
            } else {
                optional("\(prefix)_MODEL") { $0 }
            }
        guard let url else { return nil }
        guard let model else {
            addMistake("\(prefix)_URL is set and \(prefix)_MODEL is not")
            return nil
        }
        return EngineSettings(url: url, key: key, model: model)
    }
}
