/// How somebody comes into a group, rises, falls and leaves, and what the bot hears of it.
extension World {
    /// A person or a bot as a Telegram `User`.
    func user(_ id: Int) -> JSON? { state.persons[id]?.user ?? state.bots[id]?.user }

    /// What an administrator may do, as far as Telegram names it.
    private static let rights = [
        "can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_restrict_members", "can_change_info",
        "can_invite_users", "can_pin_messages", "can_manage_topics", "can_send_welcome_messages",
    ]
    private static let missingRights = [
        "can_be_edited", "is_anonymous", "can_promote_members", "can_post_stories", "can_edit_stories",
        "can_delete_stories",
    ]

    /// A Telegram `ChatMember`.
    func member(_ user: JSON, _ standing: Group.Standing) -> JSON {
        var fields: [String: JSON] = ["status": .string(standing.rawValue), "user": user]
        switch standing {
        case .creator: fields["is_anonymous"] = false
        case .administrator:
            for right in Self.rights { fields[right] = true }
            for right in Self.missingRights { fields[right] = false }
        case .kicked: fields["until_date"] = 0
        case .member, .left: break
        }
        return .object(fields)
    }

    /// Gives a user another standing; the bot hears of its own by `my_chat_member`, of others by a service message
    /// and, as an administrator that asked for it, by `chat_member`.
    func setStanding(
        _ standing: Group.Standing,
        of id: Int,
        by actor: JSON,
        in group: Group,
        isAnnounced: Bool = true
    ) throws {
        let old = group.standing(of: id)
        guard old != standing, let user = user(id) else { return }
        var changed = group
        changed.members[id] = standing
        let content: JSON = [
            "chat": group.chat, "from": actor, "date": .integer(now), "old_chat_member": member(user, old),
            "new_chat_member": member(user, standing),
        ]
        var news: Change?
        if id == group.bot {
            news = update("my_chat_member", content, for: group.bot)
        } else if changed.standing(of: group.bot) == .administrator {
            news = update("chat_member", content, for: group.bot)
        }
        try record([.group(changed), news].compactMap { $0 })
        bells.ring(.updates(bot: group.bot))
        if isAnnounced, standing.isPresent, !old.isPresent {
            try announce(["new_chat_members": [user], "new_chat_member": user], by: actor, in: changed)
        } else if isAnnounced, !standing.isPresent, old.isPresent {
            try announce(["left_chat_member": user], by: actor, in: changed)
        }
        bells.ring(.chat(group.dialog))
    }

    /// Adds a service message to a group; a bot in it hears of every one, privacy mode or not.
    func announce(_ content: [String: JSON?], by actor: JSON, in group: Group) throws {
        let isFromBot = actor["id"]?.int == group.bot
        let message = try draft(content, from: actor, in: group.dialog, markup: nil, isFromBot: isFromBot)
        let isHeard = group.standing(of: group.bot).isPresent
        let news = isHeard ? update("message", message.forBot, for: group.bot) : nil
        let changes = [.message(group.dialog, message), event(.sent, message.forPerson, in: group.dialog), news]
        try record(changes.compactMap { $0 })
        bells.ring(.chat(group.dialog))
        bells.ring(.updates(bot: group.bot))
    }

    /// Whether a message of a person is for the bot: in a group, privacy mode keeps from it what is not said to it.
    func isForBot(_ message: Message, in dialog: DialogID) -> Bool {
        guard let group = state.groups[dialog.chat] else { return true }
        let standing = group.standing(of: group.bot)
        guard standing.isPresent, let bot = state.bots[group.bot] else { return false }
        if bot.readsAllMessages || standing == .administrator { return true }
        if message.json["reply_to_message"]?["from"]?["id"]?.int == bot.id { return true }
        let text = message.json["text"]?.string ?? message.json["caption"]?.string ?? ""
        let name = "@\(bot.username.lowercased())"
        if text.hasPrefix("/") {
            let command = text.prefix { !$0.isWhitespace }.lowercased()
            return command.firstIndex(of: "@").map { command[$0...] == name } ?? true
        }
        let entities = (message.json["entities"] ?? message.json["caption_entities"])?.array ?? []
        let units = Array(text.utf16)
        return entities.contains { entity in
            guard entity["type"] == "mention", let offset = entity["offset"]?.int, let length = entity["length"]?.int,
                offset >= 0, length > 0, offset + length <= units.count
            else { return false }
            return String(decoding: units[offset..<offset + length], as: UTF16.self).lowercased() == name
        }
    }
}
