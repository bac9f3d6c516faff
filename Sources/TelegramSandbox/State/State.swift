/// All that the sandbox knows, in memory.
struct State: Sendable {
    private(set) var persons: [Int: Person] = [:]
    private(set) var bots: [Int: Bot] = [:]
    private(set) var groups: [Int: Group] = [:]
    private(set) var dialogs: [DialogID: Dialog] = [:]
    private(set) var files: [String: StoredFile] = [:]
    private(set) var queries: [String: CallbackQuery] = [:]
    private(set) var calls: [LoggedCall] = []
    private var botsByToken: [String: Int] = [:]
    private var botsByName: [String: Int] = [:]

    /// How much of what only grows is kept.
    enum Kept {
        static let eventsPerChat = 2_000
        static let calls = 20_000
        /// 24 hours, as in Telegram.
        static let updateSeconds = 86_400
        static let querySeconds = 3_600
    }

    func bot(token: String) -> Bot? { botsByToken[token].flatMap { bots[$0] } }
    func bot(name: String) -> Bot? { botsByName[name.lowercased()].flatMap { bots[$0] } }

    mutating func apply(_ change: Change) {
        switch change {
        case .person(let person): persons[person.id] = person
        case .bot(var bot):
            bot.updates = bots[bot.id]?.updates ?? []
            bots[bot.id] = bot
            botsByToken[bot.token] = bot.id
            botsByName[bot.username.lowercased()] = bot.id
        case .group(let group): groups[group.id] = group
        case .dialog(let id, let isStarted, let isBlocked):
            dialogs[id, default: Dialog()].isStarted = isStarted
            dialogs[id, default: Dialog()].isBlocked = isBlocked
        case .message(let id, let message):
            dialogs[id, default: Dialog()].messages[message.id] = message
            dialogs[id, default: Dialog()].lastMessageID = max(dialogs[id]?.lastMessageID ?? 0, message.id)
        case .deleted(let id, let message):
            dialogs[id]?.messages[message] = nil
            dialogs[id]?.pinned.removeAll { $0 == message }
            dialogs[id, default: Dialog()].lastMessageID = max(dialogs[id]?.lastMessageID ?? 0, message)
        case .pinned(let id, let messages): dialogs[id, default: Dialog()].pinned = messages
        case .event(let id, let event): append(event, to: id)
        case .update(let bot, let update):
            bots[bot]?.updates.append(update)
            bots[bot]?.nextUpdateID = update.id + 1
        case .confirmed(let bot, let below): bots[bot]?.updates.removeAll { $0.id < below }
        case .file(let file): files[file.id] = file
        case .query(let query): queries[query.id] = query
        case .call(let call):
            calls.append(call)
            if calls.count > Kept.calls + 1_000 { calls.removeFirst(calls.count - Kept.calls) }
        }
    }

    private mutating func append(_ event: ChatEvent, to id: DialogID) {
        dialogs[id, default: Dialog()].events.append(event)
        dialogs[id, default: Dialog()].lastEvent = event.number
        let count = dialogs[id]?.events.count ?? 0
        if count > Kept.eventsPerChat + 200 { dialogs[id]?.events.removeFirst(count - Kept.eventsPerChat) }
    }

    /// The fewest changes that lead here, which a compacted journal consists of.
    func changes(at now: Int) -> [Change] {
        var changes = persons.values.sorted { $0.id < $1.id }.map { Change.person($0) }
        for bot in bots.values.sorted(by: { $0.id < $1.id }) {
            changes.append(.bot(bot))
            changes += bot.updates.map { .update(bot: bot.id, $0) }
        }
        changes += groups.values.sorted { $0.id < $1.id }.map { .group($0) }
        for (id, dialog) in dialogs {
            changes.append(.dialog(id, isStarted: dialog.isStarted, isBlocked: dialog.isBlocked))
            changes += dialog.messages.values.sorted { $0.id < $1.id }.map { .message(id, $0) }
            // The number of a deleted last message is not given out again.
            if dialog.messages[dialog.lastMessageID] == nil, dialog.lastMessageID > 0 {
                changes.append(.deleted(id, message: dialog.lastMessageID))
            }
            if !dialog.pinned.isEmpty { changes.append(.pinned(id, messages: dialog.pinned)) }
            changes += dialog.events.map { .event(id, $0) }
        }
        changes += files.values.map { .file($0) }
        changes += queries.values.filter { $0.date > now - Kept.querySeconds }.map { .query($0) }
        return changes + calls.map { .call($0) }
    }
}
