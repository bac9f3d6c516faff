/// What every message goes through, whoever writes it.
extension World {
    /// The chat that a bot names in `chat_id`; it exists once the person has started the bot.
    func openChat(_ call: BotCall) throws -> DialogID {
        guard let text = call.parameters.string("chat_id"), !text.isEmpty else {
            throw BotFailure.badRequest("chat_id is empty")
        }
        guard let person = Int(text), state.persons[person] != nil else { throw BotFailure.chatNotFound }
        let dialog = DialogID(bot: call.bot, person: person)
        guard state.dialogs[dialog]?.isStarted == true else { throw BotFailure.chatNotFound }
        return dialog
    }

    /// The chat, if the bot may write there now: not blocked, and within the limits.
    func writableChat(_ call: BotCall) throws -> DialogID {
        let dialog = try openChat(call)
        guard state.dialogs[dialog]?.isBlocked != true else { throw BotFailure.blocked }
        return dialog
    }

    /// Takes one message from the budgets.
    func spend(_ dialog: DialogID) throws {
        if let seconds = limits.take(dialog, at: time) {
            throw BotFailure.tooManyRequests(retryAfter: seconds)
        }
    }

    /// Adds a message of the bot to a chat.
    func post(_ content: [String: JSON?], from bot: Bot, in dialog: DialogID, markup: JSON?) throws -> Message {
        let message = try draft(content, from: bot.user, in: dialog, markup: markup, isFromBot: true)
        try spend(dialog)
        actions[dialog] = nil
        try record(.message(dialog, message), event(.sent, message.forPerson, in: dialog))
        bells.ring(.chat(dialog))
        return message
    }

    /// Adds a message of the person to a chat, and tells the bot.
    func post(_ content: [String: JSON?], from person: Person, in dialog: DialogID) throws -> Message {
        let message = try draft(content, from: person.user, in: dialog, markup: nil, isFromBot: false)
        let update = update("message", message.forBot, for: dialog.bot)
        let changes: [Change?] = [
            .dialog(dialog, isStarted: true, isBlocked: false), .message(dialog, message),
            event(.sent, message.forPerson, in: dialog), update,
        ]
        try record(changes.compactMap { $0 })
        bells.ring(.chat(dialog))
        bells.ring(.updates(bot: dialog.bot))
        return message
    }

    private func draft(
        _ content: [String: JSON?],
        from sender: JSON,
        in dialog: DialogID,
        markup: JSON?,
        isFromBot: Bool
    ) throws -> Message {
        guard let person = state.persons[dialog.person] else { throw BotFailure.chatNotFound }
        let id = (state.dialogs[dialog]?.lastMessageID ?? 0) + 1
        var fields = content
        fields["message_id"] = .integer(id)
        fields["date"] = .integer(now)
        fields["chat"] = person.chat
        fields["from"] = sender
        return Message(id: id, json: .fields(fields), markup: markup, isFromBot: isFromBot)
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
