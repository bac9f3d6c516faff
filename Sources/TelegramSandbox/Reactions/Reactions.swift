/// Reactions of persons and bots to messages.
enum Reactions {
    /// The emoji that everybody may react with.
    static let known: Set<String> = [
        "👍", "👎", "❤", "🔥", "🥰", "👏", "😁", "🤔", "🤯", "😱", "🤬", "😢", "🎉", "🤩", "🤮", "💩", "🙏", "👌", "🕊",
        "🤡", "🥱", "🥴", "😍", "🐳", "❤‍🔥", "🌚", "🌭", "💯", "🤣", "⚡", "🍌", "🏆", "💔", "🤨", "😐", "🍓", "🍾", "💋",
        "🖕", "😈", "😴", "😭", "🤓", "👻", "👨‍💻", "👀", "🎃", "🙈", "😇", "😨", "🤝", "✍", "🤗", "🫡", "🎅", "🎄", "☃",
        "💅", "🤪", "🗿", "🆒", "💘", "🙉", "🦄", "😘", "💊", "🙊", "😎", "👾", "🤷‍♂", "🤷", "🤷‍♀", "😡",
    ]

    /// An emoji as a `ReactionType`; keyboards write some of them with a variation selector, Telegram without.
    static func type(_ emoji: String) -> JSON? {
        let plain = String(String.UnicodeScalarView(emoji.unicodeScalars.filter { $0 != "\u{FE0F}" }))
        return known.contains(plain) ? ["type": "emoji", "emoji": .string(plain)] : nil
    }
}

extension World {
    /// The person reacts, or takes the reaction back with an empty text.
    func react(_ place: Place, _ parameters: Parameters) throws -> JSON {
        let dialog = place.dialog
        try checkNotBlocked(dialog)
        let message = try message(parameters, in: dialog)
        let wanted = try reactions(of: place.person, parameters)
        let old = message.reactions[place.person.id] ?? []
        guard wanted != old else { return message.forPerson }
        let content: JSON = [
            "chat": try chat(of: dialog), "message_id": .integer(message.id), "user": place.person.user,
            "date": .integer(now), "old_reaction": .array(old), "new_reaction": .array(wanted),
        ]
        // In a group only administrators hear of reactions.
        let isHeard = state.groups[dialog.chat].map { $0.standing(of: dialog.bot) == .administrator } ?? true
        return try set(
            wanted,
            of: place.person.id,
            on: message,
            in: dialog,
            isHeard ? update("message_reaction", content, for: dialog.bot) : nil
        )
    }

    private func reactions(of person: Person, _ parameters: Parameters) throws -> [JSON] {
        var emoji: [String] = []
        switch parameters.values["reaction"] {
        case .string(let text)? where text.hasPrefix("["), .string(let text)? where text.hasPrefix("{"):
            emoji = try (JSON(parsing: text).array ?? []).compactMap { $0.string ?? $0["emoji"]?.string }
        case .string(let text)?: emoji = text.isEmpty ? [] : [text]
        case .array(let list)?: emoji = list.compactMap { $0.string ?? $0["emoji"]?.string }
        case .object(let fields)?: emoji = [fields["emoji"]?.string ?? ""]
        case nil, .null?: throw PersonFailure("reaction is missing: an emoji, or an empty text to take it back")
        default: throw PersonFailure("reaction is an emoji")
        }
        // Without Premium a person has one reaction to a message.
        guard emoji.count <= 1 else { throw PersonFailure("a person gives one reaction to a message") }
        return try emoji.map { text in
            guard let type = Reactions.type(text) else { throw PersonFailure("Telegram has no reaction \(text)") }
            return type
        }
    }

    /// `setMessageReaction`.
    func setReaction(_ call: BotCall) throws -> JSON {
        let list: JSON?
        do {
            list = try call.parameters.json("reaction")
        } catch {
            throw BotFailure.badRequest("can't parse reaction types JSON object")
        }
        guard let types = list.map({ $0.array }) ?? [] else {
            throw BotFailure.badRequest("expected an Array of ReactionType")
        }
        let wanted = try types.map { try reaction($0) }
        let dialog = try writableChat(call)
        guard let id = call.parameters.int("message_id"), let message = state.dialogs[dialog]?.messages[id] else {
            throw BotFailure.badRequest("message to react not found")
        }
        guard wanted.count <= 1 else { throw BotFailure.badRequest("REACTIONS_TOO_MANY") }
        if wanted != message.reactions[call.bot] ?? [] {
            _ = try set(wanted, of: call.bot, on: message, in: dialog, nil)
        }
        return true
    }

    private func reaction(_ json: JSON) throws -> JSON {
        let beginning = "can't parse ReactionType: "
        guard case .object = json else { throw BotFailure.badRequest(beginning + "expected an Object") }
        guard let type = json["type"]?.string else {
            throw BotFailure.badRequest(beginning + "Can't find field \"type\"")
        }
        switch type {
        case "emoji":
            guard let emoji = json["emoji"]?.string else {
                throw BotFailure.badRequest(beginning + "Can't find field \"emoji\"")
            }
            guard let known = Reactions.type(emoji) else { throw BotFailure.badRequest("REACTION_INVALID") }
            return known
        // Custom emoji must be on the message already or be allowed by the chat, which none here is.
        case "custom_emoji": throw BotFailure.badRequest("REACTION_INVALID")
        default: throw BotFailure.badRequest(beginning + "invalid reaction type specified")
        }
    }

    private func set(
        _ reactions: [JSON],
        of user: Int,
        on message: Message,
        in dialog: DialogID,
        _ update: Change?
    ) throws -> JSON {
        var changed = message
        changed.reactions[user] = reactions.isEmpty ? nil : reactions
        let changes = [.message(dialog, changed), event(.reaction, changed.forPerson, in: dialog), update]
        try record(changes.compactMap { $0 })
        bells.ring(.chat(dialog))
        if update != nil { bells.ring(.updates(bot: dialog.bot)) }
        return changed.forPerson
    }
}

extension Message {
    /// What the person's side shows: each emoji with those who gave it, the most given first.
    var reactionsShown: JSON? {
        guard !reactions.isEmpty else { return nil }
        var givers: [String: [Int]] = [:]
        for (user, types) in reactions {
            for type in types { givers[type["emoji"]?.string ?? "", default: []].append(user) }
        }
        let sorted = givers.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
        return .array(
            sorted.map { emoji, users in
                ["type": "emoji", "emoji": .string(emoji), "from": .array(users.sorted().map { .integer($0) })]
            }
        )
    }

    var reactionsRecord: JSON? {
        guard !reactions.isEmpty else { return nil }
        return .object(Dictionary(uniqueKeysWithValues: reactions.map { (String($0.key), .array($0.value)) }))
    }

    mutating func readReactions(_ record: JSON?) {
        for (user, types) in record?.object ?? [:] {
            if let user = Int(user), let types = types.array { reactions[user] = types }
        }
    }
}
