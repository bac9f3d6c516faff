import Accounts
import Audio
import Bot
import Calls
import Database
import Foundation
import HTTP
import Jobs
import Kernel
import Logging
import Reactor
import Speech
import Telegram

struct BotArguments: Codable {
    let database: String
    let port: Int
    let url: String
    let token: String
    let telegram: String
    let folder: String
    let publicURL: String
    /// What recordings are sealed with, the same for all runs on one database.
    var secretKey = Data(randomBytes(32)).base64EncodedString()
    /// Where a speech engine is; with one the bot's jobs are done too.
    var speech: String?
    var hasLimits = false
}

/// Said when a bot is prepared, and again when it runs.
struct BotAnswer: Codable, Sendable {
    let state: String
}

extension Role {
    /// The product's bot as `zvonar serve` builds it, without Telegram's limits on sending.
    static let bot = Role(name: "bot") { stage in
        let arguments = try stage.decode(BotArguments.self)
        let reactor = try Reactor()
        let database = Database(
            configuration: BenchDatabase.configuration(arguments.database, port: arguments.port, poolSize: 10),
            reactor: reactor,
            logger: Bench.quietLogger
        )
        guard let token = BotToken(arguments.token) else { throw Wrong("the token is none") }
        let parts = try parts(database, try HTTPClient(reactor: reactor), arguments)
        let runner = BotRunner(parts)
        let jobs = try jobs(parts, runner, arguments)
        try await runner.install(token)
        try stage.answer(BotAnswer(state: "prepared"))
        guard await stage.nextLine() != nil else { return }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await database.runWakeUps() }
            group.addTask { await runner.run() }
            if let jobs { group.addTask { await jobs.run() } }
            while await stage.nextLine() != nil {}
            jobs?.stop()
            group.cancelAll()
        }
        database.close()
    }

    private static func parts(_ database: Database, _ http: HTTPClient, _ arguments: BotArguments) throws -> BotParts {
        let (clock, logger) = (WallClock.system, Bench.quietLogger)
        guard let key = SecretKey(base64: arguments.secretKey) else { throw Wrong("the secret key is none") }
        let folder = URL(filePath: arguments.folder)
        let audio = try AudioTools()
        let files = RecordingFiles(
            store: RecordingStore(folder: folder.appending(path: "recordings")),
            keys: TenantKeys(database: database, master: key),
            folders: WorkFolders(parent: folder.appending(path: "work"))
        )
        let player = PlayerAudio(database: database, files: files, audio: audio)
        let tokens = Tokens(clock: clock)
        let migrations = try MigrationFolder(BenchDatabase.root.appending(path: "Migrations"))
        var parts = BotParts(
            database: database,
            http: http,
            secretKey: key,
            telegramAddress: arguments.telegram,
            publicURL: arguments.publicURL,
            leases: Leases(database: database, logger: logger),
            schedule: Schedule(database: database),
            tenants: Tenants(database: database),
            people: People(database: database),
            registrations: Registrations(
                database: database,
                migrator: Migrator(database: database, folder: migrations),
                logger: logger
            ),
            signIn: SignIn(database: database),
            recordings: Recordings(database: database, audio: audio, files: files, clock: clock),
            archive: CallArchive(database: database),
            questions: Questions(database: database, embedding: nil, clock: clock, logger: logger),
            digests: Digests(database: database, clock: clock),
            clips: Clips(database: database, files: files, player: player, audio: audio, tokens: tokens),
            tokens: tokens,
            folders: WorkFolders(parent: folder.appending(path: "work")),
            clock: clock,
            logger: logger
        )
        if !arguments.hasLimits { parts.limits = .off }
        return parts
    }

    /// The work on calls, as `zvonar serve` registers it.
    private static func jobs(_ parts: BotParts, _ bot: BotRunner, _ arguments: BotArguments) throws -> JobRunner? {
        guard let address = arguments.speech, let speech = URL(string: address) else { return nil }
        let (database, clock, logger) = (parts.database, parts.clock, parts.logger)
        let jobs = JobRunner(database: database, workers: [.quick: 5, .network: 8, .heavy: 2], logger: logger)
        let transcribe = TranscribeJob(
            database: database,
            files: parts.recordings.files,
            audio: try AudioTools(),
            speech: OpenAISpeechEngine(client: parts.http, base: speech, key: nil, model: "double"),
            clock: clock,
            logger: logger
        )
        let index = SearchIndex(database: database, embedding: nil, logger: logger)
        let analyse = AnalyseJob(database: database, scripts: Scripts(), index: index, clock: clock, logger: logger)
        bot.registerJobs(on: jobs)
        jobs.register(CallJobs.transcribe, work: transcribe.handle, whenDead: transcribe.handleDead)
        jobs.register(CallJobs.analyse, work: analyse.handle, whenDead: analyse.handleDead)
        let player = PlayerAudio(database: database, files: parts.recordings.files, audio: try AudioTools())
        jobs.register(CallJobs.derive, work: player.handle)
        return jobs
    }
}
