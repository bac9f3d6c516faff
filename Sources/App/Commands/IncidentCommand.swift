import ArgumentParser
import Foundation
import Jobs

struct IncidentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "incident",
        abstract: "What is known of the number that a person was told."
    )

    @OptionGroup var options: SettingsOptions
    @Argument(help: "The number, such as K7M2Q9XA.") var number: String

    func run() async throws {
        let settings = try options.read()
        let number = number.uppercased()
        guard number.wholeMatch(of: /[2-9A-Z]{8}/) != nil else {
            throw ValidationFailure("An incident has eight letters and digits.")
        }
        var lines: [String] = []
        do {
            lines = try Self.logLines(about: number, in: settings.logs)
        } catch {
            print("The logs in \(settings.logs.path) cannot be read by this user.")
        }
        lines += try await withDatabase(settings) { try await Incidents(database: $0).find(number) }
        guard !lines.isEmpty else { throw ValidationFailure("Nothing is known of incident \(number) here.") }
        lines.forEach { print($0) }
    }

    /// The lines of all logs of this installation that name the incident.
    static func logLines(about number: String, in folder: URL) throws -> [String] {
        guard FileManager.default.fileExists(atPath: folder.path) else { return [] }
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        return try files.sorted { $0.path < $1.path }.flatMap { file in
            let text = String(decoding: try Data(contentsOf: file, options: .mappedIfSafe), as: UTF8.self)
            return text.split(separator: "\n").filter { $0.contains(number) }.map(String.init)
        }
    }
}
