/// What a person does in a chat: writes, sends, edits, blocks.
extension World {
    private func checkNotBlocked(_ dialog: DialogID) throws {
        guard state.dialogs[dialog]?.isBlocked != true else {
            throw PersonFailure(403, "the person has blocked this bot; unblock it first")
        }
    }

    func writeText(_ person: Person, _ parameters: Parameters) throws -> JSON {
        let dialog = try dialog(of: person, parameters)
        try checkNotBlocked(dialog)
        let text = try personText(parameters)
        let reply = try repliedMessageOfPerson(parameters, in: dialog)
        let content: [String: JSON?] = [
            "text": .string(text.text), "entities": text.entitiesJSON, "reply_to_message": reply,
        ]
        return try post(content, from: person, in: dialog).forPerson
    }

    /// The person's own words, in which links and commands are found but no markup is read.
    private func personText(_ parameters: Parameters) throws -> FormattedText {
        let text = FormattedText(text: parameters.string("text") ?? "").trimmed
        guard !text.text.isEmpty else { throw PersonFailure("text is empty") }
        guard text.codePointCount <= BotText.Limit.message.rawValue else {
            throw PersonFailure("text is longer than 4096 characters")
        }
        return FoundEntities.add(to: text)
    }

    private func repliedMessageOfPerson(_ parameters: Parameters, in dialog: DialogID) throws -> JSON? {
        guard let id = parameters.int("reply_to") else { return nil }
        guard let message = state.dialogs[dialog]?.messages[id] else {
            throw PersonFailure(404, "there is no message \(id) in this chat")
        }
        var shown = message.forBot
        shown["reply_to_message"] = nil
        return shown
    }

    func shareContact(_ person: Person, _ parameters: Parameters) throws -> JSON {
        let dialog = try dialog(of: person, parameters)
        try checkNotBlocked(dialog)
        var shared = person
        if let id = parameters.string("user_id") { shared = try self.person(id) }
        let contact = JSON.fields([
            "phone_number": .string(shared.phone), "first_name": .string(shared.firstName),
            "last_name": .optional(shared.lastName), "user_id": .integer(shared.id),
        ])
        return try post(["contact": contact], from: person, in: dialog).forPerson
    }

    func sendFile(_ person: Person, _ parameters: Parameters) throws -> JSON {
        let dialog = try dialog(of: person, parameters)
        try checkNotBlocked(dialog)
        guard parameters.string("media_group") == nil else { throw PersonFailure("the sandbox has no albums yet") }
        guard let kind = FileKind(rawValue: parameters.string("kind") ?? "document") else {
            throw PersonFailure("kind is one of \(FileKind.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        guard let upload = parameters.files["file"] else { throw PersonFailure("the part named file is missing") }
        if kind == .photo, FileFacts(upload.bytes).imageSize == nil {
            throw PersonFailure("a photo is a JPEG or a PNG")
        }
        let caption = FormattedText(text: parameters.string("caption") ?? "").trimmed
        guard caption.codePointCount <= BotText.Limit.caption.rawValue else {
            throw PersonFailure("caption is longer than 1024 characters")
        }
        let seconds = max(0, parameters.double("duration") ?? 0)
        guard seconds < 1_000_000 else { throw PersonFailure("duration is in seconds") }
        let file = FileToSend(kind: kind, upload: upload, duration: Int(seconds.rounded()))
        var content = try content(of: store(file, for: dialog.bot), as: file)
        if !caption.text.isEmpty {
            let found = FoundEntities.add(to: caption)
            content["caption"] = .string(found.text)
            content["caption_entities"] = found.entitiesJSON
        }
        return try post(content, from: person, in: dialog).forPerson
    }

    func editText(_ person: Person, _ parameters: Parameters) throws -> JSON {
        let dialog = try dialog(of: person, parameters)
        try checkNotBlocked(dialog)
        let id = parameters.int("message_id") ?? 0
        guard var message = state.dialogs[dialog]?.messages[id] else {
            throw PersonFailure(404, "there is no message \(id) in this chat")
        }
        guard !message.isFromBot, message.json["text"] != nil else {
            throw PersonFailure("a person edits their own texts only")
        }
        let text = try personText(parameters)
        message.json["text"] = .string(text.text)
        message.json["entities"] = text.entitiesJSON
        message.json["edit_date"] = .integer(now)
        let update = update("edited_message", message.forBot, for: dialog.bot)
        let changes = [.message(dialog, message), event(.edited, message.forPerson, in: dialog), update]
        try record(changes.compactMap { $0 })
        bells.ring(.chat(dialog))
        bells.ring(.updates(bot: dialog.bot))
        return message.forPerson
    }

    /// Blocks or unblocks; the bot learns of it by `my_chat_member`, once.
    func setBlocked(_ isBlocked: Bool, _ person: Person, _ parameters: Parameters) throws -> JSON {
        let dialog = try dialog(of: person, parameters)
        let known = state.dialogs[dialog] ?? Dialog()
        guard known.isBlocked != isBlocked, let bot = state.bots[dialog.bot] else {
            return ["blocked": .bool(isBlocked)]
        }
        func member(_ isBlocked: Bool) -> JSON {
            isBlocked
                ? ["status": "kicked", "user": bot.user, "until_date": 0] : ["status": "member", "user": bot.user]
        }
        let content: JSON = [
            "chat": person.chat, "from": person.user, "date": .integer(now), "old_chat_member": member(!isBlocked),
            "new_chat_member": member(isBlocked),
        ]
        let change = Change.dialog(dialog, isStarted: known.isStarted, isBlocked: isBlocked)
        try record([change, update("my_chat_member", content, for: dialog.bot)].compactMap { $0 })
        bells.ring(.chat(dialog))
        bells.ring(.updates(bot: dialog.bot))
        return ["blocked": .bool(isBlocked)]
    }
}
