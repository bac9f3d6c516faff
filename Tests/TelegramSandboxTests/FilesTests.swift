import Foundation
import HTTP
import Testing

@testable import TelegramSandbox

@Suite struct `Files` {
    /// The beginning of an Ogg Opus file, which is all that decides.
    private let opus: [UInt8] = {
        var bytes = [UInt8](repeating: 0, count: 64)
        bytes.replaceSubrange(0..<4, with: "OggS".utf8)
        bytes.replaceSubrange(28..<36, with: "OpusHead".utf8)
        return bytes
    }()

    /// A PNG's signature and header with a size.
    private func png(width: UInt8, height: UInt8) -> [UInt8] {
        [0x89] + Array("PNG\r\n\u{1A}\n".utf8) + [0, 0, 0, 13] + Array("IHDR".utf8) + [0, 0, 0, width, 0, 0, 0, height]
            + [8, 2, 0, 0, 0]
    }

    @Test func `of a person reach the bot byte for byte`() async throws {
        try await Playground.play { play async throws in
            let sent = try await play.sendFile(opus, name: "голос.ogg", kind: "voice", [("duration", "7")]).json
            #expect(sent["voice"]?["duration"] == 7)
            #expect(sent["voice"]?["mime_type"] == "audio/ogg")
            let update = try await play.bot("getUpdates", ["offset": -1]).result.array?.first
            let id = try #require(update?["message"]?["voice"]?["file_id"])
            let file = try await play.bot("getFile", ["file_id": id]).result
            #expect(file["file_size"] == 64)
            let path = try #require(file["file_path"]?.string)
            #expect(path.hasPrefix("voice/file_") && path.hasSuffix(".oga"))
            let bytes = try await play.bytes("/file/bot\(play.token)/\(path)")
            #expect(bytes.body == opus)
            #expect(try await play.bytes("/file/bot\(play.token)/voice/none.oga").status == 404)
        }
    }

    @Test func `over 20 MB are not for bots`() async throws {
        try await Playground.play { play async throws in
            for (count, isAllowed) in [(20 << 20, true), (20 << 20 + 1, false)] {
                let bytes = [UInt8](repeating: 7, count: count)
                let sent = try await play.sendFile(bytes, name: "call.wav", kind: "document").json
                #expect(sent["document"]?["file_size"]?.int == count)
                #expect(sent["document"]?["mime_type"] == "audio/x-wav")
                let answer = try await play.bot("getFile", ["file_id": sent["document"]?["file_id"] ?? ""])
                #expect((answer.status == 200) == isAllowed)
                if !isAllowed { #expect(answer.description == "Bad Request: file is too big") }
            }
            let unknown = try await play.bot("getFile", ["file_id": "AwACxxx"])
            #expect(unknown.description == "Bad Request: wrong file_id or the file is temporarily unavailable")
        }
    }

    @Test func `of a bot come by upload, by attach and by file_id`() async throws {
        try await Playground.play { play async throws in
            func parts(_ field: String, _ value: HTTPPart...) -> [HTTPPart] {
                [
                    HTTPPart("chat_id", String(play.person)), HTTPPart("caption", "<b>1:42</b>"),
                    HTTPPart("parse_mode", "HTML"),
                ]
                    + value
            }
            let upload = HTTPPart(name: "voice", filename: "q.ogg", content: .bytes(opus))
            let first = try await play.bot("sendVoice", parts: parts("voice", upload, HTTPPart("duration", "3"))).result
            #expect(first["voice"]?["duration"] == 3)
            #expect(first["caption_entities"] == [["type": "bold", "offset": 0, "length": 4]])
            let named = HTTPPart(name: "note", filename: "стенограмма.txt", content: .bytes(Array("да".utf8)))
            let second = try await play.bot(
                "sendDocument",
                parts: parts("document", HTTPPart("document", "attach://note"), named)
            ).result
            #expect(second["document"]?["file_name"] == "стенограмма.txt")
            #expect(second["document"]?["mime_type"] == "text/plain")
            let id = try #require(first["voice"]?["file_id"])
            let again = try await play.bot("sendVoice", ["chat_id": .integer(play.person), "voice": id]).result
            #expect(again["voice"]?["file_id"] == id)
            let mixed = try await play.bot("sendDocument", ["chat_id": .integer(play.person), "document": id])
            #expect(mixed.description == "Bad Request: can't use file of type VoiceNote as Document")
            let shown = try await play.bytes("/sandbox/files/\(id.string ?? "")", ["Range": "bytes=0-3"])
            #expect(shown.status == 206)
            #expect(shown.body == Array("OggS".utf8))
            #expect(shown.headers["Content-Type"] == "audio/ogg")
        }
    }

    @Test func `that are not Opus arrive as documents when sent as voice`() async throws {
        try await Playground.play { play async throws in
            let part = HTTPPart(name: "voice", filename: "x.pdf", content: .bytes(Array("%PDF-1.4".utf8)))
            let sent = try await play.bot("sendVoice", parts: [HTTPPart("chat_id", String(play.person)), part]).result
            #expect(sent["voice"] == nil)
            #expect(sent["document"]?["file_name"] == "x.pdf")
        }
    }

    @Test func `that Telegram refuses are refused in its words`() async throws {
        try await Playground.play { play async throws in
            func send(_ method: String, _ field: String, _ bytes: [UInt8]) async throws -> String {
                let part = HTTPPart(name: field, filename: "a.bin", content: .bytes(bytes))
                return try await play.bot(method, parts: [HTTPPart("chat_id", String(play.person)), part]).description
            }
            #expect(try await send("sendDocument", "document", []) == "Bad Request: file must be non-empty")
            #expect(try await send("sendPhoto", "photo", [1, 2, 3]) == "Bad Request: IMAGE_PROCESS_FAILED")
            #expect(
                try await send("sendPhoto", "photo", png(width: 1, height: 21))
                    == "Bad Request: PHOTO_INVALID_DIMENSIONS"
            )
            #expect(try await send("sendPhoto", "photo", png(width: 20, height: 10)) == "")
            #expect(try await send("sendAudio", "document", [1]) == "Bad Request: there is no audio in the request")
            let large = [UInt8](repeating: 1, count: 50 << 20 + 1)
            #expect(try await send("sendDocument", "document", large) == "Request Entity Too Large")
        }
    }

    @Test func `stand in the log by name and size only`() async throws {
        try await Playground.play { play async throws in
            let part = HTTPPart(name: "document", filename: "a.txt", content: .bytes([1, 2, 3]))
            _ = try await play.bot("sendDocument", parts: [HTTPPart("chat_id", String(play.person)), part])
            let call = try #require(try await play.get("/sandbox/log?after=0").json.array?.last)
            #expect(call["method"] == "sendDocument")
            #expect(call["status"] == 200)
            #expect(call["parameters"]?["document"] == ["name": "a.txt", "size": 3])
        }
    }

    @Test(
        arguments: [
            ("bytes=0-3", 0..<4), ("bytes=4-", 4..<10), ("bytes=-2", 8..<10), ("bytes=8-99", 8..<10),
            ("bytes=10-", nil),
            ("bytes=5-2", nil), ("items=1-2", nil),
        ] as [(String, Range<Int>?)]
    )
    func `are served in ranges`(header: String, range: Range<Int>?) {
        #expect(byteRange(header, of: 10) == range)
    }
}
