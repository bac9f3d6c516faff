import Testing

@testable import TelegramSandbox

@Suite struct `A bot writes` {
    @Test func `and both sides see the same message`() async throws {
        try await Playground.play { play async throws in
            let sent = try await play.say("Привет, <b>мир</b>!", ["parse_mode": "HTML"])
            #expect(sent.result["message_id"] == 2)
            #expect(sent.result["text"] == "Привет, мир!")
            #expect(sent.result["entities"] == [["type": "bold", "offset": 8, "length": 3]])
            #expect(try await play.messages().last == sent.result)
        }
    }

    @Test(arguments: [
        ("", "Bad Request: message text is empty"), ("   ", "Bad Request: text must be non-empty"),
        (String(repeating: "ы", count: 4_097), "Bad Request: message is too long"),
    ])
    func `no text that Telegram refuses`(text: String, mistake: String) async throws {
        try await Playground.play { play async throws in
            let answer = try await play.say(text)
            #expect(answer.status == 400)
            #expect(answer.description == mistake)
        }
    }

    @Test func `the longest text that is allowed, counted without its markup`() async throws {
        try await Playground.play { play async throws in
            let long = String(repeating: "ы", count: 4_096)
            let answer = try await play.say("<b>\(long)</b>", ["parse_mode": "HTML"])
            #expect(answer.status == 200)
        }
    }

    @Test func `only to those who have started it`() async throws {
        try await Playground.play { play async throws in
            let stranger = try await play.post("/sandbox/users", ["first_name": "Пётр"]).json["id"]?.int ?? 0
            for chat in [stranger, 5] {
                let answer = try await play.bot("sendMessage", ["chat_id": .integer(chat), "text": "?"])
                #expect(answer.description == "Bad Request: chat not found")
            }
            #expect(try await play.bot("sendMessage", ["text": "?"]).description == "Bad Request: chat_id is empty")
        }
    }

    @Test func `nothing to those who have blocked it, until they return`() async throws {
        try await Playground.play { play async throws in
            #expect(try await play.act("block").json["blocked"] == true)
            let refused = try await play.say("ау")
            #expect(refused.status == 403)
            #expect(refused.description == "Forbidden: bot was blocked by the user")
            #expect(try await play.write("я").status == 403)
            _ = try await play.act("unblock")
            #expect(try await play.say("ау").status == 200)
            let kinds = (try await play.bot("getUpdates").result.array ?? []).compactMap {
                $0["my_chat_member"]?["new_chat_member"]?["status"]?.string
            }
            #expect(kinds == ["kicked", "member"])
        }
    }

    @Test func `and edits in place, unless nothing changes`() async throws {
        try await Playground.play { play async throws in
            let id = try #require(try await play.say("10 %").result["message_id"])
            let where_: [String: JSON] = ["chat_id": .integer(play.person), "message_id": id]
            func edit(_ text: JSON) async throws -> Playground.Answer {
                try await play.bot("editMessageText", .object(where_.merging(["text": text]) { $1 }))
            }
            #expect(try await edit("20 %").result["edit_date"] != nil)
            let same = try await edit("20 %")
            #expect(
                same.description
                    == "Bad Request: message is not modified: specified new message content and reply markup are exactly "
                    + "the same as a current content and reply markup of the message"
            )
            #expect(try await play.messages().last?["text"] == "20 %")
            let person = try await play.bot(
                "editMessageText",
                ["chat_id": .integer(play.person), "message_id": 1, "text": "x"]
            )
            #expect(person.description == "Bad Request: message can't be edited")
            let none = try await play.bot(
                "editMessageText",
                ["chat_id": .integer(play.person), "message_id": 99, "text": "x"]
            )
            #expect(none.description == "Bad Request: message to edit not found")
        }
    }

    @Test func `and deletes what it wrote`() async throws {
        try await Playground.play { play async throws in
            let id = try #require(try await play.say("лишнее").result["message_id"])
            let request: JSON = ["chat_id": .integer(play.person), "message_id": id]
            #expect(try await play.bot("deleteMessage", request).result == true)
            let again = try await play.bot("deleteMessage", request)
            #expect(again.description == "Bad Request: message to delete not found")
            #expect(try await play.say("дальше").result["message_id"] == 3)
        }
    }

    @Test func `an answer to a message`() async throws {
        try await Playground.play { play async throws in
            let reply = try await play.say("да", ["reply_parameters": ["message_id": 1]])
            #expect(reply.result["reply_to_message"]?["text"] == "/start")
            let lost = try await play.say("да", ["reply_parameters": ["message_id": 77]])
            #expect(lost.description == "Bad Request: message to be replied not found")
        }
    }

    @Test func `and copies and forwards`() async throws {
        try await Playground.play { play async throws in
            let from: JSON = ["chat_id": .integer(play.person), "from_chat_id": .integer(play.person), "message_id": 1]
            #expect(try await play.bot("copyMessage", from).result == ["message_id": 2])
            let forwarded = try await play.bot("forwardMessage", from).result
            #expect(forwarded["forward_origin"]?["sender_user"]?["id"]?.int == play.person)
            #expect(forwarded["text"] == "/start")
        }
    }

    @Test func `and the one who follows the chat hears of every change`() async throws {
        try await Playground.play { play async throws in
            let path = "/sandbox/chats/\(play.person)/events?bot=test_bot&wait=20&after="
            let first = try #require(try await play.get(path + "0").json.array?.first)
            #expect(first["kind"] == "sent")
            async let waiting = play.get(path + "1")
            let id = try #require(try await play.say("раз").result["message_id"])
            #expect(try await waiting.json.array?.first?["message"]?["text"] == "раз")
            let place: [String: JSON] = ["chat_id": .integer(play.person), "message_id": id]
            _ = try await play.bot("editMessageText", .object(place.merging(["text": "два"]) { $1 }))
            let keyboard: JSON = ["inline_keyboard": [[["text": "ок", "callback_data": "1"]]]]
            _ = try await play.bot("editMessageReplyMarkup", .object(place.merging(["reply_markup": keyboard]) { $1 }))
            _ = try await play.bot("deleteMessage", .object(place))
            let events = try await play.get(path + "2").json.array ?? []
            #expect(events.map { $0["kind"] } == ["edited", "keyboard", "deleted"])
            #expect(events.map { $0["event"] } == [3, 4, 5])
        }
    }

    @Test func `that it is typing, and the page shows it for a while`() async throws {
        try await Playground.play { play async throws in
            let request: JSON = ["chat_id": .integer(play.person), "action": "typing"]
            #expect(try await play.bot("sendChatAction", request).result == true)
            let path = "/sandbox/chats/\(play.person)/events?bot=test_bot&after=1"
            #expect(try await play.get(path + "&action=0").json.array?.first?["action"] == "typing")
            #expect(try await play.get(path).json == [])
            play.clock.advance(seconds: 6)
            #expect(try await play.get(path + "&action=0").json == [])
            let wrong = try await play.bot("sendChatAction", ["chat_id": .integer(play.person), "action": "dance"])
            #expect(wrong.status == 400)
        }
    }
}
