/// What a bot says of itself: who it is, its commands and its menu button.
extension World {
    /// The bot that calls; gone when the sandbox was reset under a waiting call.
    func bot(_ call: BotCall) throws -> Bot {
        guard let bot = state.bots[call.bot] else { throw BotFailure.unauthorized }
        return bot
    }

    func me(_ call: BotCall) throws -> JSON {
        var user = try bot(call).user
        for field in [
            "can_join_groups", "can_read_all_group_messages", "supports_inline_queries", "can_connect_to_business",
            "has_main_web_app",
        ] { user[field] = false }
        return user
    }

    func setWebhook(_ call: BotCall) throws -> JSON {
        guard call.parameters.string("url") ?? "" == "" else {
            throw BotFailure.badRequest("bad webhook: the sandbox delivers updates by getUpdates only")
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
        guard let list = try call.parameters.json("commands")?.array else {
            throw BotFailure.badRequest("can't parse commands: expected an Array of BotCommand")
        }
        guard list.count <= 100 else { throw BotFailure.badRequest("BOT_COMMANDS_TOO_MUCH") }
        for item in list {
            let name = item["command"]?.string ?? ""
            let isNamed =
                (1...32).contains(name.count)
                && name.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "_") }
            guard isNamed else { throw BotFailure.badRequest("BOT_COMMAND_INVALID") }
            guard (1...256).contains((item["description"]?.string ?? "").count) else {
                throw BotFailure.badRequest("BOT_COMMAND_DESCRIPTION_INVALID")
            }
        }
        var bot = try bot(call)
        bot.commands[try commandScope(call.parameters)] = .array(list)
        try record(.bot(bot))
        return true
    }

    func deleteCommands(_ call: BotCall) throws -> JSON {
        var bot = try bot(call)
        bot.commands[try commandScope(call.parameters)] = nil
        try record(.bot(bot))
        return true
    }

    func commands(_ call: BotCall) throws -> JSON {
        try bot(call).commands[try commandScope(call.parameters)] ?? []
    }

    /// The key of a list of commands: scope, chat and language.
    private func commandScope(_ parameters: Parameters) throws -> String {
        let scope = try parameters.json("scope")
        let type = scope?["type"]?.string ?? "default"
        let chat = scope?["chat_id"]?.int.map { String($0) } ?? ""
        return "\(type)/\(chat)/\(parameters.string("language_code") ?? "")"
    }

    /// The commands a person sees: the narrowest scope first, in each the person's language first.
    func commandsShown(in dialog: DialogID) -> JSON {
        guard let bot = state.bots[dialog.bot] else { return [] }
        let language = state.persons[dialog.person]?.languageCode?.split(separator: "-").first ?? ""
        for scope in ["chat/\(dialog.person)", "all_private_chats/", "default/"] {
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
