/// Where a call of the person's side acts, and as whom.
struct Place: Sendable {
    let dialog: DialogID
    let person: Person
}

extension World {
    /// The place that a chat's number, `bot` and, in a group, `from` name.
    func place(_ chat: String, _ parameters: Parameters) throws -> Place {
        let dialog = try dialog(chat, parameters)
        guard let group = state.groups[dialog.chat] else {
            return Place(dialog: dialog, person: try person(chat))
        }
        if let successor = group.successor { throw PersonFailure("the group became the supergroup \(successor)") }
        guard let from = parameters.string("from"), !from.isEmpty else {
            throw PersonFailure("from is missing: give the number of the member who acts")
        }
        let person = try person(from)
        guard group.standing(of: person.id).isPresent else {
            throw PersonFailure(403, "\(person.firstName) is not in this group")
        }
        return Place(dialog: dialog, person: person)
    }

    /// A chat to read: a person's with the bot that `bot` names, or a group.
    func dialog(_ chat: String, _ parameters: Parameters) throws -> DialogID {
        if chat.hasPrefix("-") {
            let group = try group(chat)
            if parameters.string("bot") ?? "" != "", try bot(named: parameters).id != group.bot {
                throw PersonFailure("this bot is not in the group \(group.title)")
            }
            return group.dialog
        }
        let person = try person(chat)
        return DialogID(bot: try bot(named: parameters).id, chat: person.id)
    }

    /// The bot that `bot` names.
    func bot(named parameters: Parameters) throws -> Bot {
        guard let name = parameters.string("bot").map({ $0.drop { $0 == "@" } }), !name.isEmpty else {
            throw PersonFailure("bot is missing: give the bot's username")
        }
        guard let bot = state.bot(name: String(name)) else { throw PersonFailure(404, "there is no bot named \(name)") }
        return bot
    }

    /// The message of a chat that `message_id` names.
    func message(_ parameters: Parameters, in dialog: DialogID, field: String = "message_id") throws -> Message {
        guard let id = parameters.int(field) else { throw PersonFailure("\(field) is missing") }
        guard let message = state.dialogs[dialog]?.messages[id] else {
            throw PersonFailure(404, "there is no message \(id) in this chat")
        }
        return message
    }
}
