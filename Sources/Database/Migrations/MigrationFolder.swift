public import Foundation
public import Kernel

/// Which of the three kinds of schema a migration belongs to.
public enum MigrationArea: String, Sendable, CaseIterable {
    case platform
    case cell
    case tenant
}

/// A file `NNNN_verb_noun.sql`.
struct Migration: Sendable {
    let name: String
    let text: String
    /// SHA-256 of the text in hexadecimal: an applied file may not change.
    let checksum: String

    init(name: String, text: String) {
        self.name = name
        self.text = text
        checksum = hexadecimal(sha256(Array(text.utf8)))
    }
}

/// The folder with `platform/`, `cell/` and `tenant/`.
public struct MigrationFolder: Sendable {
    private let migrations: [MigrationArea: [Migration]]

    /// Reads all files; throws when the folder is missing or a file is not named `NNNN_verb_noun.sql`.
    public init(_ folder: URL) throws {
        var migrations: [MigrationArea: [Migration]] = [:]
        for area in MigrationArea.allCases {
            let path = folder.appending(path: area.rawValue)
            let files = try FileManager.default.contentsOfDirectory(at: path, includingPropertiesForKeys: nil)
            migrations[area] = try files.map(Self.read).sorted { $0.name < $1.name }
        }
        self.migrations = migrations
    }

    func migrations(for area: MigrationArea) -> [Migration] { migrations[area] ?? [] }

    private static func read(_ file: URL) throws -> Migration {
        let name = file.deletingPathExtension().lastPathComponent
        guard file.pathExtension == "sql", name.wholeMatch(of: /[0-9]{4}(_[a-z0-9]+)+/) != nil else {
            throw MigrationFault.badName(file.lastPathComponent)
        }
        return Migration(name: name, text: try String(contentsOf: file, encoding: .utf8))
    }
}

/// Why migrations were not applied.
public enum MigrationFault: Fault, CustomDebugStringConvertible {
    case badName(String)
    /// A file differs from what was applied under its name.
    case changed(String)
    /// The database knows a migration that this program does not: the program is older than the database.
    case unknown(String)
    case failed(String, ServerError)

    public var isPassing: Bool {
        // A full disk or too many connections are nothing that the file is to blame for.
        if case .failed(_, let error) = self { DatabaseFault.server(error).isPassing } else { false }
    }

    public var description: String {
        switch self {
        case .badName(let name): "\(name) is not named NNNN_verb_noun.sql"
        case .changed(let name): "migration \(name) was changed after it had been applied"
        case .unknown(let name): "the database has migration \(name), which this program does not know"
        case .failed(let name, let error): "migration \(name) failed with \(error.sqlState)"
        }
    }

    public var debugDescription: String {
        guard case .failed(let name, let error) = self else { return description }
        return "migration \(name) failed: \(error.debugDescription)"
    }
}
