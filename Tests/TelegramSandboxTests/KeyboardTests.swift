import Testing

@testable import TelegramSandbox

@Suite struct `Inline buttons` {
    private func keyboard(_ button: JSON) -> [String: JSON] { ["reply_markup": ["inline_keyboard": [[button]]]] }

    @Test func `are pressed and the answer comes back to the person`() async throws {
        try await Playground.play { play async throws in
            let sent = try await play.say("Выбор", keyboard(["text": "Да", "callback_data": "yes"])).result
            async let pressed = play.act("press", ["message_id": sent["message_id"] ?? 0, "callback_data": "yes"])
            var query: JSON?
            var offset = 0
            while query == nil {
                let request: JSON = ["timeout": 20, "offset": .integer(offset)]
                let update = try #require(try await play.bot("getUpdates", request).result.array?.first)
                offset = (update["update_id"]?.int ?? 0) + 1
                query = update["callback_query"]
            }
            #expect(query?["data"] == "yes")
            #expect(query?["message"]?["message_id"] == sent["message_id"])
            #expect(query?["chat_instance"]?.string != nil)
            let answer: JSON = ["callback_query_id": query?["id"] ?? "", "text": "Записал", "show_alert": true]
            #expect(try await play.bot("answerCallbackQuery", answer).result == true)
            #expect(try await pressed.json == ["answered": true, "text": "Записал", "show_alert": true])
            let again = try await play.bot("answerCallbackQuery", answer)
            #expect(
                again.description
                    == "Bad Request: query is too old and response timeout expired or query ID is invalid"
            )
        }
    }

    @Test func `that are not there cannot be pressed`() async throws {
        try await Playground.play { play async throws in
            let missing = try await play.act("press", ["message_id": 1, "callback_data": "x"])
            #expect(missing.status == 400)
            #expect(missing.error == "message 1 has no button with this callback_data")
            #expect(try await play.act("press", ["message_id": 9, "callback_data": "x"]).status == 404)
        }
    }

    @Test(
        arguments: [
            (["text": "x"], "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"),
            (["text": "x", "callback_data": .string(String(repeating: "ы", count: 33))], "BUTTON_DATA_INVALID"),
            (
                ["text": "x", "callback_data": ""],
                "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
            ),
            (
                ["text": "x", "url": "ftp://example.com"],
                "inline keyboard button URL 'ftp://example.com' is invalid: Unsupported URL protocol"
            ),
            (
                ["text": "x", "url": "http://localhost:8080/"],
                "inline keyboard button URL 'http://localhost:8080/' is invalid: Wrong HTTP URL"
            ),
            (["callback_data": "x"], "can't parse inline keyboard button: Can't find field \"text\""),
        ] as [(JSON, String)]
    )
    func `that Telegram refuses are refused in its words`(button: JSON, mistake: String) async throws {
        try await Playground.play { play async throws in
            let answer = try await play.say("?", keyboard(button))
            #expect(answer.status == 400)
            #expect(answer.description == "Bad Request: \(mistake)")
        }
    }

    @Test func `of 64 bytes are allowed`() async throws {
        try await Playground.play { play async throws in
            let data = JSON.string(String(repeating: "ы", count: 32))
            let byData = try await play.say("?", keyboard(["text": "x", "callback_data": data]))
            #expect(byData.status == 200)
            let byAddress = try await play.say("?", keyboard(["text": "x", "url": "http://127.0.0.1:8080/login"]))
            #expect(byAddress.status == 200)
        }
    }

    @Test func `are shown to the bot, reply keyboards to the person only`() async throws {
        try await Playground.play { play async throws in
            let markup: JSON = ["keyboard": [[["text": "Телефон", "request_contact": true]]], "resize_keyboard": true]
            let sent = try await play.say("Номер?", ["reply_markup": .string(markup.text)])
            #expect(sent.result["reply_markup"] == nil)
            #expect(try await play.messages().last?["reply_markup"] == markup)
            #expect(try await play.act("contact").json["contact"]?["user_id"]?.int == play.person)
        }
    }
}
