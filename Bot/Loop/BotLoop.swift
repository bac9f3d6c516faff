import Accounts
import Database
import Foundation
import Jobs
import Kernel
import Logging
import Telegram

/// Everything that the holder of one bot's lease does: poll, handle, send.
struct BotLoop: Sendable {
    let bot: BotID
    let scope: BotScope
    let parts: BotParts
    let client: TelegramClient
    let counters: BotCounters
    /// One for each cell, in their order.
    let watches: [OutboxWatch]
    let logger: Logger

    /// How many chats are handled at once.
    static let workers = 8

    /// Works under one epoch of the lease until cancelled, or until the token is refused; then says why.
    func run(epoch: Int64) async -> String? {
        let inbox = Inbox(database: parts.database, bot: bot)
        let queues = ChatQueues<PendingUpdate>(capacity: 500)
        let outages = CellOutages(pause: parts.retryDelay)
        let (refusals, refuse) = AsyncStream.makeStream(of: String.self)
        let (putOffs, putOff) = AsyncStream.makeStream(of: PutOff.self)
        let outboxes = parts.database.allCells.map { Outbox(database: $0, bot: bot, epoch: epoch) }
        let budget = OutboxBudget(limits: parts.limits, senders: outboxes.count)
        let senders = zip(outboxes, watches).map { outbox, watch in
            OutboxSender(
                outbox: outbox,
                wakeUps: { watch.signals(of: bot) },
                client: client,
                budget: budget,
                logger: logger,
                chatIsClosed: { chat in await close(chat) },
                badToken: { refuse.yield($0) }
            )
        }
        return await withTaskGroup(of: String?.self) { group in
            let poll = PollLoop(
                client: client,
                inbox: inbox,
                queues: queues,
                pollSeconds: parts.pollSeconds,
                counters: counters,
                secretKey: parts.secretKey,
                logger: logger
            )
            group.addTask {
                // What an earlier process stored comes first, or a chat would be answered out of order.
                await untilDone("read what is unhandled") { try await poll.takeOver() }
                return await poll.run()
            }
            group.addTask { await refusals.first { _ in true } }
            group.addTask {
                // Beside the work and not before it: people do not wait for a menu that Telegram does not take.
                async let commands: Void = untilDone("set the commands") { try await setCommands() }
                // Each cell by itself: one that is down holds up its own messages only.
                await withDiscardingTaskGroup { cells in
                    for (outbox, sender) in zip(outboxes, senders) {
                        cells.addTask {
                            await untilDone("take over messages") { try await outbox.recover() }
                            if !Task.isCancelled { await sender.run() }
                        }
                    }
                }
                await commands
                return nil
            }
            group.addTask {
                await putBack(putOffs, queues)
                return nil
            }
            for _ in 0..<workers {
                group.addTask {
                    await work(queues, handler(inbox, senders, outages), putOff)
                    return nil
                }
            }
            // The first to end is a refused token, or everything ends because of a cancellation.
            let reason = await group.next() ?? nil
            group.cancelAll()
            await queues.finish()
            await group.waitForAll()
            return reason
        }
    }

    /// So many for each cell, because all of them may have to find out at once that one does not answer.
    private var workers: Int { Self.workers * min(4, parts.database.allCells.count) }

    private func handler(_ inbox: Inbox, _ senders: [OutboxSender], _ outages: CellOutages) -> UpdateHandler {
        UpdateHandler(
            bot: bot,
            scope: scope,
            parts: parts,
            inbox: inbox,
            client: client,
            counters: counters,
            outages: outages,
            chatIsBack: { chat in senders.forEach { $0.reopen(chat) } },
            logger: logger
        )
    }

    /// An update that waits for its next attempt, and with it its chat.
    private typealias PutOff = (chat: Int64, update: PendingUpdate, pause: Duration)

    /// A worker does not wait with an update that has to be tried again: others' chats would wait for it.
    private func work(
        _ queues: ChatQueues<PendingUpdate>,
        _ handler: UpdateHandler,
        _ putOff: AsyncStream<PutOff>.Continuation
    ) async {
        while case (let chat, var update)? = await queues.next() {
            if let pause = await handler.attempt(&update) {
                await queues.hold(chat)
                putOff.yield((chat, update, pause))
            } else {
                await queues.done(chat)
            }
        }
    }

    /// Brings back what was put off; a stop leaves it in the inbox for the next start.
    private func putBack(_ putOffs: AsyncStream<PutOff>, _ queues: ChatQueues<PendingUpdate>) async {
        await withDiscardingTaskGroup { waiting in
            for await (chat, update, pause) in putOffs {
                waiting.addTask {
                    do { try await Task.sleep(for: pause) } catch { return }
                    await queues.putBack(update, of: chat)
                }
            }
        }
    }

    private func close(_ chat: Int64) async {
        do {
            let place = ChatPlace(bot: bot, chat: chat)
            try await parts.database.platform { tx in
                try await parts.people.setBlocked(true, in: place, tx)
            }
        } catch {
            logger.warning("A closed chat was not noted", metadata: ["error": "\(error.loggable)"])
        }
    }

    private func setCommands() async throws {
        for language in Language.allCases {
            let commands = MenuTexts.commands.map {
                BotCommand(command: $0.command, description: $0.description(language))
            }
            // Russian is also what everybody gets whose language we do not speak.
            if language == .russian { _ = try await client.call(SetMyCommands(commands: commands)) }
            _ = try await client.call(SetMyCommands(commands: commands, languageCode: language.rawValue))
        }
    }

    /// Does what must be done before the loop; tries until it is done, the token is refused, or all is cancelled.
    private func untilDone(_ what: String, _ body: () async throws -> Void) async {
        var seconds = 1.0
        while !Task.isCancelled {
            do {
                try await body()
                return
            } catch let fault as TelegramFault where !fault.isPassing {
                // A refused token is found by the poll as well, and other refusals do not stop a bot.
                logger.warning("The bot could not \(what)", metadata: ["fault": "\(fault)"])
                return
            } catch {
                logger.warning("The bot could not \(what)", metadata: ["error": "\(error.loggable)"])
            }
            do { try await Task.sleep(for: .seconds(seconds)) } catch { return }
            seconds = min(30, seconds * 2)
        }
    }
}
