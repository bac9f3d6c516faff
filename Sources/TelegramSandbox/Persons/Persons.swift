import Kernel

/// Making persons and bots, and finding the chat that a call of the person's side means.
extension World {
    func createPerson(_ parameters: Parameters) throws -> JSON {
        let firstName = (parameters.string("first_name") ?? "").trimmingSpaces
        guard (1...64).contains(firstName.count) else { throw PersonFailure("first_name needs 1 to 64 characters") }
        let username = try username(parameters, isRequired: false)
        // Numbers of people begin above 10^8, as most of Telegram's do.
        let id = (state.persons.keys.max() ?? 700_000_000) + Int.random(in: 1...97)
        let phone = parameters.string("phone") ?? "7700\(String(id).suffix(7))"
        guard (7...16).contains(phone.count), phone.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == "+") }) else {
            throw PersonFailure("phone needs 7 to 15 digits, with or without a plus")
        }
        let person = Person(
            id: id,
            firstName: firstName,
            lastName: parameters.string("last_name"),
            username: username,
            languageCode: parameters.string("language_code"),
            phone: phone
        )
        try record(.person(person))
        return person.user
    }

    func persons() -> JSON { .array(state.persons.values.sorted { $0.id < $1.id }.map(\.user)) }

    func createBot(_ parameters: Parameters) throws -> JSON {
        guard let username = try username(parameters, isRequired: true) else {
            throw PersonFailure("username is missing")
        }
        guard state.bot(name: username) == nil else { throw PersonFailure(409, "a bot named \(username) exists") }
        let id = (state.bots.keys.max() ?? 600_000_000) + Int.random(in: 1...97)
        let bot = Bot(
            id: id,
            token: "\(id):AA\(base64url(randomBytes(24)))0",
            username: username,
            firstName: parameters.string("first_name") ?? username,
            // Telegram begins anywhere; a client that takes 1 for the first id is wrong.
            nextUpdateID: Int.random(in: 100_000_000...900_000_000),
            canJoinGroups: parameters.string("can_join_groups") == nil || parameters.bool("can_join_groups"),
            readsAllMessages: parameters.bool("can_read_all_group_messages")
        )
        try record(.bot(bot))
        return [
            "token": .string(bot.token), "id": .integer(id), "username": .string(username),
            "first_name": .string(bot.firstName),
        ]
    }

    func bots() -> JSON { .array(state.bots.values.sorted { $0.id < $1.id }.map(\.user)) }

    private func username(_ parameters: Parameters, isRequired: Bool) throws -> String? {
        var name = parameters.string("username") ?? ""
        if name.hasPrefix("@") { name.removeFirst() }
        if name.isEmpty, !isRequired { return nil }
        let isValid =
            (3...32).contains(name.count) && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
        guard isValid else { throw PersonFailure("username needs 3 to 32 Latin letters, digits or underscores") }
        return name
    }

    func person(_ text: some StringProtocol) throws -> Person {
        guard let id = Int(text), let person = state.persons[id] else {
            throw PersonFailure(404, "there is no person \(text)")
        }
        return person
    }

    /// Switches privacy mode, as one does in Telegram by writing /setprivacy to BotFather.
    func setPrivacy(_ parameters: Parameters) throws -> JSON {
        var bot = try bot(named: parameters)
        guard parameters.string("enabled") != nil else { throw PersonFailure("enabled is missing") }
        bot.readsAllMessages = !parameters.bool("enabled")
        try record(.bot(bot))
        return ["enabled": .bool(!bot.readsAllMessages)]
    }
}
