/// The names and descriptions that a bot gives itself, by language.
extension World {
    /// What may be set, with Telegram's limit and its error.
    private static let fields = [
        "name": (64, "BOT_NAME_INVALID"), "description": (512, "BOT_DESCRIPTION_INVALID"),
        "short_description": (120, "BOT_SHORT_DESCRIPTION_INVALID"),
    ]

    private func key(_ field: String, _ call: BotCall) throws -> String {
        let code = call.parameters.string("language_code") ?? ""
        guard code.isEmpty || (code.count == 2 && code.allSatisfy { ("a"..."z").contains($0) }) else {
            throw BotFailure.badRequest("invalid language code specified")
        }
        return "\(field)/\(code)"
    }

    /// `setMyName`, `setMyDescription`, `setMyShortDescription`; an empty text takes the setting back.
    func setProfile(_ field: String, _ call: BotCall) throws -> JSON {
        let text = (call.parameters.string(field) ?? "").trimmingSpaces
        let key = try key(field, call)
        if let (limit, mistake) = Self.fields[field], text.count > limit { throw BotFailure.badRequest(mistake) }
        var bot = try bot(call)
        bot.profile[key] = text.isEmpty ? nil : text
        try record(.bot(bot))
        return true
    }

    /// `getMyName` and its like: in the language asked for, else for everybody, else what the bot was made with.
    func profile(_ field: String, _ call: BotCall) throws -> JSON {
        let bot = try bot(call)
        let text =
            try bot.profile[key(field, call)] ?? bot.profile["\(field)/"] ?? (field == "name" ? bot.firstName : "")
        return .object([field: .string(text)])
    }

    /// What a person is shown, in their language where the bot has it.
    func profileText(_ field: String, of bot: Int, for person: Int) -> String? {
        let code = state.persons[person]?.languageCode?.prefix(2) ?? ""
        let profile = state.bots[bot]?.profile ?? [:]
        return profile["\(field)/\(code)"] ?? profile["\(field)/"]
    }

    /// `getUserProfilePhotos`: nobody here has a picture.
    func profilePhotos(_ call: BotCall) throws -> JSON {
        guard let id = call.parameters.int("user_id"), id > 0 else {
            throw BotFailure.badRequest("invalid user_id specified")
        }
        guard user(id) != nil else { throw BotFailure.badRequest("user not found") }
        return ["total_count": 0, "photos": []]
    }
}
