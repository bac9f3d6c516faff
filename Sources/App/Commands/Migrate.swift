import ArgumentParser
import Logging
import Database
import Reactor

struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Brings platform, cell and every tenant to the newest form."
    )

    @OptionGroup var options: SettingsOptions

    func run() async throws {
        let settings = try options.read()
        try await withDatabase(settings) { database in
            let migrator = Migrator(database: database, folder: try MigrationFolder(settings.migrations))
            do {
                let count = try await migrator.migrate()
                print(count == 0 ? "Nothing to apply." : "Applied \(count).")
            } catch let fault as MigrationFault {
                throw ValidationFailure(fault.debugDescription)
            }
        }
    }
}

/// Opens the database for the length of one command.
func withDatabase<Value>(_ settings: Settings, _ body: (Database) async throws -> Value) async throws -> Value {
    let logger = startLogging(.warning)
    let reactor = try Reactor()
    let database = Database(configuration: settings.database, reactor: reactor, logger: logger)
    defer {
        database.close()
        reactor.stop()
    }
    return try await body(database)
}
