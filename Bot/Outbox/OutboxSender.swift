import Foundation
import Jobs
import Kernel
import Logging
import Synchronization
import Telegram

/// Takes messages out of the outbox and gives them to Telegram, as fast as it allows and not faster.
///
/// A message is marked as being sent before it is, and what became of it right after; what a crash leaves between the two
/// is ambiguous and never sent twice.
final class OutboxSender: Sendable {
    private let outbox: Outbox
    private let client: TelegramClient
    private let logger: Logger
    private let pacing: Mutex<OutboxPacing>
    private let closed = Mutex<Set<Int64>>([])
    private let chatIsClosed: @Sendable (Int64) async -> Void
    private let badToken: @Sendable (String) async -> Void
    private let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation
    private let startedAt = ContinuousClock.now
    /// When the next look is planned.
    private let planned = Mutex(0.0)

    /// `chatIsClosed` is told of a chat that blocked the bot, `badToken` when Telegram does not know the bot any more.
    init(
        outbox: Outbox,
        client: TelegramClient,
        limits: OutboxPacing.Limits = OutboxPacing.Limits(),
        logger: Logger,
        chatIsClosed: @escaping @Sendable (Int64) async -> Void,
        badToken: @escaping @Sendable (String) async -> Void
    ) {
        self.outbox = outbox
        self.client = client
        self.logger = logger
        self.chatIsClosed = chatIsClosed
        self.badToken = badToken
        pacing = Mutex(OutboxPacing(limits: limits))
        (signals, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Sends until cancelled; what is on its way then is waited for.
    func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { [self] in
                for await _ in outbox.signals { signal.yield() }
                signal.finish()
            }
            for await _ in signals {
                while let rows = await claim(), !rows.isEmpty {
                    for row in rows {
                        pacing.withLock { $0.started(row.chat, at: now) }
                        // A send in hand is not cut off by the end of the loop: cut off, nobody would know its fate.
                        group.addTask { [self] in await Task { await send(row) }.value }
                    }
                }
                if let moment = pacing.withLock({ $0.nextRelease(after: now) }) { wake(at: moment, in: &group) }
            }
        }
    }

    /// The person let the bot in again.
    func reopen(_ chat: Int64) { closed.withLock { _ = $0.remove(chat) } }

    private var now: Double { (ContinuousClock.now - startedAt) / .seconds(1) }

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
        guard !Task.isCancelled, case .claim(let limit, let busy) = pacing.withLock({ $0.next(at: now) }) else {
            return nil
        }
        do {
            return try await outbox.claim(limit: limit, busy: busy)
        } catch is CancellationError {
            return nil
        } catch {
            // The next signal, a second later at most, tries again.
            logger.warning("Cannot claim messages", metadata: ["error": "\(error)"])
            return nil
        }
    }

    private func send(_ row: OutboxRow) async {
        let verdict = await deliver(row)
        do {
            try await end(row, verdict)
        } catch {
            // The row stays 'sending' and is ambiguous to the next holder: better than twice.
            logger.error("Cannot note the end of a message", metadata: ["row": "\(row.id)", "error": "\(error)"])
        }
        pacing.withLock { $0.finished(row.chat) }
        signal.yield()
    }

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
            return .refused("\(error)")
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

    private func end(_ row: OutboxRow, _ verdict: DeliveryVerdict) async throws {
        let metadata: Logger.Metadata = ["row": "\(row.id)", "method": "\(row.body.method)"]
        switch verdict {
        case .sent(let message): try await outbox.end(row, .sent(message: message ?? row.slotMessage))
        case .limited(let seconds):
            pacing.withLock { $0.limited(row.chat, retryAfter: seconds, at: now) }
            try await outbox.end(row, .later(Date(timeIntervalSinceNow: seconds), because: "limited"))
        case .later(let seconds, let reason):
            try await outbox.end(row, .later(Date(timeIntervalSinceNow: seconds), because: reason))
        case .ambiguous(let reason):
            logger.warning("A message was cut off in flight", metadata: metadata)
            try await outbox.end(row, .ambiguous(reason))
        case .refused(let reason):
            logger.error("Telegram refused a message", metadata: metadata.merging(["reason": "\(reason)"]) { $1 })
            try await outbox.end(row, .refused(reason))
        case .withoutFormatting: try await outbox.end(row, .refused("its formatting cannot be taken out"))
        case .anew: try await outbox.end(row, .refused("the message of its slot is gone"))
        case .closed(let reason):
            try await outbox.end(row, .refused(reason))
            closed.withLock { _ = $0.insert(row.chat) }
            try await outbox.refuseAll(to: row.chat, because: reason)
            await chatIsClosed(row.chat)
        case .badToken(let reason):
            try await outbox.end(row, .later(Date(timeIntervalSinceNow: 60), because: reason))
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
