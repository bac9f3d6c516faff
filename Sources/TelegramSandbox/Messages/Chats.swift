/// What every message goes through, whoever writes it.
extension World {
    /// The chat that a bot names in `chat_id`; it exists once the person has started the bot.
    func openChat(_ call: BotCall) throws -> DialogID {
        guard let text = call.parameters.string("chat_id"), !text.isEmpty else {
            throw BotFailure.badRequest("chat_id is empty")
        }
        return try chat(text, of: call.bot)
    }

    /// The chat with this number as a bot may see it.
    func chat(_ text: String, of bot: Int) throws -> DialogID {
        guard let id = Int(text.trimmingSpaces) else { throw BotFailure.chatNotFound }
        let dialog = DialogID(bot: bot, chat: id)
        if let group = state.groups[id], group.bot == bot {
            try checkMembership(of: bot, in: group)
        } else {
            guard state.persons[id] != nil, state.dialogs[dialog]?.isStarted == true else {
                throw BotFailure.chatNotFound
            }
        }
        return dialog
    }

    private func checkMembership(of bot: Int, in group: Group) throws {
        if let successor = group.successor { throw BotFailure.migrated(to: successor) }
        switch group.standing(of: bot) {
        case .kicked: throw BotFailure.forbidden("bot was kicked from the \(group.kind.rawValue) chat")
        case .left: throw BotFailure.forbidden("bot is not a member of the \(group.kind.rawValue) chat")
        case .creator, .administrator, .member: return
        }
    }

    /// The chat, if the bot may write there now: not blocked, and within the limits.
    func writableChat(_ call: BotCall) throws -> DialogID {
        let dialog = try openChat(call)
        guard state.dialogs[dialog]?.isBlocked != true else { throw BotFailure.blocked }
        return dialog
    }

    /// Takes messages from the budgets.
    func spend(_ dialog: DialogID, messages: Int = 1) throws {
        let isGroup = state.groups[dialog.chat] != nil
        if let seconds = limits.take(dialog, messages: messages, isGroup: isGroup, at: time) {
            throw BotFailure.tooManyRequests(retryAfter: seconds)
        }
    }

    /// Adds a message of the bot to a chat.
    func post(_ content: [String: JSON?], from bot: Bot, in dialog: DialogID, markup: JSON?) throws -> Message {
        try spend(dialog)
        return try add(content, from: bot, in: dialog, markup: markup)
    }

    /// Adds a message of the bot that was taken from the budgets already.
    func add(_ content: [String: JSON?], from bot: Bot, in dialog: DialogID, markup: JSON?) throws -> Message {
        let message = try draft(content, from: bot.user, in: dialog, markup: markup, isFromBot: true)
        actions[dialog] = nil
        try record(.message(dialog, message), event(.sent, message.forPerson, in: dialog))
        bells.ring(.chat(dialog))
        return message
    }

    /// Adds a message of the person to a chat, and tells the bot.
    func post(_ content: [String: JSON?], from person: Person, in dialog: DialogID) throws -> Message {
        let message = try draft(content, from: person.user, in: dialog, markup: nil, isFromBot: false)
        let isHeard = isForBot(message, in: dialog)
        let changes: [Change?] = [
            state.groups[dialog.chat] == nil ? .dialog(dialog, isStarted: true, isBlocked: false) : nil,
            .message(dialog, message), event(.sent, message.forPerson, in: dialog),
            isHeard ? update("message", message.forBot, for: dialog.bot) : nil,
        ]
        try record(changes.compactMap { $0 })
        bells.ring(.chat(dialog))
        bells.ring(.updates(bot: dialog.bot))
        return message
    }

    /// A Telegram `Chat`.
    func chat(of dialog: DialogID) throws -> JSON {
        guard let chat = state.groups[dialog.chat]?.chat ?? state.persons[dialog.chat]?.chat else {
            throw BotFailure.chatNotFound
        }
        return chat
    }

    func draft(
        _ content: [String: JSON?],
        from sender: JSON,
        in dialog: DialogID,
        markup: JSON?,
        isFromBot: Bool
    ) throws -> Message {
        let id = (state.dialogs[dialog]?.lastMessageID ?? 0) + 1
        var fields = content
        fields["message_id"] = .integer(id)
        fields["date"] = .integer(now)
        fields["chat"] = try chat(of: dialog)
        fields["from"] = sender
        for list in ["entities", "caption_entities"] { fields[list] = namingUsers(fields[list] ?? nil) }
        return Message(id: id, json: .fields(fields), markup: markup, isFromBot: isFromBot)
    }

    /// Mentions name their user in full; those of somebody unknown are dropped, as Telegram does.
    func namingUsers(_ entities: JSON?) -> JSON? {
        guard let list = entities?.array else { return nil }
        let known = list.compactMap { entity -> JSON? in
            guard entity["type"] == "text_mention" else { return entity }
            guard let user = entity["user"]?["id"]?.int.flatMap({ user($0) }) else { return nil }
            var named = entity
            named["user"] = user
            return named
        }
        return known.isEmpty ? nil : .array(known)
    }

    func event(_ kind: ChatEvent.Kind, _ message: JSON, in dialog: DialogID) -> Change {
        let number = (state.dialogs[dialog]?.lastEvent ?? 0) + 1
        return .event(dialog, ChatEvent(number: number, kind: kind, message: message))
    }

    /// The message that `reply_parameters` or the older `reply_to_message_id` name.
    func repliedMessage(_ parameters: Parameters, in dialog: DialogID) throws -> JSON? {
        let reply = try parameters.json("reply_parameters")
        guard let id = reply?["message_id"]?.int ?? parameters.int("reply_to_message_id") else { return nil }
        if let message = state.dialogs[dialog]?.messages[id] {
            var shown = message.json
            shown["reply_to_message"] = nil
            return shown
        }
        let isOptional = reply?["allow_sending_without_reply"] == true
        guard isOptional || parameters.bool("allow_sending_without_reply") else {
            throw BotFailure.badRequest("message to be replied not found")
        }
        return nil
    }
}
