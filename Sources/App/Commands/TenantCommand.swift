import Accounts
import ArgumentParser
import Audio
import Database
import Foundation
import Kernel

struct TenantCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tenant",
        abstract: "The companies of this installation.",
        subcommands: [List.self, Create.self, Retention.self, Drop.self]
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the companies.")

        @OptionGroup var options: SettingsOptions

        func run() async throws {
            let tenants = try await withDatabase(try options.read()) { try await Tenants(database: $0).list() }
            guard !tenants.isEmpty else { return print("There is no company yet.") }
            for tenant in tenants {
                let profile = tenant.profile
                print("\(profile.id)\t\(tenant.state.rawValue)\t\(profile.zone.identifier)\t\(profile.name)")
            }
        }
    }

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Makes a company without people.")

        @OptionGroup var options: SettingsOptions
        @Argument(help: "Its name.") var name: String
        @Option(help: "Its IANA time zone.") var zone = "Europe/Moscow"
        @Option(help: "Its language: ru, en or kk.") var language = "ru"
        @Option(help: "The cell in which it lives; without it the one with the fewest companies.") var cell: Int?

        func run() async throws {
            let settings = try options.read()
            guard let language = Language(rawValue: language) else {
                throw ValidationFailure("The language is ru, en or kk.")
            }
            try await withDatabase(settings) { database in
                if let cell, !database.allCells.contains(where: { $0.number == cell }) {
                    throw ValidationFailure("There is no cell \(cell); ZVONAR_CELLS names them.")
                }
                let migrator = Migrator(database: database, folder: try MigrationFolder(settings.migrations))
                do {
                    let id = try await Tenants(database: database)
                        .create(name: name, zone: zone, language: language, cell: cell, with: migrator)
                    print("Company \(id) is ready.")
                } catch let refusal as any Refusal {
                    throw ValidationFailure(refusal.sentence(in: .english))
                }
            }
        }
    }

    struct Retention: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Says after how many days a company's audio is deleted; transcripts and scores stay."
        )

        @OptionGroup var options: SettingsOptions
        @Argument(help: "Its number, as `tenant list` shows it.") var number: Int64
        @Option(help: "0 keeps for ever; without it ZVONAR_AUDIO_RETENTION_DAYS holds again.") var days: Int?

        func run() async throws {
            let settings = try options.read()
            guard days.map({ (0...36_500).contains($0) }) ?? true else {
                throw ValidationFailure("The days are a number from 0 to 36500.")
            }
            try await withDatabase(settings) { database in
                do {
                    try await Tenants(database: database).setAudioDays(days, of: TenantID(number))
                } catch let fault as TenantFault {
                    throw ValidationFailure(fault.description)
                }
            }
            let holding = days ?? settings.audioRetentionDays
            print(holding == 0 ? "Audio is kept for ever." : "Audio is deleted after \(holding) days.")
        }
    }

    struct Drop: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Removes a company with its calls and recordings, for ever."
        )

        @OptionGroup var options: SettingsOptions
        @Argument(help: "Its number, as `tenant list` shows it.") var number: Int64
        @Flag(help: "Without it nothing is removed.") var confirm = false

        func run() async throws {
            let settings = try options.read()
            guard confirm else {
                throw ValidationFailure("This removes company \(number) for ever. Say --confirm if that is meant.")
            }
            let tenant = TenantID(number)
            try await withDatabase(settings) { database in
                let migrator = Migrator(database: database, folder: try MigrationFolder(settings.migrations))
                do {
                    try await withHTTP(settings) { http in
                        try await Tenants(database: database).drop(tenant, with: migrator) {
                            try await settings.recordingStore(http).deleteAll(of: tenant)
                        }
                    }
                } catch let fault as TenantFault {
                    throw ValidationFailure(fault.description)
                }
            }
            print("Company \(number) is gone.")
        }
    }
}
