/// What a bot may ask about the members of a chat, and do with them.
extension World {
    private func group(_ call: BotCall, in dialog: DialogID) throws -> Group {
        guard let group = state.groups[dialog.chat] else {
            throw BotFailure.badRequest("method is available only for groups and supergroups")
        }
        return group
    }

    /// A group in which the bot is an administrator.
    private func governedGroup(_ call: BotCall, orElse text: String) throws -> Group {
        let group = try group(call, in: openChat(call))
        guard group.standing(of: call.bot).isAdministrator else { throw BotFailure.badRequest(text) }
        return group
    }

    private func userID(_ call: BotCall) throws -> Int {
        guard let id = call.parameters.int("user_id"), id > 0 else {
            throw BotFailure.badRequest("invalid user_id specified")
        }
        return id
    }

    func chatMember(_ call: BotCall) throws -> JSON {
        let id = try userID(call)
        let dialog = try openChat(call)
        guard let user = user(id) else { throw BotFailure.badRequest("member not found") }
        if let group = state.groups[dialog.chat] { return member(user, group.standing(of: id)) }
        guard id == dialog.chat || id == dialog.bot else { throw BotFailure.badRequest("member not found") }
        return member(user, .member)
    }

    func administrators(_ call: BotCall) throws -> JSON {
        guard let group = state.groups[try openChat(call).chat] else {
            throw BotFailure.badRequest("there are no administrators in the private chat")
        }
        let ids = group.present.filter { group.standing(of: $0).isAdministrator }
        // Telegram leaves other bots out, never the one that asks.
        return .array(ids.compactMap { id in user(id).map { member($0, group.standing(of: id)) } })
    }

    func memberCount(_ call: BotCall) throws -> JSON {
        let dialog = try openChat(call)
        return .integer(state.groups[dialog.chat]?.present.count ?? 2)
    }

    func leaveChat(_ call: BotCall) throws -> JSON {
        let dialog = try openChat(call)
        guard let group = state.groups[dialog.chat] else {
            throw BotFailure.badRequest("chat member status can't be changed in private chats")
        }
        try setStanding(.left, of: call.bot, by: bot(call).user, in: group)
        return true
    }

    /// `banChatMember` and `unbanChatMember`.
    func setBanned(_ isBanned: Bool, _ call: BotCall) throws -> JSON {
        let id = try userID(call)
        let group = try governedGroup(call, orElse: "not enough rights to restrict/unrestrict chat member")
        guard user(id) != nil else { throw BotFailure.badRequest("PARTICIPANT_ID_INVALID") }
        guard isBanned || group.kind == .supergroup else {
            throw BotFailure.badRequest("method is available for supergroup and channel chats only")
        }
        let standing = group.standing(of: id)
        guard standing != .creator else { throw BotFailure.badRequest("can't remove chat owner") }
        guard standing != .administrator || !isBanned else {
            throw BotFailure.badRequest("user is an administrator of the chat")
        }
        // Without only_if_banned, unbanning somebody who is in the group throws them out.
        if !isBanned, standing != .kicked, call.parameters.bool("only_if_banned") || !standing.isPresent { return true }
        try setStanding(isBanned ? .kicked : .left, of: id, by: bot(call).user, in: group)
        return true
    }

    func setTitle(_ call: BotCall) throws -> JSON {
        let group = try governedGroup(call, orElse: "not enough rights to change chat title")
        let title = (call.parameters.string("title") ?? "").trimmingSpaces
        guard !title.isEmpty else { throw BotFailure.badRequest("title must be non-empty") }
        guard group.title != title else { throw BotFailure.badRequest("CHAT_NOT_MODIFIED") }
        try rename(group, String(title.prefix(128)), by: bot(call).user)
        return true
    }

    func setAbout(_ call: BotCall) throws -> JSON {
        var group = try governedGroup(call, orElse: "not enough rights to set chat description")
        let about = (call.parameters.string("description") ?? "").trimmingSpaces
        guard group.about ?? "" != about else { throw BotFailure.badRequest("chat description is not modified") }
        group.about = about.isEmpty ? nil : String(about.prefix(255))
        try record(.group(group))
        return true
    }

    /// The fields of `ChatFullInfo` that a group has beside those of every chat.
    func groupFacts(_ group: Group) -> [String: JSON?] {
        let permissions = [
            "can_send_messages", "can_send_audios", "can_send_documents", "can_send_photos", "can_send_videos",
            "can_send_video_notes", "can_send_voice_notes", "can_send_polls", "can_send_other_messages",
            "can_add_web_page_previews", "can_react_to_messages", "can_invite_users",
        ]
        return [
            "description": .optional(group.about),
            "permissions": .object(Dictionary(uniqueKeysWithValues: permissions.map { ($0, true) })),
        ]
    }
}
