/// Methods by which a bot changes or removes what it wrote.
extension World {
    private static let notModified = BotFailure.badRequest(
        "message is not modified: specified new message content and reply markup are exactly the same "
            + "as a current content and reply markup of the message"
    )

    func editText(_ call: BotCall) throws -> JSON {
        let (dialog, message) = try editableMessage(call)
        let text = try BotText.read("text", entities: "entities", of: call.parameters, limit: .message)
        guard let text else { throw BotFailure.badRequest("message text is empty") }
        guard message.json["text"] != nil else {
            throw BotFailure.badRequest("there is no text in the message to edit")
        }
        var edited = message
        edited.json["text"] = .string(text.text)
        edited.json["entities"] = text.entitiesJSON
        edited.markup = try ReplyMarkup.readInline(call.parameters)
        return try replace(message, with: edited, in: dialog, kind: .edited)
    }

    func editCaption(_ call: BotCall) throws -> JSON {
        let (dialog, message) = try editableMessage(call)
        guard message.json["text"] == nil else {
            throw BotFailure.badRequest("there is no caption in the message to edit")
        }
        let caption = try BotText.read("caption", entities: "caption_entities", of: call.parameters, limit: .caption)
        var edited = message
        edited.json["caption"] = .optional(caption?.text)
        edited.json["caption_entities"] = caption?.entitiesJSON
        edited.markup = try ReplyMarkup.readInline(call.parameters)
        return try replace(message, with: edited, in: dialog, kind: .edited)
    }

    func editMarkup(_ call: BotCall) throws -> JSON {
        let (dialog, message) = try editableMessage(call)
        var edited = message
        edited.markup = try ReplyMarkup.readInline(call.parameters)
        return try replace(message, with: edited, in: dialog, kind: .keyboard)
    }

    func editableMessage(_ call: BotCall) throws -> (DialogID, Message) {
        guard call.parameters.string("inline_message_id") == nil else {
            throw BotFailure.badRequest("MESSAGE_ID_INVALID")
        }
        let dialog = try openChat(call)
        guard let id = call.parameters.int("message_id") else {
            throw BotFailure.badRequest("message identifier is not specified")
        }
        guard let message = state.dialogs[dialog]?.messages[id] else {
            throw BotFailure.badRequest("message to edit not found")
        }
        // A message with a reply keyboard cannot be edited, nor can one of the person.
        let hasReplyKeyboard = message.markup.map { $0["inline_keyboard"] == nil } ?? false
        guard message.isFromBot, !message.isService, !hasReplyKeyboard else {
            throw BotFailure.badRequest("message can't be edited")
        }
        guard state.dialogs[dialog]?.isBlocked != true else { throw BotFailure.blocked }
        return (dialog, message)
    }

    func replace(
        _ message: Message,
        with edited: Message,
        in dialog: DialogID,
        kind: ChatEvent.Kind
    ) throws -> JSON {
        var edited = edited
        for list in ["entities", "caption_entities"] { edited.json[list] = namingUsers(edited.json[list]) }
        guard message.json != edited.json || message.markup != edited.markup else { throw Self.notModified }
        try spend(dialog)
        var dated = edited
        if kind == .edited { dated.json["edit_date"] = .integer(now) }
        try record(.message(dialog, dated), event(kind, dated.forPerson, in: dialog))
        bells.ring(.chat(dialog))
        return dated.forBot
    }

    func deleteMessage(_ call: BotCall) throws -> JSON {
        let dialog = try openChat(call)
        guard let id = call.parameters.int("message_id"), let message = state.dialogs[dialog]?.messages[id] else {
            throw BotFailure.badRequest("message to delete not found")
        }
        try delete(message, in: dialog)
        return true
    }

    /// Removes those that exist, as Telegram does for a list.
    func deleteMessages(_ call: BotCall) throws -> JSON {
        let dialog = try openChat(call)
        for message in try messageIDs(call).compactMap({ state.dialogs[dialog]?.messages[$0] }) {
            try delete(message, in: dialog)
        }
        return true
    }

    func messageIDs(_ call: BotCall) throws -> [Int] {
        guard let list = try call.parameters.json("message_ids") else {
            throw BotFailure.badRequest("message identifiers are not specified")
        }
        guard let items = list.array else { throw BotFailure.badRequest("expected an Array of message identifiers") }
        guard items.count <= 100 else { throw BotFailure.badRequest("too many message identifiers specified") }
        guard !items.isEmpty else { throw BotFailure.badRequest("message identifiers are not specified") }
        return try items.map { item in
            guard let id = item.int ?? item.string.flatMap({ Int($0) }), id > 0 else {
                throw BotFailure.badRequest("invalid message identifier specified")
            }
            return id
        }
    }

    private func delete(_ message: Message, in dialog: DialogID) throws {
        // In a group the words of others are for administrators to remove.
        let isAllowed =
            message.isFromBot || state.groups[dialog.chat]?.standing(of: dialog.bot).isAdministrator != false
        // 48 hours: Telegram's limit for taking a message back.
        guard isAllowed, message.json["date"]?.int ?? 0 > now - 172_800 else {
            throw BotFailure.badRequest("message can't be deleted")
        }
        let event = event(.deleted, message.forPerson, in: dialog)
        try record(.deleted(dialog, message: message.id), event)
        bells.ring(.chat(dialog))
    }
}
