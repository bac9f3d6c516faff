import Testing

@testable import TelegramSandbox

@Suite struct `Reactions` {
    private func reactionUpdates(_ play: Playground) async throws -> [JSON] {
        (try await play.bot("getUpdates").result.array ?? []).compactMap { $0["message_reaction"] }
    }

    @Test func `of a person reach a bot that asked for them`() async throws {
        try await Playground.play { play async throws in
            let id = try #require(try await play.say("Нравится?").result["message_id"])
            _ = try await play.act("reaction", ["message_id": id, "reaction": "👍"])
            #expect(try await reactionUpdates(play) == [])
            _ = try await play.bot("getUpdates", ["allowed_updates": ["message", "message_reaction"]])
            // Keyboards write the heart with a variation selector, Telegram without.
            let shown = try await play.act("reaction", ["message_id": id, "reaction": "❤️"]).json
            #expect(shown["reactions"] == [["type": "emoji", "emoji": "❤", "from": [.integer(play.person)]]])
            _ = try await play.act("reaction", ["message_id": id, "reaction": ""])
            let updates = try await reactionUpdates(play)
            #expect(updates.map { $0["old_reaction"]?.array?.first?["emoji"] } == ["👍", "❤"])
            #expect(updates.map { $0["new_reaction"] } == [[["type": "emoji", "emoji": "❤"]], []])
            #expect(updates.first?["user"]?["id"]?.int == play.person)
            #expect(updates.first?["message_id"] == id)
            let events =
                try await play.get("/sandbox/chats/\(play.person)/events?bot=test_bot&after=0").json.array ?? []
            #expect(events.filter { $0["kind"] == "reaction" }.count == 3)
            #expect(try await play.act("reaction", ["message_id": id, "reaction": "🪣"]).status == 400)
            #expect(try await play.act("reaction", ["message_id": 99, "reaction": "👍"]).status == 404)
        }
    }

    @Test func `in a group reach administrators only`() async throws {
        for isAdministrator in [false, true] {
            try await Gathering.meet(["bot_is_administrator": .bool(isAdministrator)]) { group async throws in
                let id = try await group.write("смотрите", as: group.boris)["message_id"] ?? 0
                for person in [group.boris, group.vera] {
                    _ = try await group.act("reaction", as: person, ["message_id": id, "reaction": "🎉"])
                }
                let heard = try await group.news().compactMap { $0["message_reaction"]?["user"]?["id"]?.int }
                #expect(heard == (isAdministrator ? [group.boris, group.vera] : []))
                let messages = try await group.play.get("/sandbox/chats/\(group.id)/messages").json.array ?? []
                let reaction = messages.first { $0["message_id"] == id }?["reactions"]?.array?.first
                #expect(reaction?["from"]?.array?.count == 2)
            }
        }
    }

    @Test func `of a bot are seen by the person`() async throws {
        try await Playground.play { play async throws in
            let id = try #require(try await play.write("готово").json["message_id"])
            func react(_ reaction: JSON) async throws -> Playground.Answer {
                try await play.bot(
                    "setMessageReaction",
                    ["chat_id": .integer(play.person), "message_id": id, "reaction": reaction]
                )
            }
            #expect(try await react([["type": "emoji", "emoji": "👀"]]).result == true)
            #expect(try await play.messages().last?["reactions"]?.array?.first?["emoji"] == "👀")
            for (reaction, mistake) in [
                ([["type": "emoji", "emoji": "🪣"]] as JSON, "REACTION_INVALID"),
                ([["type": "emoji", "emoji": "👀"], ["type": "emoji", "emoji": "👍"]], "REACTIONS_TOO_MANY"),
                ([["type": "star"]], "can't parse ReactionType: invalid reaction type specified"),
                (["👍"], "can't parse ReactionType: expected an Object"),
                ("👍", "can't parse reaction types JSON object"), ([:], "expected an Array of ReactionType"),
            ] {
                #expect(try await react(reaction).description == "Bad Request: \(mistake)")
            }
            #expect(try await react([]).result == true)
            #expect(try await play.messages().last?["reactions"] == nil)
            let none = try await play.bot("setMessageReaction", ["chat_id": .integer(play.person), "message_id": 99])
            #expect(none.description == "Bad Request: message to react not found")
        }
    }

    @Test func `and edits of a person reach the bot as edited_message`() async throws {
        try await Playground.play { play async throws in
            let text = try await play.write("позвоню в 5").json["message_id"] ?? 0
            let file = try await play.sendFile([1], name: "a.txt", kind: "document", [("caption", "смета")]).json
            _ = try await play.act("edit", ["message_id": text, "text": "позвоню в 6"])
            _ = try await play.act("edit", ["message_id": file["message_id"] ?? 0, "text": "новая смета"])
            let edited = (try await play.bot("getUpdates").result.array ?? []).compactMap { $0["edited_message"] }
            #expect(edited.compactMap { $0["text"] ?? $0["caption"] } == ["позвоню в 6", "новая смета"])
            #expect(edited.allSatisfy { $0["edit_date"] != nil })
            let own = try await play.say("моё").result["message_id"] ?? 0
            #expect(
                try await play.act("edit", ["message_id": own, "text": "x"]).error
                    == "a person edits their own texts and captions only"
            )
        }
    }
}
