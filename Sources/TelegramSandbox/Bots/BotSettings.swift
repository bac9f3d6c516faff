/// What a bot says of itself: who it is, its commands and its menu button.
extension World {
    /// The bot that calls; gone when the sandbox was reset under a waiting call.
    func bot(_ call: BotCall) throws -> Bot {
        guard let bot = state.bots[call.bot] else { throw BotFailure.unauthorized }
        return bot
    }

    func me(_ call: BotCall) throws -> JSON {
        let bot = try bot(call)
        var user = bot.user
        for field in [
            "supports_inline_queries", "can_connect_to_business", "has_main_web_app", "has_topics_enabled",
            "allows_users_to_create_topics", "can_manage_bots",
        ] { user[field] = false }
        user["can_join_groups"] = .bool(bot.canJoinGroups)
        user["can_read_all_group_messages"] = .bool(bot.readsAllMessages)
        return user
    }

    func setWebhook(_ call: BotCall) throws -> JSON {
        guard call.parameters.string("url") ?? "" == "" else {
            throw BotFailure.badRequest(
                "bad webhook: the sandbox delivers updates by getUpdates only, use long polling"
            )
        }
        return try deleteWebhook(call)
    }

    func deleteWebhook(_ call: BotCall) throws -> JSON {
        if call.parameters.bool("drop_pending_updates") {
            let bot = try bot(call)
            try record(.confirmed(bot: bot.id, below: bot.nextUpdateID))
        }
        return true
    }

    func webhookInfo(_ call: BotCall) throws -> JSON {
        [
            "url": "", "has_custom_certificate": false,
            "pending_update_count": .integer(try bot(call).updates.count),
        ]
    }

    func setCommands(_ call: BotCall) throws -> JSON {
        let json: JSON?
        do {
            json = try call.parameters.json("commands")
        } catch {
            throw BotFailure.badRequest("can't parse commands JSON object")
        }
        guard let list = (json ?? []).array else { throw BotFailure.badRequest("expected an Array of BotCommand") }
        guard list.count <= 100 else { throw BotFailure.badRequest("BOT_COMMANDS_TOO_MUCH") }
        let commands = try list.map { try command($0) }
        var bot = try bot(call)
        let key = try commandScope(call)
        // An empty list takes the setting back.
        bot.commands[key] = commands.isEmpty ? nil : .array(commands)
        try record(.bot(bot))
        return true
    }

    private func command(_ item: JSON) throws -> JSON {
        let beginning = "can't parse BotCommand: "
        guard case .object = item else { throw BotFailure.badRequest(beginning + "expected an Object") }
        func field(_ name: String) throws -> String {
            guard let text = item[name]?.string else {
                throw BotFailure.badRequest(beginning + "Can't find field \"\(name)\"")
            }
            return text.trimmingSpaces
        }
        let name = String(try field("command").drop { $0 == "/" })
        let about = try field("description")
        let isNamed =
            (1...32).contains(name.count)
            && name.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "_") }
        guard isNamed else { throw BotFailure.badRequest("BOT_COMMAND_INVALID") }
        guard (1...256).contains(about.count) else { throw BotFailure.badRequest("BOT_COMMAND_DESCRIPTION_INVALID") }
        return ["command": .string(name), "description": .string(about)]
    }

    func deleteCommands(_ call: BotCall) throws -> JSON {
        var bot = try bot(call)
        bot.commands[try commandScope(call)] = nil
        try record(.bot(bot))
        return true
    }

    func commands(_ call: BotCall) throws -> JSON { try bot(call).commands[try commandScope(call)] ?? [] }

    /// The key of a list of commands: scope, chat with its member, and language.
    private func commandScope(_ call: BotCall) throws -> String {
        let scope: JSON
        do {
            scope = try call.parameters.json("scope") ?? ["type": "default"]
        } catch {
            throw BotFailure.badRequest("can't parse BotCommandScope JSON object")
        }
        let beginning = "can't parse BotCommandScope: "
        guard case .object = scope else { throw BotFailure.badRequest(beginning + "BotCommandScope must be an Object") }
        let type = scope["type"]?.string ?? ""
        var place = ""
        switch type {
        case "default", "all_private_chats", "all_group_chats", "all_chat_administrators": break
        case "chat", "chat_administrators", "chat_member":
            guard let text = scope["chat_id"].map({ $0.string ?? $0.text }), !text.isEmpty else {
                throw BotFailure.badRequest(beginning + "Empty chat_id specified")
            }
            let dialog = try chat(text, of: call.bot)
            guard type == "chat" || state.groups[dialog.chat] != nil else {
                throw BotFailure.badRequest("can't change commands in private chats")
            }
            place = String(dialog.chat)
            if type == "chat_member" {
                guard let user = scope["user_id"].flatMap({ $0.int ?? Int($0.string ?? "") }), user > 0 else {
                    throw BotFailure.badRequest(beginning + "Invalid user_id specified")
                }
                place += ":\(user)"
            }
        default: throw BotFailure.badRequest(beginning + "Unsupported type specified")
        }
        return "\(type)/\(place)/\(call.parameters.string("language_code") ?? "")"
    }

    /// The commands a person sees: the narrowest scope first, in each the person's language first.
    func commandsShown(in dialog: DialogID, to person: Int) -> JSON {
        guard let bot = state.bots[dialog.bot] else { return [] }
        let language = state.persons[person]?.languageCode?.split(separator: "-").first ?? ""
        var scopes = ["chat/\(dialog.chat)", "all_private_chats/", "default/"]
        if let group = state.groups[dialog.chat] {
            let isAdministrator = group.standing(of: person).isAdministrator
            scopes = ["chat_member/\(group.id):\(person)"]
            if isAdministrator { scopes.append("chat_administrators/\(group.id)") }
            scopes.append("chat/\(group.id)")
            if isAdministrator { scopes.append("all_chat_administrators/") }
            scopes += ["all_group_chats/", "default/"]
        }
        for scope in scopes {
            for tag in [language, ""] {
                if let list = bot.commands["\(scope)/\(tag)"] { return list }
            }
        }
        return []
    }

    func setMenuButton(_ call: BotCall) throws -> JSON {
        let button = try call.parameters.json("menu_button") ?? ["type": "default"]
        guard ["commands", "default", "web_app"].contains(button["type"]?.string) else {
            throw BotFailure.badRequest("can't parse menu button: unsupported type")
        }
        var bot = try bot(call)
        bot.menuButtons[call.parameters.string("chat_id") ?? ""] = button
        try record(.bot(bot))
        return true
    }

    func menuButton(_ call: BotCall) throws -> JSON {
        let bot = try bot(call)
        return bot.menuButtons[call.parameters.string("chat_id") ?? ""] ?? bot.menuButtons[""] ?? ["type": "default"]
    }
}
