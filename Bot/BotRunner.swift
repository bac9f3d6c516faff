import Accounts
public import Calls
public import Database
import Foundation
public import Jobs
import Kernel
import Logging
public import Telegram

/// The bots of the installation: each is polled, answered and written for by the one process that holds its lease.
public final class BotRunner: Sendable {
    public let counters = BotCounters()
    private let parts: BotParts

    public init(_ parts: BotParts) { self.parts = parts }

    /// Puts the shared bot of this installation there, or its new token in place of the old.
    ///
    /// The name is asked of Telegram; when that does not answer, the bot is stored without it and the loop finds out.
    public func install(_ token: BotToken) async throws {
        let id = BotID(token.userID)
        let sealed = parts.secretKey.seal(Array(token.secretText.utf8), purpose: Self.purpose(id))
        var username: String?
        do {
            username = try await client(token).call(GetMe()).username
        } catch let fault as TelegramFault {
            parts.logger.warning(
                "The bot's name is not known",
                metadata: ["bot": "\(id)", "fault": "\(fault)"]
            )
        }
        try await Bots(database: parts.database).put(id, username: username, sealedToken: sealed)
    }

    /// Runs all bots and prepares new companies until cancelled; what is in hand then is finished.
    public func run() async {
        let bots = await storedBots()
        await withDiscardingTaskGroup { group in
            for bot in bots where bot.stopped == nil {
                group.addTask { await self.run(bot) }
            }
            group.addTask { await ProvisioningLoop(parts: self.parts).run() }
        }
    }

    /// Names who does the jobs that end in a chat.
    public func registerJobs(on jobs: JobRunner) {
        BotJobs.register(parts, client: { id in try await self.client(of: id) }, on: jobs)
    }

    /// Tells who asked that no answer will come; for `question.asked`, whose work is another room's.
    public func tellQuestionFailed(
        _ context: JobContext,
        _ job: QuestionJob,
        _ transaction: TenantTransaction
    ) async throws {
        try await AskedJobs(parts: parts).questionFailed(context, job, transaction)
    }

    private func run(_ stored: StoredBot) async {
        var logger = parts.logger
        logger[metadataKey: "bot"] = "\(stored.id)"
        let bots = Bots(database: parts.database)
        do {
            let loop = BotLoop(
                bot: stored.id,
                parts: parts,
                client: try client(stored),
                counters: counters,
                logger: logger
            )
            await parts.leases.hold("bot:\(stored.id)") { [logger] epoch in
                guard let reason = await loop.run(epoch: epoch) else { return }
                logger.error(
                    "The bot's token is refused, its loop stops",
                    metadata: ["reason": "\(reason)"]
                )
                do {
                    try await bots.stop(stored.id, because: reason)
                } catch {
                    logger.error("The stop was not noted", metadata: ["error": "\(error)"])
                }
            }
        } catch {
            logger.error("The bot's stored token cannot be opened", metadata: ["error": "\(error)"])
        }
    }

    /// The bots at the start; without a database there is nothing to run, so it is waited for.
    private func storedBots() async -> [StoredBot] {
        while !Task.isCancelled {
            do {
                return try await Bots(database: parts.database).all()
            } catch {
                parts.logger.warning("The bots cannot be read", metadata: ["error": "\(error)"])
            }
            do { try await Task.sleep(for: .seconds(2)) } catch { return [] }
        }
        return []
    }

    private func client(of id: BotID) async throws -> TelegramClient {
        guard let stored = try await Bots(database: parts.database).all().first(where: { $0.id == id })
        else {
            throw BotFault.unknown(id)
        }
        return try client(stored)
    }

    private func client(_ stored: StoredBot) throws -> TelegramClient {
        let opened = try parts.secretKey.open(stored.sealedToken, purpose: Self.purpose(stored.id))
        guard let token = BotToken(String(decoding: opened, as: UTF8.self)) else {
            throw BotFault.unreadableToken
        }
        return client(token)
    }

    private func client(_ token: BotToken) -> TelegramClient {
        TelegramClient(http: parts.http, token: token, address: parts.telegramAddress)
    }

    private static func purpose(_ bot: BotID) -> String { "bot \(bot)" }
}

enum BotFault: Fault, Equatable {
    case unknown(BotID)
    case unreadableToken

    var isPassing: Bool { false }

    var description: String {
        switch self {
        case .unknown(let id): "bot \(id) is not stored here"
        case .unreadableToken: "a stored bot token is not one"
        }
    }
}
