/// One call of a Bot API method.
struct BotCall: Sendable {
    let bot: Int
    /// Lower case: Telegram does not mind.
    let method: String
    let parameters: Parameters
}

/// What goes back to the bot's program.
struct BotReply: Sendable {
    let status: Int
    let json: JSON
    var retryAfter: Int?
    /// What a fault makes of the answer on its way.
    var nonsense: PlannedFault.Nonsense?
    var slowMilliseconds = 0
}

extension World {
    /// Runs a call with the faults planned for it and writes it into the log.
    ///
    /// - Throws: `LostConnection` when a fault takes the connection, before or after the effect.
    func call(token: String, method: String, parameters: Parameters) async throws -> BotReply {
        let start = time
        guard let bot = state.bot(token: token) else {
            let isToken = token.split(separator: ":").count == 2 && Int(token.prefix { $0 != ":" }) != nil
            let text = isToken ? "Unauthorized" : "Unauthorized: invalid token specified"
            return failed(BotFailure(code: 401, description: text))
        }
        let call = BotCall(bot: bot.id, method: method.lowercased(), parameters: parameters)
        let fault = faults.take(for: call.method)
        if let fault, fault.delayMilliseconds > 0 {
            try await Task.sleep(for: .milliseconds(fault.delayMilliseconds))
        }
        if fault?.drop == .before {
            try log(call, method, from: start, status: 0, mistake: "connection lost before the effect, as planned")
            throw LostConnection()
        }
        let planned = fault?.failure.map { failed($0) }
        var reply = if let planned { planned } else { try await answer(call) }
        if fault?.drop == .after {
            try log(call, method, from: start, status: 0, mistake: "connection lost after the effect, as planned")
            throw LostConnection()
        }
        reply.nonsense = fault?.nonsense
        reply.slowMilliseconds = fault?.slowMilliseconds ?? 0
        let isHalf = reply.nonsense == .garbage
        let mistake = isHalf ? "half of the answer was sent, as planned" : reply.json["description"]?.string
        try log(call, method, from: start, status: reply.status, mistake: mistake)
        return reply
    }

    private func answer(_ call: BotCall) async throws -> BotReply {
        do {
            let result = try await run(call)
            return BotReply(status: 200, json: ["ok": true, "result": result])
        } catch let failure as BotFailure {
            return failed(failure)
        } catch let mistake as JSONMistake {
            return failed(.badRequest("can't parse JSON at offset \(mistake.offset)"))
        }
    }

    private func failed(_ failure: BotFailure) -> BotReply {
        BotReply(status: failure.code, json: failure.json, retryAfter: failure.retryAfter)
    }

    private func log(_ call: BotCall, _ method: String, from start: Double, status: Int, mistake: String?) throws {
        let number = (state.calls.last?.number ?? 0) + 1
        let took = Int((time - start) * 1_000)
        let json = JSON.fields([
            "number": .integer(number), "time": .number(start), "milliseconds": .integer(took),
            "bot": .optional(state.bots[call.bot]?.username), "method": .string(method),
            "parameters": call.parameters.logged, "status": .integer(status), "description": .optional(mistake),
        ])
        try record(.call(LoggedCall(number: number, json: json)))
    }
}
