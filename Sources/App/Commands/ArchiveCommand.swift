import Accounts
import ArgumentParser
import Audio
import Calls
import Foundation
import Kernel

/// The part of `deploy/backup --tenant` and `deploy/restore --tenant` that needs the installation's secret key.
struct ArchiveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "archive",
        abstract: "Used by deploy/backup and deploy/restore for one company.",
        shouldDisplay: false,
        subcommands: [Pack.self, Unpack.self, Discard.self, Sign.self, Check.self]
    )

    struct Pack: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Copies a company's recordings and key into a folder."
        )

        @OptionGroup var options: SettingsOptions
        @Argument var number: Int64
        @Argument var folder: String

        func run() async throws {
            let settings = try options.read()
            let count = try await withArchive(settings) {
                try await $0.pack(TenantID(number), into: URL(filePath: folder))
            }
            print("\(count) files of recordings")
        }
    }

    struct Unpack: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Puts an archive's recordings into the store and prints their key, wrapped for the new number."
        )

        @OptionGroup var options: SettingsOptions
        @Argument var folder: String
        @Option var tenant: Int64
        @Option var into: Int64

        func run() async throws {
            let settings = try options.read()
            let wrapped = try await withArchive(settings) {
                try await $0.unpack(URL(filePath: folder), of: TenantID(tenant), as: TenantID(into))
            }
            print(hexadecimal(wrapped))
        }
    }

    struct Discard: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Removes recordings of a company that does not exist."
        )

        @OptionGroup var options: SettingsOptions
        @Argument var number: Int64

        func run() async throws {
            let settings = try options.read()
            let tenants = try await withDatabase(settings) { try await Tenants(database: $0).list() }
            let isKnown = tenants.contains { $0.profile.id == TenantID(number) }
            guard !isKnown else { throw ValidationFailure("Company \(number) exists.") }
            try await withHTTP(settings) { try await settings.recordingStore($0).deleteAll(of: TenantID(number)) }
        }
    }

    struct Sign: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Signs the sums of an archive.")

        @OptionGroup var options: SettingsOptions
        @Argument var folder: String

        func run() async throws {
            let signature = ArchiveSignature(key: try options.read().secretKey, folder: URL(filePath: folder))
            try signature.write()
        }
    }

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Checks who signed the sums of an archive.")

        @OptionGroup var options: SettingsOptions
        @Argument var folder: String

        func run() async throws {
            let signature = ArchiveSignature(key: try options.read().secretKey, folder: URL(filePath: folder))
            guard try signature.isValid() else {
                throw ValidationFailure(
                    "This archive was changed, or made under another ZVONAR_SECRET_KEY than this installation's."
                )
            }
        }
    }
}

/// Proof that an archive was made with the key of this installation: its sums, sealed.
struct ArchiveSignature {
    let key: SecretKey
    let folder: URL

    private static let purpose = "tenant archive"

    func write() throws {
        try Data(key.seal(try sum(), purpose: Self.purpose)).write(to: file)
    }

    func isValid() throws -> Bool {
        let sealed = Array(try Data(contentsOf: file))
        do {
            return try key.open(sealed, purpose: Self.purpose) == sum()
        } catch is SealFault {
            return false
        }
    }

    private var file: URL { folder.appending(path: "signature") }

    private func sum() throws -> [UInt8] {
        sha256(Array(try Data(contentsOf: folder.appending(path: "SHA256SUMS"))))
    }
}

private func withArchive<Value>(_ settings: Settings, _ body: (RecordingArchive) async throws -> Value) async throws
    -> Value
{
    try await withDatabase(settings) { database in
        try await withHTTP(settings) { http in
            try await body(
                RecordingArchive(
                    database: database,
                    store: settings.recordingStore(http),
                    master: settings.secretKey,
                    folders: WorkFolders(parent: settings.temporary)
                )
            )
        }
    }
}
