import Audio
import Database
import Foundation
import Kernel
import Support
import Synchronization

@testable import Calls

/// Everything of Calls over one tenant of a database, with files in a folder of its own.
struct Bench: Sendable {
    let test: TestDatabase
    let tenant: TenantID
    let folder: URL
    let clock: TestClock
    let audio: AudioTools
    let store: RecordingStore
    var files: RecordingFiles
    let recordings: Recordings
    let archive: CallArchive
    let player: PlayerAudio
    let tokens: Tokens
    let clips: Clips
    let digests: Digests

    static let master = SecretKey.random()

    var database: Database { test.database }

    /// A tenant of the database that the suites without jobs share.
    static func make() async throws -> Bench { try await make(in: try await SharedDatabase.shared.database()) }

    /// A tenant of a database that no other test uses, as tests with a job runner need it.
    static func alone() async throws -> Bench { try await make(in: try await TestDatabase.make()) }

    static func make(in test: TestDatabase, master: SecretKey = Bench.master) async throws -> Bench {
        let tenant = try await test.tenant()
        let folder = FileManager.default.temporaryDirectory.appending(path: "zvonar-calls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let clock = TestClock()
        let audio = try AudioTools()
        let store = RecordingStore(folder: folder.appending(path: "recordings"))
        let files = RecordingFiles(
            store: store,
            keys: TenantKeys(database: test.database, master: master),
            folders: WorkFolders(parent: folder.appending(path: "work"))
        )
        let player = PlayerAudio(database: test.database, files: files, audio: audio)
        let tokens = Tokens(clock: clock.wall)
        return Bench(
            test: test,
            tenant: tenant,
            folder: folder,
            clock: clock,
            audio: audio,
            store: store,
            files: files,
            recordings: Recordings(database: test.database, audio: audio, files: files, clock: clock.wall),
            archive: CallArchive(database: test.database),
            player: player,
            tokens: tokens,
            clips: Clips(database: test.database, files: files, player: player, audio: audio, tokens: tokens),
            digests: Digests(database: test.database, clock: clock.wall)
        )
    }

    /// The one number that a statement gives.
    func number(_ sql: SQL) async throws -> Int? {
        let rows = try await database.tenant(tenant) { try await $0.query(sql) }
        guard let row = rows.first else { return nil }
        return try row.decode(Int.self)
    }

    /// Plaintext and derived files that work has left behind.
    func leftovers() throws -> [String] {
        let work = folder.appending(path: "work").path
        guard FileManager.default.fileExists(atPath: work) else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: work)
    }

    func incoming(_ file: URL, message: Int64 = 1, startedAt: Date? = nil) -> Recordings.Incoming {
        Recordings.Incoming(
            file: file,
            name: file.lastPathComponent,
            origin: .sample(message: message),
            startedAt: startedAt,
            receivedAt: clock.wall.now()
        )
    }
}

extension CallOrigin {
    static func sample(message: Int64 = 1) -> CallOrigin {
        CallOrigin(bot: BotID(1), chat: 100, slot: "call-\(message)", message: message, account: AccountID(7))
    }
}

/// A clock that a test sets.
final class TestClock: Sendable {
    private let moment = Mutex(Date(timeIntervalSince1970: 1_795_000_000))

    var wall: WallClock { WallClock { self.moment.withLock { $0 } } }

    func set(_ date: Date) { moment.withLock { $0 = date } }
    func advance(by seconds: TimeInterval) { moment.withLock { $0 += seconds } }
}

/// The database of all suites that do not run jobs: each test has a tenant of its own in it.
actor SharedDatabase {
    static let shared = SharedDatabase()
    private var making: Task<TestDatabase, any Error>?

    func database() async throws -> TestDatabase {
        let making = self.making ?? Task { try await TestDatabase.make() }
        self.making = making
        return try await making.value
    }
}
