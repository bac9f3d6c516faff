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
        let sender = source.json["from"] ?? .null
        content["forward_origin"] = ["type": "user", "date": source.json["date"] ?? .null, "sender_user": sender]
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
        guard let person = call.parameters.int("from_chat_id"), let id = call.parameters.int("message_id"),
            let message = state.dialogs[DialogID(bot: call.bot, person: person)]?.messages[id]
        else { throw BotFailure.badRequest(mistake) }
        return message
    }
}

extension Message {
    /// What is said, without who said it, where and when.
    fileprivate var content: [String: JSON?] {
        let about: Set<String> = [
            "message_id", "date", "edit_date", "chat", "from", "reply_to_message", "forward_origin",
        ]
        return (json.object ?? [:]).filter { !about.contains($0.key) }
    }
}
