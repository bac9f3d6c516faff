import Foundation
import Jobs
import Kernel
import Logging
import Telegram

/// Asks Telegram for updates and stores each batch before the next question confirms it.
struct PollLoop: Sendable {
    let client: TelegramClient
    let inbox: Inbox
    let queues: ChatQueues<PendingUpdate>
    let pollSeconds: Int
    let counters: BotCounters
    /// Seals tokens of bots that people send.
    let secretKey: SecretKey
    let logger: Logger

    /// Hands on what was stored and not handled, in order and a page at a time.
    func takeOver() async throws {
        var last: Int64 = 0
        while !Task.isCancelled {
            // What was read before may be held up for long: it is not read again.
            let rows = try await inbox.unhandled(after: last, limit: Self.page)
            for row in rows { await queues.add(PendingUpdate(row), to: row.update.chat ?? 0) }
            last = rows.last?.id ?? last
            guard rows.count == Self.page else { return }
            await queues.room()
        }
    }

    private static let page = 1000

    /// Polls until cancelled, or until the token is refused; then says why.
    func run() async -> String? {
        var pacing = PollPacing()
        var offset: Int64?
        while !Task.isCancelled {
            await queues.room()
            let result: PollResult
            var refusal = ""
            do {
                let updates = try await client.call(
                    GetUpdates(
                        offset: offset,
                        limit: 100,
                        timeout: pollSeconds,
                        allowedUpdates: Update.wantedKinds
                    )
                )
                // Only what is stored may be confirmed: a failure here leaves the offset, and the batch comes again.
                let rows = try await inbox.store(updates.map(stored))
                for row in rows { await queues.add(PendingUpdate(row), to: row.update.chat ?? 0) }
                if let last = updates.map(\.update.id).max() { offset = last + 1 }
                result = .updates
            } catch is CancellationError {
                return nil
            } catch let fault as TelegramFault {
                guard !Task.isCancelled else { return nil }
                result = Self.result(of: fault)
                refusal = "\(fault)"
                logger.warning("Telegram gave no updates", metadata: ["fault": "\(fault)"])
            } catch {
                guard !Task.isCancelled else { return nil }
                result = .unreachable
                logger.error("Updates could not be stored", metadata: ["error": "\(error.loggable)"])
            }
            counters.countPoll(isAnswered: result == .updates)
            switch pacing.next(after: result, jitter: .random(in: 0...1)) {
            case .stop: return refusal
            case .poll(let seconds):
                guard seconds > 0 else { continue }
                do { try await Task.sleep(for: .seconds(seconds)) } catch { return nil }
            }
        }
        return nil
    }

    private func stored(_ received: Telegram.ReceivedUpdate) -> Jobs.ReceivedUpdate {
        Jobs.ReceivedUpdate(
            id: received.update.id,
            chat: received.update.chat,
            payload: SentToken.sealed(in: received.json, with: secretKey)
        )
    }

    private static func result(of fault: TelegramFault) -> PollResult {
        if fault.isBadToken { return .tokenRefused }
        if fault.isConflict { return .conflict }
        return fault.retryAfter.map { .limited(retryAfter: Double($0)) } ?? .unreachable
    }
}

extension Update {
    /// The chat whose order it belongs to; nil for what belongs to none.
    var chat: Int64? {
        switch kind {
        case .message(let message), .editedMessage(let message): message.chat.id
        case .callbackQuery(let query): query.message?.chat.id
        case .myChatMember(let change), .chatMember(let change): change.chat.id
        case .unknown, .unreadable: nil
        }
    }
}
