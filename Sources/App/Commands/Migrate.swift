import ArgumentParser
import Logging
import Database
import Kernel
import Reactor

struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Brings platform, cell and every tenant to the newest form."
    )

    @OptionGroup var options: SettingsOptions

    func run() async throws {
        let settings = try options.read()
        try await withDatabase(settings) { database in
            let folder = try MigrationFolder(settings.migrations)
            var failures: [String] = []
            // A cell that is down keeps its form until the next time; the others get theirs.
            for cell in database.allCells {
                let name = database.allCells.count > 1 ? "Cell \(cell.number): " : ""
                do {
                    let count = try await Migrator(database: cell, folder: folder).migrate()
                    print(name + (count == 0 ? "Nothing to apply." : "Applied \(count)."))
                } catch let fault as MigrationFault {
                    failures.append(name + fault.debugDescription)
                } catch let fault as any Fault {
                    failures.append(name + fault.description)
                }
            }
            guard failures.isEmpty else { throw ValidationFailure(failures.joined(separator: "\n")) }
        }
    }
}

/// Opens the database for the length of one command.
func withDatabase<Value>(_ settings: Settings, _ body: (Database) async throws -> Value) async throws -> Value {
    let logger = startLogging(.warning)
    let reactor = try Reactor()
    let database = settings.databases(reactor, logger)
    defer {
        database.close()
        reactor.stop()
    }
    return try await body(database)
}
