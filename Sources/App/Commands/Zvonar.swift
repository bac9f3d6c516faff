import ArgumentParser
import Foundation
import Logging

@main
struct Zvonar: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "zvonar",
        abstract: "Calls that are listened to, scored and answered about in Telegram.",
        subcommands: [
            Serve.self, Migrate.self, Doctor.self, Sandbox.self, TenantCommand.self, BotCommand.self, JobsCommand.self,
            IncidentCommand.self, ArchiveCommand.self,
        ]
    )
}

/// What every command that reads the settings takes.
struct SettingsOptions: ParsableArguments {
    @Option(name: .customLong("set"), help: "A setting for this run, as ZVONAR_NAME=value; wins over the environment.")
    var settings: [String] = []

    /// The settings, or an end with all their mistakes.
    func read() throws -> Settings {
        do {
            return try Settings.current(arguments: settings)
        } catch let mistakes as SettingsMistakes {
            throw ValidationFailure(mistakes.description)
        }
    }
}

/// Ends a command with words and code 1, without the usage that a wrong argument shows.
struct ValidationFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// Starts logging; once a process.
func startLogging(_ level: Logger.Level) -> Logger {
    LoggingSystem.bootstrap { LineLogHandler(label: $0, level: level) }
    return Logger(label: "zvonar")
}
