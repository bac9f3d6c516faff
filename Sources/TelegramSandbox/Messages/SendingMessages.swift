/// Methods by which a bot writes text, and repeats messages.
extension World {
    func sendMessage(_ call: BotCall) throws -> JSON {
        let dialog = try openChat(call)
        let text = try BotText.read("text", entities: "entities", of: call.parameters, limit: .message)
        guard let text else { throw BotFailure.badRequest("message text is empty") }
        let markup = try ReplyMarkup.read(call.parameters)
        let reply = try repliedMessage(call.parameters, in: dialog)
        let message = try post(
            ["text": .string(text.text), "entities": text.entitiesJSON, "reply_to_message": reply],
            from: bot(call),
            in: writableChat(call),
            markup: markup
        )
        return message.forBot
    }

    func forwardMessage(_ call: BotCall) throws -> JSON {
        let source = try sourceMessage(call, mistake: "message to forward not found")
        var content = source.content
        content["forward_origin"] = source.origin
        return try post(content, from: bot(call), in: writableChat(call), markup: nil).forBot
    }

    func copyMessage(_ call: BotCall) throws -> JSON {
        let source = try sourceMessage(call, mistake: "message to copy not found")
        let markup = try ReplyMarkup.read(call.parameters)
        var content = source.content
        if call.parameters.string("caption") != nil, content["text"] == nil {
            let caption = try BotText.read(
                "caption",
                entities: "caption_entities",
                of: call.parameters,
                limit: .caption
            )
            content["caption"] = .optional(caption?.text)
            content["caption_entities"] = caption?.entitiesJSON
        }
        content["reply_to_message"] = try repliedMessage(call.parameters, in: openChat(call))
        let message = try post(content, from: bot(call), in: writableChat(call), markup: markup)
        return ["message_id": .integer(message.id)]
    }

    private func sourceMessage(_ call: BotCall, mistake: String) throws -> Message {
        guard let id = call.parameters.int("message_id") else {
            throw BotFailure.badRequest("message identifier is not specified")
        }
        guard let message = state.dialogs[try sourceChat(call)]?.messages[id], !message.isService else {
            throw BotFailure.badRequest(mistake)
        }
        return message
    }

    private func sourceChat(_ call: BotCall) throws -> DialogID {
        guard let text = call.parameters.string("from_chat_id"), !text.isEmpty else {
            throw BotFailure.badRequest("parameter \"from_chat_id\" is required")
        }
        return try chat(text, of: call.bot)
    }

    /// `forwardMessages` and `copyMessages`: those that exist, in the order they were written.
    func repeatMessages(_ call: BotCall, isForward: Bool) throws -> JSON {
        let ids = try messageIDs(call)
        let source = try sourceChat(call)
        let messages = ids.sorted().compactMap { state.dialogs[source]?.messages[$0] }.filter { !$0.isService }
        guard !messages.isEmpty else { throw BotFailure.badRequest("there are no messages to forward") }
        let dialog = try writableChat(call)
        try spend(dialog, messages: messages.count)
        let isCaptionLost = call.parameters.bool("remove_caption")
        let sent = try messages.map { message in
            var content = message.content
            if isForward {
                content["forward_origin"] = message.origin
            } else if isCaptionLost {
                content["caption"] = nil
                content["caption_entities"] = nil
            }
            return try add(content, from: bot(call), in: dialog, markup: nil)
        }
        return .array(sent.map { ["message_id": .integer($0.id)] })
    }
}

extension Message {
    /// What is said, without who said it, where and when.
    var content: [String: JSON?] {
        let about: Set<String> = [
            "message_id", "date", "edit_date", "chat", "from", "reply_to_message", "forward_origin", "media_group_id",
        ]
        return (json.object ?? [:]).filter { !about.contains($0.key) }
    }

    /// Where a forwarded message comes from; one forwarded again keeps its first origin.
    var origin: JSON {
        json["forward_origin"]
            ?? ["type": "user", "date": json["date"] ?? .null, "sender_user": json["from"] ?? .null]
    }

    var isText: Bool { json["text"] != nil }
    var isFile: Bool { FileKind.allCases.contains { json[$0.rawValue] != nil } }

    /// Whether it tells of an event in the chat: such a message is neither repeated nor reacted to.
    var isService: Bool {
        [
            "new_chat_members", "left_chat_member", "new_chat_title", "pinned_message", "group_chat_created",
            "migrate_to_chat_id", "migrate_from_chat_id",
        ].contains { json[$0] != nil }
    }
}
