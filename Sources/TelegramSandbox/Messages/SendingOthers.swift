/// Methods by which a bot sends what is neither text nor a file.
extension World {
    private func send(_ content: [String: JSON?], _ call: BotCall) throws -> JSON {
        let dialog = try openChat(call)
        let markup = try ReplyMarkup.read(call.parameters)
        var content = content
        content["reply_to_message"] = try repliedMessage(call.parameters, in: dialog)
        return try post(content, from: bot(call), in: writableChat(call), markup: markup).forBot
    }

    private func required(_ name: String, _ call: BotCall) throws -> String {
        guard let value = call.parameters.string(name), !value.isEmpty else {
            throw BotFailure.badRequest("parameter \"\(name)\" is required")
        }
        return value
    }

    private func location(_ call: BotCall) throws -> JSON {
        func degrees(_ name: String, upTo limit: Double) throws -> JSON {
            guard let value = call.parameters.double(name) else { throw BotFailure.badRequest("\(name) is empty") }
            guard abs(value) <= limit else { throw BotFailure.badRequest("wrong \(name) specified") }
            return .number(value)
        }
        return ["latitude": try degrees("latitude", upTo: 90), "longitude": try degrees("longitude", upTo: 180)]
    }

    func sendLocation(_ call: BotCall) throws -> JSON {
        guard call.parameters.int("live_period") ?? 0 == 0 else {
            throw BotFailure.badRequest("live locations are not supported by the sandbox")
        }
        return try send(["location": location(call)], call)
    }

    func sendVenue(_ call: BotCall) throws -> JSON {
        let place = try location(call)
        let venue: JSON = [
            "location": place, "title": .string(try required("title", call)),
            "address": .string(try required("address", call)),
        ]
        return try send(["venue": venue, "location": place], call)
    }

    func sendContact(_ call: BotCall) throws -> JSON {
        let contact = JSON.fields([
            "phone_number": .string(try required("phone_number", call)),
            "first_name": .string(try required("first_name", call)),
            "last_name": .optional(call.parameters.string("last_name")),
            "vcard": .optional(call.parameters.string("vcard")),
        ])
        return try send(["contact": contact], call)
    }

    func sendDice(_ call: BotCall) throws -> JSON {
        let sides = ["🎲": 6, "🎯": 6, "🎳": 6, "🏀": 5, "⚽": 5, "🎰": 64]
        let emoji = (call.parameters.string("emoji") ?? "🎲").replacing("\u{FE0F}", with: "")
        guard let count = sides[emoji] else { throw BotFailure.badRequest("EMOTICON_INVALID") }
        return try send(["dice": ["emoji": .string(emoji), "value": .integer(Int.random(in: 1...count))]], call)
    }

    /// `sendPoll`; nobody can vote here, which the page says.
    func sendPoll(_ call: BotCall) throws -> JSON {
        let question = try required("question", call).trimmingSpaces
        guard !question.isEmpty else { throw BotFailure.badRequest("text must be non-empty") }
        guard question.unicodeScalars.count <= 300 else {
            throw BotFailure.badRequest("poll question length must not exceed 300")
        }
        guard let options = try call.parameters.json("options")?.array else {
            throw BotFailure.badRequest("expected an Array of String as options")
        }
        guard options.count >= 2 else { throw BotFailure.badRequest("poll must have at least 2 option") }
        guard options.count <= 12 else { throw BotFailure.badRequest("poll can't have more than 12 options") }
        let texts = try options.map { option in
            guard let text = option.string ?? option["text"]?.string else {
                throw BotFailure.badRequest("expected an option to be of type String")
            }
            guard (1...100).contains(text.trimmingSpaces.unicodeScalars.count) else {
                throw BotFailure.badRequest("poll options length must not exceed 100")
            }
            return text.trimmingSpaces
        }
        let type = call.parameters.string("type") ?? "regular"
        guard type == "regular" || type == "quiz" else {
            throw BotFailure.badRequest("unsupported poll type specified")
        }
        let correct = call.parameters.int("correct_option_id")
        if type == "quiz", correct.map(texts.indices.contains) != true {
            throw BotFailure.badRequest("wrong correct option ID specified")
        }
        let shown = texts.enumerated().map { index, text in
            JSON.object(["text": .string(text), "voter_count": 0, "persistent_id": .string(String(index + 1))])
        }
        let isAnonymous = call.parameters.string("is_anonymous") == nil || call.parameters.bool("is_anonymous")
        let poll = JSON.fields([
            "id": .string(String(nextSerial() * 1_000)), "question": .string(question), "options": .array(shown),
            "total_voter_count": 0, "is_closed": .bool(call.parameters.bool("is_closed")),
            "is_anonymous": .bool(isAnonymous), "type": .string(type),
            "allows_multiple_answers": .bool(call.parameters.bool("allows_multiple_answers")),
            "allows_revoting": .bool(type == "regular"), "members_only": false,
            "correct_option_id": type == "quiz" ? .optional(correct) : nil,
        ])
        return try send(["poll": poll], call)
    }

    func stopPoll(_ call: BotCall) throws -> JSON {
        let dialog = try openChat(call)
        guard let id = call.parameters.int("message_id"), let message = state.dialogs[dialog]?.messages[id] else {
            throw BotFailure.badRequest("message with poll to stop not found")
        }
        guard message.isFromBot, let poll = message.json["poll"] else {
            throw BotFailure.badRequest("message can't be edited")
        }
        guard poll["is_closed"] != true else { throw BotFailure.badRequest("poll has already been closed") }
        var stopped = message
        stopped.json["poll"]?["is_closed"] = true
        stopped.markup = try ReplyMarkup.readInline(call.parameters)
        _ = try replace(message, with: stopped, in: dialog, kind: .edited)
        return stopped.json["poll"] ?? .null
    }
}
