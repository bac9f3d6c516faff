/// Updates wait for a bot's program until it confirms them, 24 hours at most.
extension World {
    /// Kinds that come only when asked for.
    private static let unusualKinds: Set<String> = ["chat_member", "message_reaction", "message_reaction_count"]

    /// The update as a change; nil when the bot does not want its kind.
    func update(_ kind: String, _ content: JSON, for botID: Int) -> Change? {
        guard let bot = state.bots[botID] else { return nil }
        let wanted = bot.allowedUpdates ?? []
        guard wanted.isEmpty ? !Self.unusualKinds.contains(kind) : wanted.contains(kind) else { return nil }
        let id = bot.nextUpdateID
        return .update(
            bot: botID,
            Update(id: id, date: now, json: .object(["update_id": .integer(id), kind: content]))
        )
    }

    /// `getUpdates`: confirms, then waits for something to tell.
    func updates(_ call: BotCall) async throws -> JSON {
        let limit = min(max(call.parameters.int("limit") ?? 100, 1), 100)
        // 50 s is where Telegram's server cuts a longer wish.
        let timeout = min(max(call.parameters.int("timeout") ?? 0, 0), 50)
        let deadline = ContinuousClock.now.advanced(by: .seconds(timeout))
        let poll = nextSerial()
        currentPolls[call.bot] = poll
        bells.ring(.updates(bot: call.bot))
        defer { if currentPolls[call.bot] == poll { currentPolls[call.bot] = nil } }
        try setAllowedUpdates(call)
        try confirm(call, offset: call.parameters.int("offset") ?? 0)
        while true {
            let waiting = try bot(call).updates.prefix(limit)
            if !waiting.isEmpty || isClosing || ContinuousClock.now >= deadline {
                return .array(waiting.map(\.json))
            }
            try await wait(for: .updates(bot: call.bot), until: deadline)
            guard currentPolls[call.bot] == poll else {
                throw BotFailure(
                    code: 409,
                    description: "Conflict: terminated by other getUpdates request; "
                        + "make sure that only one bot instance is running"
                )
            }
        }
    }

    private func setAllowedUpdates(_ call: BotCall) throws {
        guard let list = try call.parameters.json("allowed_updates")?.array else { return }
        var bot = try bot(call)
        let wanted = list.compactMap(\.string)
        guard bot.allowedUpdates != wanted else { return }
        bot.allowedUpdates = wanted
        try record(.bot(bot))
    }

    /// Forgets what lies below the offset and what is too old; a negative offset keeps that many from the end.
    private func confirm(_ call: BotCall, offset: Int) throws {
        let updates = try bot(call).updates
        let oldest = now - State.Kept.updateSeconds
        var below = (updates.last { $0.date < oldest }?.id ?? -1) + 1
        if offset > 0 { below = max(below, offset) }
        if offset < 0, updates.count > -offset { below = max(below, updates[updates.count + offset].id) }
        if let first = updates.first, first.id < below { try record(.confirmed(bot: call.bot, below: below)) }
    }

    /// Makes the next update ids jump, as Telegram's may after a quiet week.
    func jump(by count: Int, bots: [Bot]) throws {
        for var bot in bots {
            bot.nextUpdateID += count
            try record(.bot(bot))
        }
    }
}
