import Synchronization

/// How many messages may go out now and to which chats not yet, within what Telegram allows a bot.
///
/// Which message is next is the outbox's to say; this keeps the budgets. Pure: time comes in as seconds on any steady
/// clock. What it knows is at most a minute old, so that nothing is lost with it.
package struct OutboxPacing: Sendable {
    /// About 30 a second to all chats, about one a second to a chat with short bursts, 20 a minute to a group
    /// (core.telegram.org/bots/faq).
    package struct Limits: Sendable {
        /// Nothing is counted: for measuring what else costs time, since Telegram has limits for everybody.
        package static let off = Limits(isOn: false)

        var isOn = true
        var botPerSecond = 30
        var chatBurst = 3
        var chatSecondsPerMessage = 1.0
        var groupPerMinute = 20
        var atOnce = 8
    }

    enum Step: Equatable, Sendable {
        /// Take so many messages, of other chats than these.
        case claim(limit: Int, notTo: [Int64])
        /// Nothing may go before that moment.
        case wait(until: Double)
        /// As many as may go at once are on their way.
        case full
    }

    private let limits: Limits
    /// How many turns one claim may keep: each of several senders has its share, or one that waits long for its
    /// database would leave the others none.
    private let share: Int
    /// Messages on their way by chat: two cells may each have one for the same.
    private var inFlight: [Int64: Int] = [:]
    private var inFlightCount = 0
    private var sentByBot: [Double] = []
    private var chats: [Int64: ChatBudget] = [:]
    private var botPausedUntil = 0.0
    /// The last claim gave all that it asked for, so there is probably more.
    private var isCrowded = false
    /// Turns that are being looked for and not taken yet.
    private var reserved = 0

    /// `senders` is how many share the budget.
    init(limits: Limits = Limits(), senders: Int = 1) {
        self.limits = limits
        share = max(1, limits.atOnce / senders)
    }

    mutating func next(at now: Double) -> Step {
        forgetOld(now)
        guard inFlightCount + reserved < limits.atOnce else { return .full }
        // A claim costs the database as much for one message as for several: in a crowd they are taken together.
        guard !isCrowded || inFlightCount + reserved <= limits.atOnce / 2 else { return .full }
        if botPausedUntil > now { return .wait(until: botPausedUntil) }
        let free = min(share, limits.atOnce - inFlightCount - reserved)
        guard limits.isOn else { return .claim(limit: free, notTo: inFlight.keys.sorted()) }
        let left = limits.botPerSecond - sentByBot.count - reserved
        // What another sender looks for may come back unused.
        guard left > 0 else { return reserved > 0 || sentByBot.isEmpty ? .full : .wait(until: sentByBot[0] + 1) }
        let exhausted = chats.filter { $0.value.freeAt(now, chat: $0.key, limits) > now }.keys
        return .claim(limit: min(left, free), notTo: Set(inFlight.keys).union(exhausted).sorted())
    }

    /// The next step, with as many turns kept for it as it claims, until `take` uses them or gives them back.
    mutating func reserve(at now: Double) -> Step {
        let step = next(at: now)
        if case .claim(let limit, _) = step { reserved += limit }
        return step
    }

    /// Starts what a claim has given in the turns that were kept for it, and gives back the rest.
    mutating func take(_ chats: [Int64], of limit: Int, at now: Double) {
        reserved -= limit
        claimed(chats.count, of: limit)
        for chat in chats { started(chat, at: now) }
    }

    /// Gives back the turns of a claim that failed.
    mutating func release(_ count: Int) { reserved -= count }

    /// When something that has to wait may go again, the whole bot or the first chat; nil when nothing waits.
    func nextRelease(after now: Double) -> Double? {
        if botPausedUntil > now { return botPausedUntil }
        let recent = sentByBot.filter { $0 > now - 1 }
        if limits.isOn, recent.count >= limits.botPerSecond { return recent[recent.count - limits.botPerSecond] + 1 }
        return chats.map { $0.value.freeAt(now, chat: $0.key, limits) }.filter { $0 > now }.min()
    }

    /// What a claim has given.
    mutating func claimed(_ count: Int, of limit: Int) { isCrowded = count >= limit }

    /// A message to a chat is on its way.
    mutating func started(_ chat: Int64, at now: Double) {
        inFlight[chat, default: 0] += 1
        inFlightCount += 1
        guard limits.isOn else { return }
        sentByBot.append(now)
        chats[chat, default: ChatBudget()].sent.append(now)
    }

    /// It arrived, or will not be tried again now.
    mutating func finished(_ chat: Int64) {
        guard let count = inFlight[chat] else { return }
        inFlight[chat] = count > 1 ? count - 1 : nil
        inFlightCount -= 1
    }

    /// Telegram asked to wait: the chat does, and when several are told so at once, the whole bot.
    mutating func limited(_ chat: Int64, retryAfter seconds: Double, at now: Double) {
        let areOthersLimited = chats.contains { $0.key != chat && $0.value.limitedUntil > now }
        chats[chat, default: ChatBudget()].limitedUntil = now + seconds
        if areOthersLimited { botPausedUntil = max(botPausedUntil, now + seconds) }
    }

    private mutating func forgetOld(_ now: Double) {
        sentByBot.removeAll { $0 <= now - 1 }
        chats = chats.compactMapValues { budget in
            var budget = budget
            budget.sent.removeAll { $0 <= now - 60 }
            return budget.sent.isEmpty && budget.limitedUntil <= now ? nil : budget
        }
    }

    /// What a chat was sent in the last minute.
    private struct ChatBudget: Sendable {
        var sent: [Double] = []
        var limitedUntil = 0.0

        /// Telegram gives groups and channels negative ids.
        func freeAt(_ now: Double, chat: Int64, _ limits: Limits) -> Double {
            max(limitedUntil, chat < 0 ? groupFreeAt(now, limits) : privateFreeAt(now, limits))
        }

        private func groupFreeAt(_ now: Double, _ limits: Limits) -> Double {
            sent.count >= limits.groupPerMinute ? sent[sent.count - limits.groupPerMinute] + 60 : now
        }

        /// A bucket that holds `chatBurst` and that one message a second leaks out of.
        private func privateFreeAt(_ now: Double, _ limits: Limits) -> Double {
            var level = 0.0
            var last = sent.first ?? now
            for moment in sent {
                level = max(0, level - (moment - last) / limits.chatSecondsPerMessage) + 1
                last = moment
            }
            level = max(0, level - (now - last) / limits.chatSecondsPerMessage)
            let excess = level + 1 - Double(limits.chatBurst)
            // Less than a millisecond over the limit is rounding.
            return excess > 0.001 ? now + excess * limits.chatSecondsPerMessage : now
        }
    }
}

/// The budget of one bot, which the senders of all cells share.
final class OutboxBudget: Sendable {
    let pacing: Mutex<OutboxPacing>
    private let startedAt = ContinuousClock.now
    /// Senders that found no turn while another had it.
    private let waiting = Mutex<[AsyncStream<Void>.Continuation]>([])

    /// `senders` is how many share it.
    init(limits: OutboxPacing.Limits = OutboxPacing.Limits(), senders: Int = 1) {
        pacing = Mutex(OutboxPacing(limits: limits, senders: senders))
    }

    /// Seconds on its own clock.
    var now: Double { (ContinuousClock.now - startedAt) / .seconds(1) }

    /// What may be claimed now, kept until `take` or `release`; when all turns are taken, `signal` is told of the next free one.
    func reserve(or signal: AsyncStream<Void>.Continuation) -> OutboxPacing.Step {
        let step = pacing.withLock { $0.reserve(at: now) }
        if step == .full { waiting.withLock { $0.append(signal) } }
        return step
    }

    /// Starts what a claim has given and lets others have the rest, in one step: no turn is free in between.
    func take(_ chats: [Int64], of limit: Int) {
        pacing.withLock { $0.take(chats, of: limit, at: now) }
        if chats.count < limit { wakeWaiting() }
    }

    func release(_ count: Int) {
        pacing.withLock { $0.release(count) }
        wakeWaiting()
    }

    func finished(_ chat: Int64) {
        pacing.withLock { $0.finished(chat) }
        wakeWaiting()
    }

    private func wakeWaiting() {
        let signals = waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
        for signal in signals { signal.yield() }
    }
}
