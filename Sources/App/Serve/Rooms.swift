import Accounts
import Audio
import Bot
import Calls
import Database
import Foundation
import HTTP
import Jobs
import Kernel
import Language
import Logging
import Speech

/// What the product knows and decides, built once and shared by its faces.
struct Rooms {
    let signIn: SignIn
    let people: People
    let tenants: Tenants
    let archive: CallArchive
    let player: PlayerAudio
    let bot: BotRunner
    let upkeep: Upkeep

    init(
        _ settings: Settings,
        database: Database,
        http: HTTPClient,
        jobs: [JobRunner],
        clock: WallClock,
        logger: Logger
    ) throws {
        let audio = try AudioTools(limits: AudioLimits(minutes: settings.recordingMinutes))
        let folders = WorkFolders(parent: settings.temporary)
        let files = RecordingFiles(
            store: settings.recordingStore(http),
            keys: TenantKeys(database: database, master: settings.secretKey),
            folders: folders
        )
        let recordings = Recordings(database: database, audio: audio, files: files, clock: clock)
        let leases = Leases(database: database, logger: logger)
        let engines = Engines(settings, http: http)
        signIn = SignIn(database: database, clock: clock)
        people = People(database: database)
        tenants = Tenants(database: database, clock: clock)
        archive = CallArchive(database: database)
        player = PlayerAudio(database: database, files: files, audio: audio)
        let tokens = Tokens(clock: clock)
        let work = CallWork(
            transcribe: TranscribeJob(
                database: database,
                files: files,
                audio: audio,
                speech: engines.speech,
                clock: clock,
                logger: logger
            ),
            index: SearchIndex(database: database, embedding: engines.embedding, logger: logger),
            questions: Questions(
                database: database,
                embedding: engines.embedding,
                model: engines.chat,
                prices: engines.prices,
                clock: clock,
                logger: logger
            ),
            digests: Digests(database: database, clock: clock),
            player: player,
            analyse: { index in
                AnalyseJob(
                    database: database,
                    scripts: Scripts(),
                    index: index,
                    model: engines.chat,
                    prices: engines.prices,
                    clock: clock,
                    logger: logger
                )
            }
        )
        bot = BotRunner(
            BotParts(
                database: database,
                http: http,
                secretKey: settings.secretKey,
                telegramAddress: settings.telegramAddress,
                publicURL: settings.publicURL.absoluteString,
                leases: leases,
                schedule: Schedule(database: database),
                tenants: tenants,
                people: people,
                registrations: Registrations(
                    database: database,
                    migrator: Migrator(database: database, folder: try MigrationFolder(settings.migrations)),
                    logger: logger
                ),
                signIn: signIn,
                recordings: recordings,
                archive: archive,
                questions: work.questions,
                digests: work.digests,
                clips: Clips(database: database, files: files, player: player, audio: audio, tokens: tokens),
                tokens: tokens,
                folders: folders,
                clock: clock,
                logger: logger
            )
        )
        upkeep = Upkeep(
            database: database,
            leases: leases,
            tenants: tenants,
            recordings: recordings,
            retention: AudioRetention(database: database, files: files, clock: clock),
            retentionDays: settings.audioRetentionDays,
            tokens: tokens,
            folders: folders,
            logger: logger
        )
        for runner in jobs {
            bot.registerJobs(on: runner)
            work.register(on: runner, whenAQuestionDies: bot.tellQuestionFailed)
        }
    }
}

/// Who does the work on calls.
private struct CallWork {
    let transcribe: TranscribeJob
    let index: SearchIndex
    let questions: Questions
    let digests: Digests
    let player: PlayerAudio
    let analyse: (SearchIndex) -> AnalyseJob

    typealias QuestionDeath = @Sendable (JobContext, QuestionJob, TenantTransaction) async throws -> Void

    func register(on jobs: JobRunner, whenAQuestionDies: @escaping QuestionDeath) {
        let analyse = analyse(index)
        jobs.register(CallJobs.transcribe, work: transcribe.handle, whenDead: transcribe.handleDead)
        jobs.register(CallJobs.analyse, work: analyse.handle, whenDead: analyse.handleDead)
        jobs.register(CallJobs.embed, work: index.handle)
        jobs.register(CallJobs.derive, work: player.handle)
        jobs.register(CallJobs.asked, work: questions.handle, whenDead: whenAQuestionDies)
        jobs.register(CallJobs.digestDue, work: digests.handle)
    }
}

/// The engines that are set.
private struct Engines {
    let speech: any SpeechEngine
    let embedding: (any EmbeddingModel)?
    let chat: (any ChatModel)?
    let prices: TokenPrices?

    init(_ settings: Settings, http: HTTPClient) {
        func endpoint(_ engine: EngineSettings) -> OpenAIEndpoint {
            OpenAIEndpoint(client: http, base: engine.url, key: engine.key, model: engine.model)
        }
        speech =
            settings.speech.map {
                OpenAISpeechEngine(client: http, base: $0.url, key: $0.key, model: $0.model) as any SpeechEngine
            } ?? MissingSpeechEngine()
        embedding = settings.embeddings.map { OpenAIEmbeddingModel(endpoint($0)) }
        chat = settings.language.map { OpenAIChatModel(endpoint($0)) }
        prices = settings.modelPrices
    }
}

/// Stands where no speech engine is set: its work waits, and the reason says what to set.
private struct MissingSpeechEngine: SpeechEngine {
    func transcribe(_ file: URL, seconds: Double, language: Kernel.Language) async throws -> Recognition {
        throw MissingSpeechEngineFault()
    }

    func isReady() async -> Bool { false }
}

private struct MissingSpeechEngineFault: Fault {
    let isPassing = true
    let description = "no speech engine is set: ZVONAR_SPEECH_URL"
}
