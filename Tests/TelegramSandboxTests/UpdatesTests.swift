import Testing

@testable import TelegramSandbox

@Suite struct `A bot polls` {
    private func ids(_ answer: Playground.Answer) -> [Int] {
        (answer.result.array ?? []).compactMap { $0["update_id"]?.int }
    }

    @Test func `and gets an update until it confirms it`() async throws {
        try await Playground.play { play async throws in
            let first = ids(try await play.bot("getUpdates"))
            #expect(first.count == 1)
            #expect(ids(try await play.bot("getupdates")) == first)
            _ = try await play.write("ещё")
            let both = ids(try await play.bot("getUpdates"))
            #expect(both == [first[0], first[0] + 1])
            #expect(ids(try await play.bot("getUpdates", ["offset": .integer(both[1])])) == [both[1]])
            #expect(ids(try await play.bot("getUpdates", ["offset": .integer(both[1] + 1)])) == [])
            #expect(ids(try await play.bot("getUpdates")) == [])
        }
    }

    @Test func `with a negative offset and gets the last ones only`() async throws {
        try await Playground.play { play async throws in
            for word in ["a", "b", "c"] { _ = try await play.write(word) }
            let last = try await play.bot("getUpdates", ["offset": -2]).result.array ?? []
            #expect(last.map { $0["message"]?["text"]?.string } == ["b", "c"])
            #expect(ids(try await play.bot("getUpdates")).count == 2)
        }
    }

    @Test func `and a long poll ends when a message comes`() async throws {
        try await Playground.play { play async throws in
            let seen = ids(try await play.bot("getUpdates"))[0]
            async let polled = play.bot("getUpdates", ["offset": .integer(seen + 1), "timeout": 30])
            _ = try await play.write("эй")
            let update = try #require(try await polled.result.array?.first)
            #expect(update["message"]?["text"] == "эй")
            #expect(update["message"]?["chat"]?["id"]?.int == play.person)
            #expect(update["message"]?["from"]?["language_code"] == "ru")
        }
    }

    @Test func `twice at once and the older poll ends with a conflict`() async throws {
        try await Playground.play { play async throws in
            let seen = ids(try await play.bot("getUpdates"))[0]
            let request: JSON = ["offset": .integer(seen + 1), "timeout": 30]
            let polls = try await withThrowingTaskGroup(of: Playground.Answer.self) { group in
                for _ in 0..<2 { group.addTask { try await play.bot("getUpdates", request) } }
                // The older one ends first, by the newer; the newer by the message.
                let older = try #require(try await group.next())
                _ = try await play.write("кто здесь?")
                let newer = try #require(try await group.next())
                return [older, newer]
            }
            #expect(polls[0].status == 409)
            #expect(
                polls[0].description
                    == "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
            )
            #expect(polls[1].result.array?.first?["message"]?["text"] == "кто здесь?")
        }
    }

    @Test func `and is spared the kinds it does not want, also in later calls`() async throws {
        try await Playground.play { play async throws in
            _ = try await play.bot("getUpdates", ["offset": -1, "allowed_updates": ["my_chat_member"]])
            let seen = ids(try await play.bot("getUpdates"))[0]
            _ = try await play.write("не увидит")
            _ = try await play.act("block")
            let updates = try await play.bot("getUpdates", ["offset": .integer(seen + 1)]).result.array ?? []
            #expect(updates.count == 1)
            #expect(updates[0]["my_chat_member"]?["new_chat_member"]?["status"] == "kicked")
        }
    }

    @Test func `and finds nothing older than 24 hours`() async throws {
        try await Playground.play { play async throws in
            play.clock.advance(seconds: 86_000)
            #expect(ids(try await play.bot("getUpdates")).count == 1)
            play.clock.advance(seconds: 500)
            #expect(ids(try await play.bot("getUpdates")) == [])
        }
    }

    @Test func `and ids jump when a developer asks for it`() async throws {
        try await Playground.play { play async throws in
            let before = ids(try await play.bot("getUpdates"))[0]
            #expect(try await play.post("/sandbox/jump", ["by": 1_000]).json["jumped"] == 1)
            _ = try await play.write("после")
            #expect(ids(try await play.bot("getUpdates")) == [before, before + 1_001])
        }
    }

    @Test func `with a token nobody issued and is refused`() async throws {
        try await Playground.play { play async throws in
            let unknown = try await play.post("/bot1:AAA/getMe", [:])
            #expect(unknown.status == 401)
            #expect(unknown.json == ["ok": false, "error_code": 401, "description": "Unauthorized"])
            let malformed = try await play.post("/botnonsense/getMe", [:])
            #expect(malformed.description == "Unauthorized: invalid token specified")
            #expect(try await play.bot("fly").description == "Not Found: method not found")
        }
    }

    @Test func `has no webhook and is told why`() async throws {
        try await Playground.play { play async throws in
            #expect(try await play.bot("setWebhook", ["url": "https://example.com"]).status == 400)
            #expect(try await play.bot("deleteWebhook", ["drop_pending_updates": true]).result == true)
            #expect(try await play.bot("getWebhookInfo").result["pending_update_count"] == 0)
        }
    }
}
