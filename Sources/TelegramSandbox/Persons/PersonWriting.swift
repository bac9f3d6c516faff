/// What a person does in a chat: writes, sends, edits, blocks.
extension World {
    func checkNotBlocked(_ dialog: DialogID) throws {
        guard state.dialogs[dialog]?.isBlocked != true else {
            throw PersonFailure(403, "the person has blocked this bot; unblock it first")
        }
    }

    func writeText(_ place: Place, _ parameters: Parameters) throws -> JSON {
        let dialog = place.dialog
        try checkNotBlocked(dialog)
        let text = try personText(parameters)
        let reply = try repliedMessageOfPerson(parameters, in: dialog)
        let content: [String: JSON?] = [
            "text": .string(text.text), "entities": text.entitiesJSON, "reply_to_message": reply,
        ]
        return try post(content, from: place.person, in: dialog).forPerson
    }

    /// The person's own words, in which links and commands are found but no markup is read.
    private func personText(_ parameters: Parameters) throws -> FormattedText {
        guard let text = try FormattedText(text: parameters.string("text") ?? "").cleaned() else {
            throw PersonFailure("text is empty")
        }
        guard text.codePointCount <= BotText.Limit.message.rawValue else {
            throw PersonFailure("text is longer than 4096 characters")
        }
        return FoundEntities.add(to: text)
    }

    private func personCaption(_ text: String?) throws -> FormattedText? {
        guard let caption = try FormattedText(text: text ?? "").cleaned() else { return nil }
        guard caption.codePointCount <= BotText.Limit.caption.rawValue else {
            throw PersonFailure("caption is longer than 1024 characters")
        }
        return FoundEntities.add(to: caption)
    }

    private func repliedMessageOfPerson(_ parameters: Parameters, in dialog: DialogID) throws -> JSON? {
        guard parameters.int("reply_to") != nil else { return nil }
        var shown = try message(parameters, in: dialog, field: "reply_to").forBot
        shown["reply_to_message"] = nil
        return shown
    }

    func shareContact(_ place: Place, _ parameters: Parameters) throws -> JSON {
        let dialog = place.dialog
        try checkNotBlocked(dialog)
        var shared = place.person
        if let id = parameters.string("user_id") { shared = try self.person(id) }
        let contact = JSON.fields([
            "phone_number": .string(shared.phone), "first_name": .string(shared.firstName),
            "last_name": .optional(shared.lastName), "user_id": .integer(shared.id),
        ])
        return try post(["contact": contact], from: place.person, in: dialog).forPerson
    }

    func sendFile(_ place: Place, _ parameters: Parameters) throws -> JSON {
        let dialog = place.dialog
        try checkNotBlocked(dialog)
        guard let kind = FileKind(rawValue: parameters.string("kind") ?? "document") else {
            throw PersonFailure("kind is one of \(FileKind.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        guard let upload = parameters.files["file"] else { throw PersonFailure("the part named file is missing") }
        if kind == .photo, FileFacts(upload.bytes).imageSize == nil {
            throw PersonFailure("a photo is a JPEG or a PNG")
        }
        let caption = try personCaption(parameters.string("caption"))
        let seconds = max(0, parameters.double("duration") ?? 0)
        guard seconds < 1_000_000 else { throw PersonFailure("duration is in seconds") }
        let album = try album(parameters.string("media_group"), of: kind, in: place)
        let file = FileToSend(kind: kind, upload: upload, duration: Int(seconds.rounded()))
        var content = try content(of: store(file, for: dialog.bot), as: file)
        content["caption"] = caption.map { .string($0.text) }
        content["caption_entities"] = caption?.entitiesJSON
        content["media_group_id"] = album
        content["reply_to_message"] = try repliedMessageOfPerson(parameters, in: dialog)
        return try post(content, from: place.person, in: dialog).forPerson
    }

    /// The person changes a text, or the caption of a file.
    func editText(_ place: Place, _ parameters: Parameters) throws -> JSON {
        let dialog = place.dialog
        try checkNotBlocked(dialog)
        var message = try message(parameters, in: dialog)
        guard !message.isFromBot, message.json["from"]?["id"]?.int == place.person.id, message.isText || message.isFile
        else { throw PersonFailure("a person edits their own texts and captions only") }
        if message.isText {
            let text = try personText(parameters)
            message.json["text"] = .string(text.text)
            message.json["entities"] = text.entitiesJSON
        } else {
            let caption = try personCaption(parameters.string("text") ?? parameters.string("caption"))
            message.json["caption"] = caption.map { .string($0.text) }
            message.json["caption_entities"] = caption?.entitiesJSON
        }
        message.json["edit_date"] = .integer(now)
        let isHeard = isForBot(message, in: dialog)
        let update = isHeard ? update("edited_message", message.forBot, for: dialog.bot) : nil
        let changes = [.message(dialog, message), event(.edited, message.forPerson, in: dialog), update]
        try record(changes.compactMap { $0 })
        bells.ring(.chat(dialog))
        bells.ring(.updates(bot: dialog.bot))
        return message.forPerson
    }

    /// Blocks or unblocks; the bot learns of it by `my_chat_member`, once.
    func setBlocked(_ isBlocked: Bool, _ place: Place) throws -> JSON {
        let dialog = place.dialog
        guard state.groups[dialog.chat] == nil else {
            throw PersonFailure("a group is not blocked; take the bot out by POST /sandbox/groups/{group}/members")
        }
        let person = place.person
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
