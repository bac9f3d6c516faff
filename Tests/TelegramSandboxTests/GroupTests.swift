import Testing

@testable import TelegramSandbox

@Suite struct `A group` {
    @Test(arguments: [("supergroup", "new_chat_members"), ("group", "group_chat_created")])
    func `is made and the bot learns where it is`(kind: String, notice: String) async throws {
        try await Playground.play { play async throws in
            let seen = try await play.bot("getUpdates").result.array?.last?["update_id"]?.int ?? 0
            let chat = try await play.post(
                "/sandbox/groups",
                [
                    "title": "Отдел", "bot": "@test_bot", "members": [.integer(play.person)], "type": .string(kind),
                ]
            ).json
            #expect(chat["type"]?.string == kind)
            #expect((chat["id"]?.int ?? 0 < -1_000_000_000_000) == (kind == "supergroup"))
            let updates = try await play.bot("getUpdates", ["offset": .integer(seen + 1)]).result.array ?? []
            #expect(updates.contains { $0["message"]?[notice] != nil })
            let joined = try #require(updates.compactMap { $0["my_chat_member"] }.first)
            #expect(joined["old_chat_member"]?["status"] == "left")
            #expect(joined["new_chat_member"]?["status"] == "member")
            #expect(joined["from"]?["id"]?.int == play.person)
            #expect(joined["chat"] == chat)
        }
    }

    @Test func `has privacy mode: the bot hears what is said to it`() async throws {
        try await Gathering.meet { group async throws in
            let own = try await group.say("Я здесь").result["message_id"] ?? 0
            for text in [
                "просто так", "/digest", "/digest@test_bot", "/digest@other_bot", "спроси @Test_bot", "а @test_bot2?",
            ] {
                _ = try await group.write(text, as: group.boris)
            }
            _ = try await group.write("ответ", as: group.vera, ["reply_to": own])
            #expect(try await group.texts() == ["/digest", "/digest@test_bot", "спроси @Test_bot", "ответ"])
            _ = try await group.play.post("/sandbox/privacy", ["bot": "test_bot", "enabled": false])
            #expect(try await group.play.bot("getMe").result["can_read_all_group_messages"] == true)
            _ = try await group.write("теперь слышно", as: group.boris)
            let message = try #require(try await group.news().first?["message"])
            #expect(message["text"] == "теперь слышно")
            #expect(message["from"]?["id"]?.int == group.boris)
            #expect(message["chat"]?["id"]?.int == group.id)
        }
    }

    @Test func `tells an administrator everything, of people who come and go too`() async throws {
        try await Gathering.meet(["bot_is_administrator": true]) { group async throws in
            _ = try await group.write("слышно и так", as: group.boris)
            #expect(try await group.texts() == ["слышно и так"])
            _ = try await group.manage("members", ["user": .integer(group.vera), "status": "left"])
            let news = try await group.news()
            #expect(news.compactMap { $0["chat_member"]?["new_chat_member"]?["status"] } == ["left"])
            #expect(news.compactMap { $0["message"]?["left_chat_member"]?["id"]?.int } == [group.vera])
            let refused = try await group.act("text", as: group.vera, ["text": "я ещё тут?"])
            #expect(refused.status == 403)
            #expect(refused.error == "Вера is not in this group")
        }
    }

    @Test func `answers who is in it and who rules it`() async throws {
        try await Gathering.meet { group async throws in
            let chat: JSON = .integer(group.id)
            let full = try await group.play.bot("getChat", ["chat_id": chat]).result
            #expect(full["title"] == "Отдел продаж")
            #expect(full["permissions"]?["can_send_messages"] == true)
            let rulers = try await group.play.bot("getChatAdministrators", ["chat_id": chat]).result.array ?? []
            #expect(rulers.map { $0["status"] } == ["creator"])
            #expect(rulers.first?["user"]?["id"]?.int == group.play.person)
            #expect(try await group.play.bot("getChatMemberCount", ["chat_id": chat]).result == 4)
            let member = try await group.play.bot("getChatMember", ["chat_id": chat, "user_id": .integer(group.boris)])
            #expect(member.result["status"] == "member")
            let nobody = try await group.play.bot("getChatMember", ["chat_id": chat, "user_id": 5])
            #expect(nobody.description == "Bad Request: member not found")
            let alone = try await group.play.bot("getChatAdministrators", ["chat_id": .integer(group.play.person)])
            #expect(alone.description == "Bad Request: there are no administrators in the private chat")
        }
    }

    @Test func `is closed to a bot that left or was thrown out, until it is let in`() async throws {
        try await Gathering.meet { group async throws in
            #expect(try await group.play.bot("leaveChat", ["chat_id": .integer(group.id)]).result == true)
            #expect(try await group.say("ау").description == "Forbidden: bot is not a member of the supergroup chat")
            _ = try await group.write("/start", as: group.boris)
            #expect(try await group.texts() == [])
            for (status, answer) in [("member", ""), ("kicked", "Forbidden: bot was kicked from the supergroup chat")] {
                _ = try await group.manage("members", ["user": "test_bot", "status": .string(status)])
                #expect(try await group.say("ау").description == answer)
                let standing = try await group.news().compactMap { $0["my_chat_member"]?["new_chat_member"]?["status"] }
                #expect(standing == [.string(status)])
            }
        }
    }

    @Test func `becomes a supergroup with another number`() async throws {
        try await Gathering.meet(["type": "group"]) { group async throws in
            let next = try await group.manage("upgrade").json
            let id = try #require(next["id"]?.int)
            let refused = try await group.say("старый номер")
            #expect(refused.status == 400)
            #expect(refused.description == "Bad Request: group chat was upgraded to a supergroup chat")
            #expect(refused.json["parameters"] == ["migrate_to_chat_id": .integer(id)])
            let notices = try await group.news().compactMap { $0["message"] }
            #expect(notices.compactMap { $0["migrate_to_chat_id"]?.int } == [id])
            #expect(notices.compactMap { $0["migrate_from_chat_id"]?.int } == [group.id])
            #expect(try await group.act("text", as: group.boris, ["text": "?"]).status == 400)
            let sent = try await group.play.bot("sendMessage", ["chat_id": .integer(id), "text": "новый номер"])
            #expect(sent.result["chat"]?["type"] == "supergroup")
        }
    }

    @Test func `obeys its administrators only`() async throws {
        try await Gathering.meet { group async throws in
            let written = try await group.write("/spam", as: group.boris)
            let place: JSON = ["chat_id": .integer(group.id), "message_id": written["message_id"] ?? 0]
            let user: JSON = ["chat_id": .integer(group.id), "user_id": .integer(group.boris)]
            let play = group.play
            #expect(try await play.bot("deleteMessage", place).description == "Bad Request: message can't be deleted")
            #expect(
                try await play.bot("banChatMember", user).description
                    == "Bad Request: not enough rights to restrict/unrestrict chat member"
            )
            #expect(
                try await play.bot("pinChatMessage", place).description
                    == "Bad Request: not enough rights to manage pinned messages in the chat"
            )
            _ = try await group.manage("members", ["user": "test_bot", "status": "administrator"])
            #expect(try await play.bot("pinChatMessage", place).result == true)
            let full = try await play.bot("getChat", ["chat_id": .integer(group.id)]).result
            #expect(full["pinned_message"]?["text"] == "/spam")
            #expect(try await play.bot("banChatMember", user).result == true)
            #expect(try await group.act("text", as: group.boris, ["text": "ещё"]).status == 403)
            #expect(try await play.bot("deleteMessage", place).result == true)
            #expect(
                try await play.bot("setChatTitle", ["chat_id": .integer(group.id), "title": "Тише"]).result == true
            )
            #expect(try await play.get("/sandbox/groups/\(group.id)").json["chat"]?["title"] == "Тише")
        }
    }

    @Test func `shows buttons that any member presses, and commands of its own`() async throws {
        try await Gathering.meet { group async throws in
            let play = group.play
            for (scope, name) in [("default", "all"), ("all_group_chats", "here"), ("all_chat_administrators", "rule")]
            {
                let request: JSON = [
                    "commands": [["command": .string(name), "description": "…"]], "scope": ["type": .string(scope)],
                ]
                #expect(try await play.bot("setMyCommands", request).result == true)
            }
            func commands(_ person: Int) async throws -> JSON? {
                let state = try await play.get("/sandbox/chats/\(group.id)?from=\(person)").json
                return state["commands"]?.array?.first?["command"]
            }
            #expect(try await commands(play.person) == "rule")
            #expect(try await commands(group.boris) == "here")
            let keyboard: JSON = ["inline_keyboard": [[["text": "Беру", "callback_data": "take"]]]]
            let sent = try await play.bot(
                "sendMessage",
                ["chat_id": .integer(group.id), "text": "Чей звонок?", "reply_markup": keyboard]
            ).result
            async let pressed = group.act(
                "press",
                as: group.vera,
                ["message_id": sent["message_id"] ?? 0, "callback_data": "take"]
            )
            let update = try #require(try await play.bot("getUpdates", ["timeout": 30]).result.array?.last)
            let query = try #require(update["callback_query"])
            #expect(query["from"]?["id"]?.int == group.vera)
            #expect(query["message"]?["chat"]?["id"]?.int == group.id)
            _ = try await play.bot("answerCallbackQuery", ["callback_query_id": query["id"] ?? "", "text": "Ваш"])
            #expect(try await pressed.json["text"] == "Ваш")
        }
    }

    @Test func `takes 20 messages a minute of a bot`() async throws {
        try await Gathering.meet(hasLimits: true) { group async throws in
            for _ in 1...20 { #expect(try await group.say("раз").status == 200) }
            let refused = try await group.say("много")
            #expect(refused.status == 429)
            #expect(refused.json["parameters"]?["retry_after"] == 3)
            group.play.clock.advance(seconds: 3)
            #expect(try await group.say("снова").status == 200)
        }
    }

    @Test func `survives a crash with its people, pins and reactions`() async throws {
        try await Gathering.meet(["bot_is_administrator": true]) { group async throws in
            let id = try await group.write("важное", as: group.boris)["message_id"] ?? 0
            _ = try await group.act("reaction", as: group.vera, ["message_id": id, "reaction": "🔥"])
            _ = try await group.play.bot("pinChatMessage", ["chat_id": .integer(group.id), "message_id": id])
            _ = try await group.manage("members", ["user": .integer(group.boris), "status": "left"])
            let path = "/sandbox/groups/\(group.id)"
            let before = try await group.play.get(path).json
            let messages = try await group.play.get("/sandbox/chats/\(group.id)/messages").json
            try await group.play.reopened { later async throws in
                #expect(try await later.get(path).json == before)
                #expect(try await later.get("/sandbox/chats/\(group.id)/messages").json == messages)
                let full = try await later.bot("getChat", ["chat_id": .integer(group.id)]).result
                #expect(full["pinned_message"]?["message_id"] == id)
            }
            #expect(messages.array?.first { $0["message_id"] == id }?["reactions"]?.array?.first?["emoji"] == "🔥")
        }
    }

    @Test func `says what is missing in a request`() async throws {
        try await Gathering.meet { group async throws in
            let play = group.play
            let nobody = try await play.post("/sandbox/chats/\(group.id)/text", ["text": "?"])
            #expect(nobody.error == "from is missing: give the number of the member who acts")
            _ = try await play.post("/sandbox/bots", ["username": "other_bot"])
            let wrong = try await group.act("text", as: group.boris, ["text": "?", "bot": "other_bot"])
            #expect(wrong.error == "this bot is not in the group Отдел продаж")
            #expect(try await group.act("block", as: group.boris).status == 400)
            #expect(try await group.manage("members", ["user": .integer(play.person), "status": "left"]).status == 400)
            #expect(try await group.manage("members", ["user": 5]).status == 404)
            #expect(try await play.get("/sandbox/groups/-5").error == "there is no group -5")
            for body: JSON in [
                [:], ["title": "x", "bot": "test_bot"], ["title": " ", "bot": "test_bot", "members": []],
                ["title": "x", "bot": "test_bot", "members": []],
                ["title": "x", "bot": "test_bot", "members": [.integer(play.person)], "type": "channel"],
            ] {
                #expect(try await play.post("/sandbox/groups", body).status == 400)
            }
        }
    }
}
