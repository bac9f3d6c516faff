import Accounts
public import Calls
public import Database
public import Jobs
import Kernel
import Logging
import Synchronization
public import Telegram

/// The bots of the installation: each is polled, answered and written for by the one process that holds its lease.
public final class BotRunner: Sendable {
    public let counters = BotCounters()
    private let parts: BotParts
    /// One for each cell, in their order.
    private let watches: [OutboxWatch]

    public init(_ parts: BotParts) {
        self.parts = parts
        watches = parts.database.allCells.map { OutboxWatch(database: $0, logger: parts.logger) }
    }

    /// Puts the shared bot of this installation there, or its new token in place of the old.
    ///
    /// A database that is not there yet is waited for: after a power cut it starts later than the server.
    public func install(_ token: BotToken) async throws {
        do {
            try await patiently("store the bot", pause: parts.retryDelay, parts.logger) {
                try await parts.fleet.install(token) { fault in
                    parts.logger.warning(
                        "The bot's name is not known",
                        metadata: ["bot": "\(token.userID)", "fault": "\(fault)"]
                    )
                }
            }
        } catch BotRefusal.servesOthers {
            // The other bots run all the same.
            parts.logger.error(
                "The bot of ZVONAR_TELEGRAM_TOKEN is a company's own and is not shared",
                metadata: ["bot": "\(token.userID)"]
            )
        }
    }

    /// Runs all bots and prepares new companies until cancelled; what is in hand then is finished.
    public func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.runBots() }
            for watch in self.watches { group.addTask { await watch.run() } }
            group.addTask { await ProvisioningLoop(parts: self.parts).run() }
        }
    }

    /// Names who does the jobs that end in a chat.
    public func registerJobs(on jobs: JobRunner) {
        BotJobs.register(parts, client: { [parts] id in try await parts.fleet.client(of: id) }, on: jobs)
    }

    /// Tells who asked that no answer will come; for `question.asked`, whose work is another room's.
    public func tellQuestionFailed(
        _ context: JobContext,
        _ job: QuestionJob,
        _ transaction: TenantTransaction
    ) async throws {
        try await AskedJobs(parts: parts).questionFailed(context, job, transaction)
    }

    /// Keeps a loop for each bot that may run, whoever adds, changes or stops one: it looks when told to, and every second.
    private func runBots() async {
        let running = RunningBots()
        let bots = Bots(database: parts.database)
        var isBroken = false
        await withDiscardingTaskGroup { group in
            for await _ in parts.database.wakeUps(on: .bots) {
                do {
                    let stored = try await bots.all()
                    isBroken = false
                    running.endOutdated(by: stored)
                    let shared = stored.first { $0.tenant == nil && $0.stopped == nil }?.username
                    for bot in stored where bot.stopped == nil {
                        guard let end = running.begin(bot) else { continue }
                        group.addTask {
                            await self.run(bot, sharedBot: shared, until: end)
                            running.ended(bot)
                        }
                    }
                } catch is CancellationError {
                    break
                } catch {
                    // What runs goes on: a database that is away says nothing about the bots.
                    if !isBroken {
                        parts.logger.warning("The bots cannot be read", metadata: ["error": "\(error.loggable)"])
                    }
                    isBroken = true
                }
            }
        }
    }

    private func run(_ bot: StoredBot, sharedBot: String?, until end: AsyncStream<Void>) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.run(bot, sharedBot: sharedBot) }
            group.addTask { for await _ in end {} }
            await group.next()
            group.cancelAll()
        }
    }

    private func run(_ stored: StoredBot, sharedBot: String?) async {
        var logger = parts.logger
        logger[metadataKey: "bot"] = "\(stored.id)"
        let client: TelegramClient
        do {
            client = try parts.fleet.client(stored)
        } catch {
            logger.error("The bot's stored token cannot be opened", metadata: ["error": "\(error.loggable)"])
            // Perhaps it is this process that has the wrong key: the bot is left to the others until it is changed.
            await untilCancelled()
            return
        }
        let loop = BotLoop(
            bot: stored.id,
            scope: stored.tenant.map { .company($0, sharedBot: sharedBot) } ?? .shared,
            parts: parts,
            client: client,
            counters: counters,
            watches: watches,
            logger: logger
        )
        await parts.leases.hold("bot:\(stored.id)") { [logger] epoch in
            guard let reason = await loop.run(epoch: epoch) else { return }
            logger.error(
                "The bot's token is refused, its loop stops",
                metadata: ["reason": "\(reason)"]
            )
            await self.refuse(stored, reason, logger)
        }
    }

    /// Notes why a bot stands still; not noted, it is found out again.
    private func refuse(_ stored: StoredBot, _ reason: String, _ logger: Logger) async {
        do {
            try await Bots(database: parts.database).refuse(stored, because: reason)
        } catch {
            logger.error("The stop was not noted", metadata: ["error": "\(error.loggable)"])
        }
    }
}

/// Waits without doing anything.
private func untilCancelled() async {
    let (never, end) = AsyncStream.makeStream(of: Void.self)
    for await _ in never {}
    end.finish()
}

/// Which loops this process has, and under which revision of its bot each began.
private final class RunningBots: Sendable {
    private let loops = Mutex<[BotID: (revision: Int64, end: AsyncStream<Void>.Continuation)]>([:])

    /// Ends the loops of bots that were changed, stopped or removed.
    func endOutdated(by stored: [StoredBot]) {
        let revisions = Dictionary(uniqueKeysWithValues: stored.map { ($0.id, $0.revision) })
        loops.withLock { loops in
            for (id, loop) in loops where revisions[id] != loop.revision { loop.end.finish() }
        }
    }

    /// The signal that ends a new loop; nil while an older one of the bot still runs.
    func begin(_ bot: StoredBot) -> AsyncStream<Void>? {
        loops.withLock { loops in
            guard loops[bot.id] == nil else { return nil }
            let (stream, end) = AsyncStream.makeStream(of: Void.self)
            loops[bot.id] = (bot.revision, end)
            return stream
        }
    }

    func ended(_ bot: StoredBot) { loops.withLock { $0[bot.id] = nil } }
}
