/// Methods by which a bot pins messages.
extension World {
    private func pinnableChat(_ call: BotCall) throws -> DialogID {
        let dialog = try writableChat(call)
        guard state.groups[dialog.chat]?.standing(of: call.bot).isAdministrator != false else {
            throw BotFailure.badRequest("not enough rights to manage pinned messages in the chat")
        }
        return dialog
    }

    func pin(_ call: BotCall) throws -> JSON {
        let dialog = try pinnableChat(call)
        guard let id = call.parameters.int("message_id"), let message = state.dialogs[dialog]?.messages[id] else {
            throw BotFailure.badRequest("message to pin not found")
        }
        guard !message.isService else { throw BotFailure.badRequest("service messages can't be pinned") }
        let others = (state.dialogs[dialog]?.pinned ?? []).filter { $0 != id }
        var shown = message.forBot
        shown["reply_to_message"] = nil
        let notice = try draft(
            ["pinned_message": shown],
            from: bot(call).user,
            in: dialog,
            markup: nil,
            isFromBot: true
        )
        // A bot hears of its own pinning, as of few things that it does itself.
        let news = update("message", notice.forBot, for: call.bot)
        let changes = [
            .pinned(dialog, messages: others + [id]), .message(dialog, notice),
            event(.sent, notice.forPerson, in: dialog), news,
        ]
        try record(changes.compactMap { $0 })
        bells.ring(.chat(dialog))
        bells.ring(.updates(bot: call.bot))
        return true
    }

    /// Without a number the last pinned message is meant.
    func unpin(_ call: BotCall) throws -> JSON {
        let dialog = try pinnableChat(call)
        let pinned = state.dialogs[dialog]?.pinned ?? []
        let id = call.parameters.int("message_id") ?? pinned.last
        guard let id, state.dialogs[dialog]?.messages[id] != nil else {
            throw BotFailure.badRequest("message to unpin not found")
        }
        try record(.pinned(dialog, messages: pinned.filter { $0 != id }))
        bells.ring(.chat(dialog))
        return true
    }

    func unpinAll(_ call: BotCall) throws -> JSON {
        try record(.pinned(pinnableChat(call), messages: []))
        return true
    }
}
