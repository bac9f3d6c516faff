import Foundation
import Jobs
import Kernel
import Logging
import Synchronization
import Telegram

/// Takes messages out of the outbox and gives them to Telegram, as fast as it allows and not faster.
///
/// A message is marked as being sent before it is, and what became of it right after, however often that takes; what a
/// crash leaves between the two is ambiguous and never sent twice.
final class OutboxSender: Sendable {
    private let outbox: Outbox
    private let wakeUps: @Sendable () -> AsyncStream<Void>
    private let client: TelegramClient
    private let logger: Logger
    private let budget: OutboxBudget
    private let closed = Mutex<Set<Int64>>([])
    /// What was claimed and whose end is not noted yet.
    private let inHand = Mutex<Set<OutboxNumber>>([])
    private let stoppedAt = Mutex<ContinuousClock.Instant?>(nil)
    private let chatIsClosed: @Sendable (Int64) async -> Void
    private let badToken: @Sendable (String) async -> Void
    private let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation
    /// When the next look is planned.
    private let planned = Mutex(0.0)
    /// The last claim failed, perhaps after a long wait.
    private let isFailing = Mutex(false)

    /// `wakeUps` yields when there may be something to send; `chatIsClosed` is told of a chat that blocked the bot, `badToken` when Telegram does not know the bot any more.
    init(
        outbox: Outbox,
        wakeUps: @escaping @Sendable () -> AsyncStream<Void>,
        client: TelegramClient,
        budget: OutboxBudget = OutboxBudget(),
        logger: Logger,
        chatIsClosed: @escaping @Sendable (Int64) async -> Void,
        badToken: @escaping @Sendable (String) async -> Void
    ) {
        self.outbox = outbox
        self.wakeUps = wakeUps
        self.client = client
        self.logger = logger
        self.chatIsClosed = chatIsClosed
        self.badToken = badToken
        self.budget = budget
        (signals, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// The longest wait before the end of a message is noted again.
    private static let longestPause = Duration.seconds(5)
    /// How long a stop waits for a database that is away to take the ends of what was sent; long enough for its restart.
    private static let patience = Duration.seconds(60)

    /// Sends until cancelled; what is on its way then is waited for.
    func run() async {
        await withTaskCancellationHandler {
            await sendAll()
        } onCancel: {
            stoppedAt.withLock { $0 = .now }
        }
        await Task { await putBack() }.value
    }

    private func sendAll() async {
        await withDiscardingTaskGroup { group in
            group.addTask { [self] in
                for await _ in wakeUps() { signal.yield() }
                signal.finish()
            }
            for await _ in signals {
                while let rows = await claim(), !rows.isEmpty {
                    for row in rows {
                        // A send in hand is not cut off by the end of the loop: cut off, nobody would know its fate.
                        group.addTask { [self] in await Task { await send(row) }.value }
                    }
                }
                if let moment = budget.pacing.withLock({ $0.nextRelease(after: now) }) { wake(at: moment, in: &group) }
            }
        }
    }

    /// The person let the bot in again.
    func reopen(_ chat: Int64) { closed.withLock { _ = $0.remove(chat) } }

    private var now: Double { budget.now }

    /// Looks again at a moment, unless that is planned already: a long limit must not pile up timers.
    private func wake(at moment: Double, in group: inout DiscardingTaskGroup) {
        let isSooner = planned.withLock { planned in
            guard planned <= now || moment < planned else { return false }
            planned = moment
            return true
        }
        guard isSooner else { return }
        group.addTask { [self] in
            do { try await Task.sleep(for: .seconds(moment - now)) } catch { return }
            signal.yield()
        }
    }

    /// The rows to send now; nil when nothing may go.
    private func claim() async -> [OutboxRow]? {
        guard !Task.isCancelled else { return nil }
        var kept = 0
        // What is not taken goes back, for the other senders of the bot.
        defer { if kept > 0 { budget.release(kept) } }
        do {
            // Whose database is away asks for it first: kept meanwhile, turns would be lost to the other cells.
            if isFailing.withLock({ $0 }) { try await outbox.probe() }
            guard case .claim(let limit, let busy) = budget.reserve(or: signal) else { return nil }
            kept = limit
            let known = inHand.withLock { $0 }
            let rows = try await outbox.claim(limit: limit, busy: busy, inHand: known)
            inHand.withLock { $0.formUnion(rows.map(\.number)) }
            budget.take(rows.map(\.chat), of: limit)
            kept = 0
            isFailing.withLock { $0 = false }
            return rows
        } catch is CancellationError {
            return nil
        } catch {
            // The next signal, a second later at most, tries again.
            isFailing.withLock { $0 = true }
            logger.warning("Cannot claim messages", metadata: ["error": "\(error.loggable)"])
            return nil
        }
    }

    /// A claim whose answer was lost, as the last thing before the stop, leaves nothing behind that looks sent.
    private func putBack() async {
        do {
            try await outbox.putBack(except: inHand.withLock { $0 })
        } catch {
            logger.debug("Claimed messages stay marked", metadata: ["error": "\(error.loggable)"])
        }
    }

    private func send(_ row: OutboxRow) async {
        let verdict = await deliver(row)
        if case .limited(let seconds) = verdict {
            budget.pacing.withLock { $0.limited(row.chat, retryAfter: seconds, at: now) }
        }
        log(verdict, of: row)
        await noteEnd(of: row, verdict)
        budget.finished(row.chat)
        signal.yield()
    }

    /// Writes down how a message ended until it is written: forgotten, it would be sent again or hold up its chat.
    private func noteEnd(of row: OutboxRow, _ verdict: DeliveryVerdict) async {
        var pause = Duration.milliseconds(100)
        while true {
            do {
                try await end(row, verdict)
                inHand.withLock { _ = $0.remove(row.number) }
                return
            } catch {
                let metadata: Logger.Metadata = ["row": "\(row.id)", "error": "\(error.loggable)"]
                guard mayWait else {
                    // It stays in hand and marked, and is ambiguous to the next holder: better than twice.
                    logger.error("The end of a message was not noted", metadata: metadata)
                    return
                }
                logger.warning("Cannot note the end of a message yet", metadata: metadata)
            }
            do { try await Task.sleep(for: pause) } catch { continue }
            pause = min(pause * 2, Self.longestPause)
        }
    }

    private var mayWait: Bool { stoppedAt.withLock { $0.map { ContinuousClock.now - $0 < Self.patience } ?? true } }

    private func deliver(_ row: OutboxRow) async -> DeliveryVerdict {
        guard !closed.withLock({ $0.contains(row.chat) }) else { return .refused("the chat is closed") }
        do {
            let delivery = try Delivery(row)
            let verdict = await attempt(delivery, of: row)
            switch verdict {
            case .withoutFormatting: return await attempt(try delivery.plain(), of: row)
            case .anew:
                try await outbox.forgetSlot(of: row)
                return await attempt(try Delivery(row.body, chat: row.chat, slotMessage: nil), of: row)
            default: return verdict
            }
        } catch let fault as any Fault where fault.isPassing {
            return .later(seconds: 1, because: "\(fault)")
        } catch {
            return .refused(error.loggable)
        }
    }

    private func attempt(_ delivery: Delivery, of row: OutboxRow) async -> DeliveryVerdict {
        do throws(TelegramFault) {
            let answer = try await client.call(
                delivery.method,
                parameters: delivery.parameters,
                upload: delivery.upload
            )
            return .sent(message: Self.messageID(in: answer))
        } catch {
            let isSlotEdit = row.slotMessage != nil && delivery.method == EditMessageText.name
            return .verdict(on: error, of: delivery, attempt: row.attempt, isSlotEdit: isSlotEdit)
        }
    }

    private func log(_ verdict: DeliveryVerdict, of row: OutboxRow) {
        let metadata: Logger.Metadata = ["row": "\(row.id)", "method": "\(row.body.method)"]
        switch verdict {
        case .ambiguous: logger.warning("A message was cut off in flight", metadata: metadata)
        case .refused(let reason):
            logger.error("Telegram refused a message", metadata: metadata.merging(["reason": "\(reason)"]) { $1 })
        default: break
        }
    }

    private func end(_ row: OutboxRow, _ verdict: DeliveryVerdict) async throws {
        switch verdict {
        case .sent(let message): try await outbox.end(row, .sent(message: message ?? row.slotMessage))
        case .limited(let seconds): try await outbox.end(row, .later(after: .seconds(seconds), because: "limited"))
        case .later(let seconds, let reason):
            try await outbox.end(row, .later(after: .seconds(seconds), because: reason))
        case .ambiguous(let reason): try await outbox.end(row, .ambiguous(reason))
        case .refused(let reason): try await outbox.end(row, .refused(reason))
        case .withoutFormatting: try await outbox.end(row, .refused("its formatting cannot be taken out"))
        case .anew: try await outbox.end(row, .refused("the message of its slot is gone"))
        case .closed(let reason):
            try await outbox.end(row, .refused(reason))
            closed.withLock { _ = $0.insert(row.chat) }
            try await outbox.refuseAll(to: row.chat, because: reason)
            await chatIsClosed(row.chat)
        case .badToken(let reason):
            try await outbox.end(row, .later(after: .seconds(60), because: reason))
            await badToken(reason)
        }
    }

    /// The number of the message that a method made; nil when its answer is none.
    private static func messageID(in answer: [UInt8]) -> Int64? {
        struct Made: Decodable {
            let messageId: Int64
        }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do {
            return try decoder.decode(Made.self, from: Data(answer)).messageId
        } catch {
            return nil
        }
    }
}
