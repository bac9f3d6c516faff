/// What a bot may ask about a chat, and the "typing…" it may show there.
extension World {
    private static let knownActions: Set<String> = [
        "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document",
        "choose_sticker", "find_location", "record_video_note", "upload_video_note",
    ]

    /// `ChatFullInfo` with the fields that Telegram always sends.
    func chat(_ call: BotCall) throws -> JSON {
        let dialog = try openChat(call)
        var chat = try chat(of: dialog)
        chat["accent_color_id"] = .integer(abs(dialog.chat) % 7)
        chat["max_reaction_count"] = 11
        let gifts = ["unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"]
        chat["accepted_gift_types"] = .object(Dictionary(uniqueKeysWithValues: gifts.map { ($0, true) }))
        chat["active_usernames"] = state.persons[dialog.chat]?.username.map { [.string($0)] }
        if let group = state.groups[dialog.chat] {
            for (name, fact) in groupFacts(group) { chat[name] = fact }
        }
        if let known = state.dialogs[dialog], let id = known.pinned.last {
            chat["pinned_message"] = known.messages[id]?.forBot
        }
        return chat
    }

    func sendChatAction(_ call: BotCall) throws -> JSON {
        let dialog = try writableChat(call)
        guard let name = call.parameters.string("action"), Self.knownActions.contains(name) else {
            throw BotFailure.badRequest("wrong parameter action in request")
        }
        actions[dialog] = ChatAction(name: name, serial: nextSerial(), until: now + ChatAction.seconds)
        bells.ring(.chat(dialog))
        return true
    }
}

/// "Typing…" and its like.
struct ChatAction: Sendable {
    /// How long Telegram shows one.
    static let seconds = 5

    let name: String
    let serial: Int
    let until: Int
}
