import HTTP
import Testing

@testable import TelegramSandbox

@Suite struct `Methods that usual bots call` {
    @Test func `set and tell what the bot is called, by language`() async throws {
        try await Playground.play { play async throws in
            #expect(try await play.bot("getMyName").result == ["name": "Тест"])
            for (name, limit) in [("Name", 64), ("Description", 512), ("ShortDescription", 120)] {
                let field = ["Name": "name", "Description": "description"][name] ?? "short_description"
                #expect(try await play.bot("setMy\(name)", .object([field: "общее"])).result == true)
                let russian: JSON = .object([field: "по-русски", "language_code": "ru"])
                #expect(try await play.bot("setMy\(name)", russian).result == true)
                #expect(try await play.bot("getMy\(name)", ["language_code": "ru"]).result[field] == "по-русски")
                #expect(try await play.bot("getMy\(name)", ["language_code": "kk"]).result[field] == "общее")
                let long = JSON.string(String(repeating: "я", count: limit + 1))
                #expect(try await play.bot("setMy\(name)", .object([field: long])).status == 400)
            }
            #expect(try await play.bot("getMe").result["first_name"] == "общее")
            try await play.reopened { later async throws in
                #expect(try await later.bot("getMyDescription").result["description"] == "общее")
            }
        }
    }

    @Test func `set commands by scope, and say which is wrong`() async throws {
        try await Playground.play { play async throws in
            func set(_ scope: JSON, _ name: JSON = "start") async throws -> String {
                let commands: JSON = [["command": name, "description": "Начать"]]
                return try await play.bot("setMyCommands", ["commands": commands, "scope": scope]).description
            }
            #expect(try await set(["type": "chat", "chat_id": .integer(play.person)]) == "")
            #expect(
                try await set(["type": "chat_member", "chat_id": .integer(play.person), "user_id": 1])
                    == "Bad Request: can't change commands in private chats"
            )
            #expect(
                try await set(["type": "chat"]) == "Bad Request: can't parse BotCommandScope: Empty chat_id specified"
            )
            #expect(
                try await set(["type": "world"])
                    == "Bad Request: can't parse BotCommandScope: Unsupported type specified"
            )
            #expect(try await set(["type": "chat", "chat_id": 5]) == "Bad Request: chat not found")
            #expect(try await set(["type": "default"], "Старт") == "Bad Request: BOT_COMMAND_INVALID")
            #expect(
                try await set(["type": "default"], 5)
                    == "Bad Request: can't parse BotCommand: Can't find field \"command\""
            )
            let scope: JSON = ["type": "chat", "chat_id": .integer(play.person)]
            #expect(try await play.bot("getMyCommands", ["scope": scope]).result.array?.count == 1)
            #expect(try await play.bot("deleteMyCommands", ["scope": scope]).result == true)
            #expect(try await play.bot("getMyCommands", ["scope": scope]).result == [])
        }
    }

    @Test(
        arguments: [
            ("sendLocation", ["latitude": "43.25", "longitude": .number(76.95)], "location"),
            (
                "sendVenue",
                ["latitude": 43, "longitude": 76, "title": "Офис", "address": "Абая, 1"], "venue"
            ),
            ("sendContact", ["phone_number": "+77001112233", "first_name": "Анна"], "contact"),
            ("sendDice", ["emoji": "🏀"], "dice"),
            ("sendPoll", ["question": "Когда?", "options": ["утром", ["text": "вечером"]]], "poll"),
        ] as [(String, [String: JSON], String)]
    )
    func `send what is neither text nor file`(method: String, fields: [String: JSON], kind: String) async throws {
        try await Playground.play { play async throws in
            let request = fields.merging(["chat_id": .integer(play.person)]) { $1 }
            let sent = try await play.bot(method, .object(request))
            #expect(sent.result[kind] != nil, "\(sent.description)")
            #expect(try await play.messages().last?[kind] == sent.result[kind])
            let id = sent.result["message_id"] ?? 0
            let place: JSON = ["chat_id": .integer(play.person), "message_id": id]
            let stopped = try await play.bot("stopPoll", place)
            #expect(kind == "poll" ? stopped.result["is_closed"] == true : stopped.status == 400)
            let bare = try await play.bot(method, ["chat_id": .integer(play.person), "emoji": "x"])
            #expect(bare.status == 400)
        }
    }

    @Test func `send videos, and other files as documents`() async throws {
        try await Playground.play { play async throws in
            for (bytes, kind) in [(Samples.mp4, "video"), ([1, 2, 3], "document")] {
                let part = HTTPPart(name: "video", filename: "a.mp4", content: .bytes(bytes))
                let size = HTTPPart("width", "640")
                let sent = try await play.bot(
                    "sendVideo",
                    parts: [HTTPPart("chat_id", String(play.person)), part, size]
                ).result
                #expect(sent[kind]?["mime_type"] == "video/mp4")
                if kind == "video" { #expect(sent["video"]?["width"] == 640) }
            }
            let address = try await play.bot(
                "sendPhoto",
                ["chat_id": .integer(play.person), "photo": "https://example.com/a.jpg"]
            )
            #expect(address.description.hasPrefix("Bad Request: failed to get HTTP URL content"))
        }
    }

    @Test func `pin, unpin, copy and forward several at once`() async throws {
        try await Playground.play { play async throws in
            var ids: [JSON] = []
            for word in ["раз", "два"] { ids.append(try await play.write(word).json["message_id"] ?? 0) }
            let chat: JSON = .integer(play.person)
            #expect(try await play.bot("pinChatMessage", ["chat_id": chat, "message_id": ids[0]]).result == true)
            let full = try await play.bot("getChat", ["chat_id": chat]).result
            #expect(full["pinned_message"]?["text"] == "раз")
            let notice = try #require(try await play.messages().last)
            #expect(notice["pinned_message"]?["message_id"] == ids[0])
            #expect(try await play.bot("unpinChatMessage", ["chat_id": chat]).result == true)
            #expect(try await play.bot("getChat", ["chat_id": chat]).result["pinned_message"] == nil)
            let several: JSON = ["chat_id": chat, "from_chat_id": chat, "message_ids": .array(ids + [99])]
            #expect(try await play.bot("copyMessages", several).result.array?.count == 2)
            #expect(try await play.bot("forwardMessages", several).result.array?.count == 2)
            let last = try #require(try await play.messages().last)
            #expect(last["text"] == "два")
            #expect(last["forward_origin"]?["sender_user"]?["id"]?.int == play.person)
            let service: JSON = ["chat_id": chat, "from_chat_id": chat, "message_id": notice["message_id"] ?? 0]
            #expect(try await play.bot("copyMessage", service).description == "Bad Request: message to copy not found")
        }
    }

    @Test func `are refused by name when the sandbox does not have them`() async throws {
        try await Playground.play { play async throws in
            for method in ["sendInvoice", "answerInlineQuery", "sendSticker", "createForumTopic"] {
                let answer = try await play.bot(method)
                #expect(answer.status == 400)
                #expect(answer.description == "Bad Request: the method is not supported by the sandbox")
            }
            #expect(try await play.bot("sendTelepathy").description == "Not Found: method not found")
        }
    }
}
