import ArgumentParser
import Logging

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Runs the product: bots, work, panel.")

    @OptionGroup var options: SettingsOptions

    func run() async throws {
        let settings = try options.read()
        let logger = startLogging(settings.logLevel)
        for name in settings.unknown {
            logger.warning("a setting is not known", metadata: ["name": "\(name)"])
        }
        let house = try House(settings, logger: logger)
        try await house.run()
    }
}
