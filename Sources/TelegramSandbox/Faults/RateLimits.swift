/// Telegram's limits for messages: 30 a second for a bot, one a second in a chat after a short burst, 20 a minute in a
/// group.
struct RateLimits: Sendable {
    var isEnabled: Bool
    private var bots: [Int: Bucket] = [:]
    private var chats: [DialogID: Bucket] = [:]

    /// Telegram names no number for a tolerated burst; with 10 a dialogue may answer with a few messages and edits at once.
    private static let chatBurst = 10.0
    private static let botPerSecond = 30.0
    private static let groupPerMinute = 20.0

    init(isEnabled: Bool) { self.isEnabled = isEnabled }

    /// Takes messages from both budgets, or says after how many seconds to come again.
    mutating func take(_ dialog: DialogID, messages: Int = 1, isGroup: Bool = false, at time: Double) -> Int? {
        guard isEnabled else { return nil }
        var bot = bots[dialog.bot] ?? Bucket(capacity: Self.botPerSecond, perSecond: Self.botPerSecond, at: time)
        let capacity = isGroup ? Self.groupPerMinute : Self.chatBurst
        var chat = chats[dialog] ?? Bucket(capacity: capacity, perSecond: isGroup ? capacity / 60 : 1, at: time)
        bot.refill(at: time)
        chat.refill(at: time)
        let wait = max(bot.secondsUntil(messages), chat.secondsUntil(messages))
        if wait <= 0 {
            bot.tokens -= Double(messages)
            chat.tokens -= Double(messages)
        }
        bots[dialog.bot] = bot
        chats[dialog] = chat
        return wait <= 0 ? nil : max(1, Int(wait.rounded(.up)))
    }

    private struct Bucket {
        let capacity: Double
        let perSecond: Double
        var tokens: Double
        private var refilledAt: Double

        init(capacity: Double, perSecond: Double, at time: Double) {
            self.capacity = capacity
            self.perSecond = perSecond
            tokens = capacity
            refilledAt = time
        }

        mutating func refill(at time: Double) {
            tokens = min(capacity, tokens + max(0, time - refilledAt) * perSecond)
            refilledAt = time
        }

        func secondsUntil(_ count: Int) -> Double {
            tokens >= Double(count) ? 0 : (Double(count) - tokens) / perSecond
        }
    }
}
