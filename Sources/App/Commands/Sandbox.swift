import ArgumentParser
import Logging
import Foundation
import TelegramSandbox

struct Sandbox: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs a Telegram of its own with a chat page, to try the product and to develop bots."
    )

    @Option(name: .customLong("set"), help: "A setting for this run, as ZVONAR_NAME=value; wins over the environment.")
    var settings: [String] = []

    func run() async throws {
        var source = SettingsSource(
            arguments: settings,
            environment: ProcessInfo.processInfo.environment,
            file: URL(filePath: FileManager.default.currentDirectoryPath).appending(path: ".env")
        )
        let variable = Settings.variable(&source)
        var configuration = SandboxConfiguration(folder: variable.appending(path: "sandbox"))
        configuration.port = source.port("ZVONAR_SANDBOX_PORT", default: 8081)
        configuration.publicFolder = source.optional("ZVONAR_SANDBOX_PUBLIC_FILES", expected: "a folder") {
            URL(filePath: $0)
        }
        configuration.hasLimits = source.value(
            "ZVONAR_SANDBOX_LIMITS",
            default: true,
            shown: "on",
            expected: "on or off"
        ) { ["on": true, "off": false][$0] }
        guard source.mistakes.isEmpty else {
            throw ValidationFailure(SettingsMistakes(mistakes: source.mistakes).description)
        }
        try await TelegramSandbox(configuration, logger: startLogging(.info)).run()
    }
}
