/// Presses of inline buttons and the bot's answers to them.
extension World {
    /// How long a bot may take; later Telegram says that the query is too old.
    private static let answerSeconds = 15
    /// How long `press` waits for the answer.
    private static let pressSeconds = 10

    /// The person presses a button and waits for what the bot says to it.
    func press(_ data: String, on messageID: Int, in place: Place) async throws -> JSON {
        let dialog = place.dialog
        guard let message = state.dialogs[dialog]?.messages[messageID] else {
            throw PersonFailure(404, "there is no message \(messageID) in this chat")
        }
        guard state.dialogs[dialog]?.isBlocked != true else {
            throw PersonFailure("the person has blocked this bot")
        }
        let rows = message.markup?["inline_keyboard"]?.array ?? []
        guard rows.contains(where: { $0.array?.contains { $0["callback_data"]?.string == data } == true }) else {
            throw PersonFailure("message \(messageID) has no button with this callback_data")
        }
        let query = CallbackQuery(
            id: String(nextSerial() * 1_000 + abs(dialog.chat) % 1_000),
            dialog: dialog,
            date: now
        )
        let content = JSON.fields([
            "id": .string(query.id), "from": place.person.user, "message": message.forBot, "data": .string(data),
            "chat_instance": .string(String(dialog.bot &* 31 &+ dialog.chat)),
        ])
        let changes = [.query(query), update("callback_query", content, for: dialog.bot)].compactMap { $0 }
        try record(changes)
        bells.ring(.updates(bot: dialog.bot))
        let deadline = ContinuousClock.now.advanced(by: .seconds(Self.pressSeconds))
        while !isClosing, ContinuousClock.now < deadline {
            guard let current = state.queries[query.id] else { break }
            if var answer = current.answer {
                answer["answered"] = true
                return answer
            }
            try await wait(for: .query(query.id), until: deadline)
        }
        return ["answered": false]
    }

    func answerCallbackQuery(_ call: BotCall) throws -> JSON {
        guard let id = call.parameters.string("callback_query_id"), var query = state.queries[id],
            query.dialog.bot == call.bot, query.answer == nil, now - query.date <= Self.answerSeconds
        else {
            throw BotFailure.badRequest("query is too old and response timeout expired or query ID is invalid")
        }
        let text = call.parameters.string("text") ?? ""
        guard text.count <= 200 else { throw BotFailure.badRequest("MESSAGE_TOO_LONG") }
        query.answer = .fields([
            "text": text.isEmpty ? nil : .string(text), "show_alert": .bool(call.parameters.bool("show_alert")),
            "url": .optional(call.parameters.string("url")),
        ])
        try record(.query(query))
        bells.ring(.query(id))
        return true
    }
}
