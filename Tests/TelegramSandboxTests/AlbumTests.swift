import HTTP
import Testing

@testable import TelegramSandbox

@Suite struct `Albums` {
    private func part(_ name: String, _ bytes: [UInt8] = Samples.png) -> HTTPPart {
        HTTPPart(name: name, filename: "\(name).png", content: .bytes(bytes))
    }

    private func send(_ media: JSON, _ play: Playground, _ files: HTTPPart...) async throws -> Playground.Answer {
        let parts = [HTTPPart("chat_id", String(play.person)), HTTPPart("media", media.text)]
        return try await play.bot("sendMediaGroup", parts: parts + files)
    }

    private func photo(_ media: JSON, _ caption: JSON? = nil) -> JSON {
        .fields(["type": "photo", "media": media, "caption": caption, "parse_mode": "HTML"])
    }

    @Test func `of a bot arrive as messages of one group`() async throws {
        try await Playground.play { play async throws in
            let media: JSON = .array([photo("attach://a", "<b>раз</b>"), photo("attach://b")])
            let sent = try await send(media, play, part("a"), part("b")).result.array ?? []
            #expect(sent.count == 2)
            let group = try #require(sent.first?["media_group_id"]?.string)
            #expect(sent.allSatisfy { $0["media_group_id"]?.string == group })
            #expect(sent.first?["caption_entities"] == [["type": "bold", "offset": 0, "length": 3]])
            let id = try #require(sent.first?["photo"]?.array?.last?["file_id"])
            let again = try await send(.array([photo(id), photo(id)]), play).result.array ?? []
            #expect(again.count == 2)
            #expect(again.first?["media_group_id"]?.string != group)
        }
    }

    @Test func `are refused as Telegram refuses them, as a whole`() async throws {
        try await Playground.play { play async throws in
            let document: JSON = ["type": "document", "media": "attach://a"]
            let before = try await play.messages().count
            for (media, mistake) in [
                (JSON.array([photo("attach://a"), document]), "document can't be mixed with other media types"),
                (JSON.array([]), "there are no messages to send"),
                (.array(Array(repeating: photo("attach://a"), count: 11)), "too many messages to send as an album"),
                (.array([["type": "photo"]]), "can't parse InputMedia: media not found"),
                (
                    .array([["type": "animation", "media": "attach://a"]]),
                    "can't parse InputMedia: type \"animation\" can't be used in sendMediaGroup"
                ),
                ("x", "expected an Array of InputMedia"),
                (.array([photo("attach://none"), photo("attach://a")]), "there is no photo in the request"),
            ] {
                let answer = try await send(media, play, part("a"))
                #expect(answer.description.dropFirst("Bad Request: ".count) == mistake)
            }
            #expect(try await play.messages().count == before)
        }
    }

    @Test func `of a person reach the bot file by file`() async throws {
        try await Playground.play { play async throws in
            for caption in ["первый", ""] {
                let sent = try await play.sendFile(
                    Samples.png,
                    name: "a.png",
                    kind: "photo",
                    [("media_group", "прогулка"), ("caption", caption)]
                )
                #expect(sent.status == 200)
            }
            let other = try await play.sendFile(Samples.png, name: "b.png", kind: "photo", [("media_group", "ещё")])
                .json
            let messages = (try await play.bot("getUpdates").result.array ?? []).compactMap { $0["message"] }
            let groups = messages.compactMap { $0["media_group_id"]?.string }
            #expect(groups.count == 3)
            #expect(groups[0] == groups[1])
            #expect(groups[2] != groups[0])
            #expect(other["media_group_id"]?.string == groups[2])
            #expect(messages[1]["caption"] == "первый")
            let mixed = try await play.sendFile([1], name: "c.txt", kind: "document", [("media_group", "прогулка")])
            #expect(mixed.status == 400)
            let voice = try await play.sendFile([1], name: "c.ogg", kind: "voice", [("media_group", "прогулка")])
            #expect(voice.error == "voice messages come one at a time, not in an album")
        }
    }

    @Test func `cost as many messages as they have files`() async throws {
        try await Playground.play(hasLimits: true) { play async throws in
            let media: JSON = .array(Array(repeating: photo("attach://a"), count: 6))
            #expect(try await send(media, play, part("a")).status == 200)
            let refused = try await send(media, play, part("a"))
            #expect(refused.status == 429)
            #expect(refused.json["parameters"]?["retry_after"] == 2)
        }
    }

    @Test func `and single files change by editMessageMedia`() async throws {
        try await Playground.play { play async throws in
            let sent = try await play.bot(
                "sendPhoto",
                parts: [HTTPPart("chat_id", String(play.person)), part("photo"), HTTPPart("caption", "было")]
            ).result
            let media: JSON = ["type": "document", "media": "attach://doc", "caption": "стало"]
            let edited = try await play.bot(
                "editMessageMedia",
                parts: [
                    HTTPPart("chat_id", String(play.person)), HTTPPart("message_id", sent["message_id"]?.text ?? ""),
                    HTTPPart("media", media.text), part("doc"),
                ]
            ).result
            #expect(edited["photo"] == nil)
            #expect(edited["document"]?["file_name"] == "doc.png")
            #expect(edited["caption"] == "стало")
        }
    }
}
