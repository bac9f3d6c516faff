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
    /// How many claims have begun.
    private let claims = Mutex(0)

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

    /// Claims come no faster: under load each gives several messages, and at rest nobody waits.
    private static let period = Duration.milliseconds(5)
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
            var looksAgainAt = ContinuousClock.now
            for await _ in signals {
                do { try await Task.sleep(until: looksAgainAt, clock: .continuous) } catch { break }
                looksAgainAt = .now + Self.period
                // What is committed later than a claim looked has signalled again, so that one that is not full is enough.
                var isFull = true
                while isFull, let claimed = await claim() {
                    isFull = claimed.isFull
                    for row in claimed.rows {
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

    /// The rows to send now, and whether as many as were asked for; nil when nothing may go.
    private func claim() async -> (rows: [OutboxRow], isFull: Bool)? {
        guard !Task.isCancelled else { return nil }
        claims.withLock { $0 += 1 }
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
            return (rows, rows.count == limit)
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
        let claimed = claims.withLock { $0 }
        let mayHaveMore = await noteEnd(of: row, verdict)
        budget.finished(row.chat)
        // A claim meanwhile has passed over this chat, which was busy.
        if mayHaveMore || claims.withLock({ $0 }) != claimed { signal.yield() }
    }

    /// Writes down how a message ended until it is written: forgotten, it would be sent again or hold up its chat.
    ///
    /// Gives whether more may wait for the chat.
    private func noteEnd(of row: OutboxRow, _ verdict: DeliveryVerdict) async -> Bool {
        var pause = Duration.milliseconds(100)
        while true {
            do {
                let end = try await end(row, verdict)
                inHand.withLock { _ = $0.remove(row.number) }
                return end == .noted(mayHaveMore: true)
            } catch {
                let metadata: Logger.Metadata = ["row": "\(row.id)", "error": "\(error.loggable)"]
                guard mayWait else {
                    // It stays in hand and marked, and is ambiguous to the next holder: better than twice.
                    logger.error("The end of a message was not noted", metadata: metadata)
                    return false
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
            return .verdict(
                on: error,
                of: delivery,
                attempt: row.attempt,
                isSlotEdit: isSlotEdit,
                mayRepeat: row.mayRepeat
            )
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

    private func end(_ row: OutboxRow, _ verdict: DeliveryVerdict) async throws -> OutboxEnd {
        switch verdict {
        case .sent(let message): return try await outbox.end(row, .sent(message: message ?? row.slotMessage))
        case .limited(let seconds):
            return try await outbox.end(row, .later(after: .seconds(seconds), because: "limited"))
        case .later(let seconds, let reason):
            return try await outbox.end(row, .later(after: .seconds(seconds), because: reason))
        case .ambiguous(let reason): return try await outbox.end(row, .ambiguous(reason))
        case .refused(let reason): return try await outbox.end(row, .refused(reason))
        case .withoutFormatting: return try await outbox.end(row, .refused("its formatting cannot be taken out"))
        case .anew: return try await outbox.end(row, .refused("the message of its slot is gone"))
        case .closed(let reason):
            let end = try await outbox.end(row, .refused(reason))
            closed.withLock { _ = $0.insert(row.chat) }
            try await outbox.refuseAll(to: row.chat, because: reason)
            await chatIsClosed(row.chat)
            return end
        case .badToken(let reason):
            let end = try await outbox.end(row, .later(after: .seconds(60), because: reason))
            await badToken(reason)
            return end
        }
    }

    /// The number of the message that a method made; nil when its answer is none.
    private static func messageID(in answer: [UInt8]) -> Int64? {
        struct Made: Decodable {
            let number: Int64

            enum CodingKeys: String, CodingKey {
                case number = "message_id"
            }
        }
        do {
            return try JSONDecoder().decode(Made.self, from: Data(answer)).number
        } catch {
            return nil
        }
    }
}
