import Foundation
import HTTP
import Reactor
import Support
import Telegram
import Testing

private let secret = "AAE-test_SECRET"

/// A client of a bot against a scripted server.
private func withTelegram(
    _ answer: @escaping @Sendable (LoopbackPeer, LoopbackRequest) -> Void,
    _ body: (TelegramClient, LoopbackServer) async throws -> Void
) async throws {
    let reactor = try Reactor()
    let http = try HTTPClient(reactor: reactor)
    let script: @Sendable (LoopbackPeer) -> Void = { peer in
        while let request = peer.readRequest() { answer(peer, request) }
    }
    try await withLoopbackServer(script) { server in
        let token = try #require(BotToken("123456:\(secret)"))
        try await body(TelegramClient(http: http, token: token, address: server.url("/").absoluteString), server)
    }
    await http.close()
    reactor.stop()
}

private func fault(_ call: () async throws -> some Any) async -> TelegramFault? {
    do {
        _ = try await call()
        Issue.record("nothing failed")
        return nil
    } catch {
        return error as? TelegramFault
    }
}

private let message = #"{"message_id":8,"date":1,"chat":{"id":77,"type":"private"},"text":"да"}"#

@Suite struct ClientTests {
    @Test func `a message is sent as JSON to the bot's own address`() async throws {
        try await withTelegram({ peer, _ in peer.answer(200, [:], #"{"ok":true,"result":\#(message)}"#) }) {
            client,
            server in
            let markup = ReplyMarkup.inline(
                InlineKeyboardMarkup(inlineKeyboard: [[.init(text: "a", callbackData: "b")]])
            )
            let sent = try await client.call(
                SendMessage(chatID: 77, text: "<b>да</b>", parseMode: .html, replyMarkup: markup)
            )
            #expect(sent.messageID == 8)
            let request = try #require(server.requests.first)
            #expect(request.method == "POST")
            #expect(request.target == "/bot123456:\(secret)/sendMessage")
            #expect(request["content-type"] == "application/json")
            let expected =
                #"{"chat_id":77,"parse_mode":"HTML","reply_markup":{"inline_keyboard":[[{"callback_data":"b","text":"a"}]]},"text":"<b>да</b>"}"#
            #expect(request.text == expected)
        }
    }

    @Test func `a file goes as a form whose objects are JSON`() async throws {
        try await withTelegram({ peer, _ in peer.answer(200, [:], #"{"ok":true,"result":\#(message)}"#) }) {
            client,
            server in
            let file = InputFile.new(name: "расшифровка.txt", type: "text/plain", bytes: Array("Алло".utf8))
            let reply = ReplyParameters(messageID: 5, allowSendingWithoutReply: true)
            let call = SendDocument(
                chatID: -100,
                document: file,
                caption: "Кавычки \" и\nстрока",
                replyParameters: reply,
                disableNotification: true
            )
            _ = try await client.call(call)
            let parts = try #require(server.requests.first).parts
            let fields = Dictionary(uniqueKeysWithValues: parts.map { ($0["name"] ?? "", $0.text) })
            #expect(
                fields == [
                    "chat_id": "-100", "caption": "Кавычки \" и\nстрока", "disable_notification": "true",
                    "reply_parameters": #"{"allow_sending_without_reply":true,"message_id":5}"#, "document": "Алло",
                ]
            )
            #expect(parts.last?["filename"] == "расшифровка.txt")
            #expect(parts.last?.head.contains("Content-Type: text/plain") == true)
        }
    }

    @Test func `a known file goes by its id, without a form`() async throws {
        try await withTelegram({ peer, _ in peer.answer(200, [:], #"{"ok":true,"result":\#(message)}"#) }) {
            client,
            server in
            _ = try await client.call(SendVoice(chatID: 1, voice: .known(id: "AwA"), duration: 3))
            #expect(server.requests.first?.text == #"{"chat_id":1,"duration":3,"voice":"AwA"}"#)
        }
    }

    @Test func `an update keeps the text it came as`() async throws {
        let raw = #"{"update_id":9,"poll":{"x":[1,{"y":"},]\"["}],"big":12345678901234567890}}"#
        let answer = #"{"ok":true,"result": [ \#(raw) , {"update_id":10,"message":\#(message)}]}"#
        try await withTelegram({ peer, _ in peer.answer(200, [:], answer) }) { client, server in
            let updates = try await client.call(GetUpdates(offset: 9, timeout: 25, allowedUpdates: Update.wantedKinds))
            #expect(updates.map(\.update.id) == [9, 10])
            #expect(updates.first?.json == raw)
            #expect(updates.first?.update.kind == .unknown("poll"))
            let allowed = #"["message","edited_message","callback_query","my_chat_member"]"#
            #expect(server.requests.first?.text == #"{"allowed_updates":\#(allowed),"offset":9,"timeout":25}"#)
            #expect(GetUpdates(timeout: 25).timeouts.total == .seconds(40))
        }
    }

    @Test func `any method can be called with plain JSON`() async throws {
        try await withTelegram({ peer, _ in peer.answer(200, [:], #"{"result": {"a": [true, null]} ,"ok":true}"#) }) {
            client,
            server in
            let result = try await client.call("sendMessage", parameters: Array(#"{"chat_id":1}"#.utf8))
            #expect(String(decoding: result, as: UTF8.self) == #"{"a": [true, null]}"#)
            #expect(server.requests.first?.text == #"{"chat_id":1}"#)
        }
    }

    @Test func `a file is downloaded by its path`() async throws {
        let script: @Sendable (LoopbackPeer, LoopbackRequest) -> Void = { peer, request in
            if request.target.hasSuffix("gone") {
                peer.answer(404, [:], #"{"ok":false,"error_code":404,"description":"Not Found"}"#)
            } else if request.target.hasSuffix("huge") {
                peer.write("HTTP/1.1 200 OK\r\nContent-Length: \((20 << 20) + 1)\r\n\r\n")
            } else {
                peer.answer(200, [:], "OggS")
            }
        }
        try await withTelegram(script) { client, server in
            let folder = FileManager.default.temporaryDirectory.appending(path: "zvonar-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let file = folder.appending(path: "part")
            let found = TelegramFile(fileID: "a", fileUniqueID: "b", filePath: "voice/file 1.oga")
            try await client.download(found, to: file)
            #expect(try Data(contentsOf: file) == Data("OggS".utf8))
            #expect(server.requests.first?.target == "/file/bot123456:\(secret)/voice/file%201.oga")
            let gone = TelegramFile(fileID: "a", fileUniqueID: "b", filePath: "gone")
            #expect(await fault { try await client.download(gone, to: file) }?.isBadToken == true)
            let huge = TelegramFile(fileID: "a", fileUniqueID: "b", filePath: "huge")
            guard case .unreachable(let reason) = await fault({ try await client.download(huge, to: file) }) else {
                return #expect(Bool(false), "not refused")
            }
            #expect(reason.reason == .tooLarge(limitBytes: 20_971_520))
            try FileManager.default.removeItem(at: folder)
        }
    }

    @Test(arguments: [
        (
            429,
            #"{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 7","parameters":{"retry_after":7}}"#,
            TelegramFault.refused(
                code: 429,
                description: "Too Many Requests: retry after 7",
                retryAfter: 7,
                migrateTo: nil
            )
        ),
        (
            429, #"{"ok":false,"error_code":429,"description":"Too Many Requests"}"#,
            .refused(code: 429, description: "Too Many Requests", retryAfter: 11, migrateTo: nil)
        ),
        (
            400, #"{"ok":false,"error_code":400,"description":"x","parameters":{"migrate_to_chat_id":-1001}}"#,
            .refused(code: 400, description: "x", retryAfter: 11, migrateTo: -1001)
        ),
        (502, "<html><h1>502 Bad Gateway</h1></html>", .nonsense(status: 502)),
        (200, #"{"ok":true,"result":{"message_id":8"#, .nonsense(status: 200)),
        (200, #"{"ok":true,"result":{"surprise":1}}"#, .nonsense(status: 200)),
        (200, #"{"ok":true}"#, .nonsense(status: 200)),
        (200, "[]", .nonsense(status: 200)),
        (413, "Request Entity Too Large", .nonsense(status: 413)),
    ])
    func `a refusal and nonsense are told apart`(status: Int, body: String, expected: TelegramFault) async throws {
        let answer: @Sendable (LoopbackPeer, LoopbackRequest) -> Void = { peer, _ in
            peer.answer(status, ["Retry-After": "11"], body)
        }
        try await withTelegram(answer) { client, _ in
            let fault = await fault { try await client.call(SendMessage(chatID: 1, text: "a")) }
            #expect(fault == expected)
            #expect(fault?.mayHaveTakenEffect == (status == 200 || status == 502))
            #expect(fault?.isPassing == (status != 400 && status != 413))
        }
    }

    @Test(arguments: ["sendMessage", "sendDocument", "getUpdates", "editMessageText"])
    func `only what people would not see twice is repeated on a dead connection`(method: String) async throws {
        let isSeen = method.hasPrefix("send")
        let script: @Sendable (LoopbackPeer) -> Void = { peer in
            guard peer.readRequest() != nil else { return }
            peer.answer(200, [:], #"{"ok":true,"result":1}"#)
            _ = peer.readRequest()
        }
        let reactor = try Reactor()
        let http = try HTTPClient(reactor: reactor)
        try await withLoopbackServer(script) { server in
            let token = try #require(BotToken("123456:\(secret)"))
            let client = TelegramClient(http: http, token: token, address: server.url("").absoluteString)
            _ = try await client.call(method, parameters: Array("{}".utf8))
            if isSeen {
                let fault = await fault { try await client.call(method, parameters: Array("{}".utf8)) }
                #expect(fault?.mayHaveTakenEffect == true)
                #expect(server.requests.count == 2)
            } else {
                _ = try await client.call(method, parameters: Array("{}".utf8))
                #expect(server.requests.count == 3)
            }
        }
        await http.close()
        reactor.stop()
    }

    @Test func `the token is in nothing that prints`() async throws {
        let cut: @Sendable (LoopbackPeer, LoopbackRequest) -> Void = { peer, request in
            switch request.text {
            case let text where text.contains("html"): peer.answer(502, [:], "<html>\(request.target)</html>")
            case let text where text.contains("no"):
                peer.answer(401, [:], #"{"ok":false,"error_code":401,"description":"Unauthorized"}"#)
            case let text where text.contains("redirect"): peer.answer(302, ["Location": request.target])
            default: peer.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n\(request.target)")
            }
        }
        try await withTelegram(cut) { client, server in
            var faults: [any Error] = []
            for text in ["html", "no", "redirect", "partial"] {
                faults += [await fault { try await client.call(SendMessage(chatID: 1, text: text)) }].compactMap(\.self)
            }
            server.stop()
            faults += [await fault { try await client.call(GetMe()) }].compactMap(\.self)
            let found = TelegramFile(fileID: "a", fileUniqueID: "b", filePath: "x")
            faults += [await fault { try await client.download(found, to: URL(filePath: "/nonexistent/x")) }]
                .compactMap(\.self)
            #expect(faults.count == 6)
            let request = HTTPRequest(.get, server.url("/bot123456:\(secret)/getMe?token=\(secret)"))
            let things: [Any] = faults + [BotToken("123456:\(secret)") as Any, request, client]
            for thing in things {
                var dumped = ""
                dump(thing, to: &dumped)
                let shown = "\(thing) \(String(reflecting: thing)) \(dumped)"
                #expect(!shown.contains(secret) && !shown.contains("/bot"), "\(shown)")
            }
            #expect(faults.contains { "\($0)".contains("http://127.0.0.1:\(server.port)") })
        }
    }
}
