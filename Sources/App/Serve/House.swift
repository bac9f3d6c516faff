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
import Reactor
import ServiceLifecycle
import Speech
import UnixSignals
import Web

/// The composition root: everything that lives is built here, once, from the settings.
struct House {
    private let settings: Settings
    private let logger: Logger
    private let reactor: Reactor
    private let http: HTTPClient
    private let database: Database
    /// One a cell: what is down in one does not hold up another.
    private let jobs: [JobRunner]
    private let live: LiveFeed
    private let retention: Retention
    private let leases: Leases
    private let bot: BotRunner
    private let upkeep: Upkeep
    private let web: WebApplication

    /// `clock` is the machine's, which a test shifts.
    init(_ settings: Settings, clock: WallClock = .system, logger: Logger) throws {
        self.settings = settings
        self.logger = logger
        reactor = try Reactor()
        http = try HTTPClient(reactor: reactor, configuration: HTTPConfiguration(proxy: settings.proxy))
        database = settings.databases(reactor, logger)
        live = LiveFeed(database: database, logger: logger)
        retention = Retention(database: database, periods: settings.retention, logger: logger)
        leases = Leases(database: database, logger: logger)
        // Half of the connections at most are held by work, so that people and the bot find one.
        let quick = max(1, settings.database.poolSize / 2)
        let workers: [JobLane: Int] = [.quick: quick, .network: 8, .heavy: settings.heavyWorkers]
        // What the machine can do does not grow with the cells; quick work is bounded by their connections.
        let turnstiles =
            database.allCells.count == 1
            ? [:] : workers.filter { $0.key != .quick }.mapValues { Turnstile(places: $0) }
        jobs = database.allCells.map {
            JobRunner(database: $0, workers: workers, turnstiles: turnstiles, logger: logger)
        }
        for folder in [settings.recordings, settings.temporary] {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        }
        let rooms = try Rooms(settings, database: database, http: http, jobs: jobs, clock: clock, logger: logger)
        bot = rooms.bot
        upkeep = rooms.upkeep
        let health = Health(
            settings,
            database: database,
            http: http,
            jobs: jobs,
            retention: retention,
            bot: rooms.bot,
            clock: clock
        )
        web = try WebApplication(
            WebConfiguration(
                host: settings.host,
                port: settings.port,
                publicURL: settings.publicURL,
                publicFiles: settings.publicFiles
            ),
            rooms: WebRooms(
                signIn: rooms.signIn,
                tenants: rooms.tenants,
                people: rooms.people,
                calls: rooms.archive,
                audio: rooms.player,
                live: live
            ),
            probes: health.probes,
            logger: logger
        ) { [logger] port in logger.info("listening", metadata: ["port": "\(port)"]) }
    }

    /// Runs until a signal; then the panel closes, the bot finishes its updates, the work in hand is done or given back.
    func run() async throws {
        try await database.checkNumbers()
        if let token = settings.telegramToken { try await bot.install(token) }
        let (database, jobs, live, bot, upkeep) = (database, jobs, live, bot, upkeep)
        let (retention, leases) = (retention, leases)
        let listening: [any Service] = database.allCells.map { cell in
            Running { await cancelling { await cell.runWakeUps() } }
        }
        let services: [any Service] =
            listening + [
                Running { await cancelling { await live.run() } },
                Running { await cancelling { await upkeep.run() } },
                Running { await cancelling { await retention.run(leases) } },
                Running {
                    await withGracefulShutdownHandler {
                        await withDiscardingTaskGroup { group in
                            for runner in jobs { group.addTask { await runner.run() } }
                        }
                    } onGracefulShutdown: {
                        for runner in jobs { runner.stop() }
                    }
                },
                Running { await cancelling { await bot.run() } },
                web,
            ]
        var configuration = ServiceGroupConfiguration(
            // The last started is the first to stop, and what stops by itself stops the rest.
            services: services.map {
                .init(
                    service: $0,
                    successTerminationBehavior: .gracefullyShutdownGroup,
                    failureTerminationBehavior: .gracefullyShutdownGroup
                )
            },
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        configuration.maximumGracefulShutdownDuration = .seconds(settings.shutdownSeconds)
        logger.info("starting")
        try await ServiceGroup(configuration: configuration).run()
        await http.close()
        database.close()
        logger.info("stopped")
    }
}

/// A service that is a loop.
private struct Running: Service {
    let loop: @Sendable () async -> Void

    func run() async throws { await loop() }
}

/// Ends a loop that runs until cancelled when the product stops.
private func cancelling(_ loop: @escaping @Sendable () async -> Void) async {
    await cancelWhenGracefulShutdown { await loop() }
}
