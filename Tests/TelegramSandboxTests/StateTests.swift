import Foundation
import HTTP
import Logging
import Reactor
import Support
import Testing

@testable import TelegramSandbox

@Suite struct `What was answered survives a crash` {
    @Test func `with messages, updates, files, commands and numbers`() async throws {
        try await Playground.play { play async throws in
            _ = try await play.bot("setMyCommands", ["commands": [["command": "start", "description": "Начать"]]])
            let button: JSON = ["inline_keyboard": [[["text": "ок", "callback_data": "1"]]]]
            _ = try await play.say("Запомни", ["reply_markup": button])
            let file = try await play.sendFile([1, 2, 3], name: "a.txt", kind: "document").json
            let gone = try await play.say("уйдёт").result["message_id"] ?? 0
            _ = try await play.bot("deleteMessage", ["chat_id": .integer(play.person), "message_id": gone])
            let before = try await play.messages()
            let updates = try await play.bot("getUpdates").result
            try await play.reopened { later async throws in
                #expect(try await later.messages() == before)
                #expect(try await later.bot("getUpdates").result == updates)
                let state = try await later.get("/sandbox/chats/\(later.person)?bot=test_bot").json
                #expect(state["commands"] == [["command": "start", "description": "Начать"]])
                #expect(state["started"] == true)
                let id = file["document"]?["file_id"]?.string ?? ""
                #expect(try await later.bytes("/sandbox/files/\(id)").body == [1, 2, 3])
                #expect(try await later.say("дальше").result["message_id"]?.int == (gone.int ?? 0) + 1)
            }
        }
    }

    @Test func `even when the last line of the journal was cut`() async throws {
        try await Playground.play { play async throws in
            let before = try await play.messages()
            let journal = try FileHandle(forWritingTo: play.folder.appending(path: Journal.fileName))
            try journal.seekToEnd()
            try journal.write(contentsOf: Data(#"{"is":"message","bo"#.utf8))
            try journal.close()
            try await play.reopened { later async throws in
                #expect(try await later.messages() == before)
                _ = try await later.write("и дальше пишется")
                try await later.reopened { latest async throws in
                    #expect(try await latest.messages().count == before.count + 1)
                }
            }
        }
    }

    @Test func `and a compacted journal says the same as the long one`() throws {
        var long = State()
        let dialog = DialogID(bot: 1, chat: 2)
        for number in 1...50 {
            let text = JSON.object(["message_id": 1, "text": .string("\(number) %"), "date": 5])
            long.apply(.message(dialog, Message(id: 1, json: text, markup: nil, isFromBot: true)))
            long.apply(.event(dialog, ChatEvent(number: number, kind: .edited, message: text)))
        }
        long.apply(.deleted(dialog, message: 7))
        var short = State()
        for change in long.changes(at: 10) {
            short.apply(try #require(Change(try JSON(parsing: change.json.text))))
        }
        #expect(short.dialogs[dialog]?.messages[1]?.json["text"] == "50 %")
        #expect(short.dialogs[dialog]?.lastEvent == 50)
        #expect(short.dialogs[dialog]?.lastMessageID == 7)
        #expect(short.changes(at: 10).map(\.json) == long.changes(at: 10).map(\.json))
    }

    @Test func `unless a reset forgets it, with or without the bots`() async throws {
        try await Playground.play { play async throws in
            _ = try await play.post("/sandbox/reset", ["keep_bots": true])
            #expect(try await play.bot("getMe").status == 200)
            #expect(try await play.get("/sandbox/users").json == [])
            #expect(try await play.write("?").status == 404)
            _ = try await play.post("/sandbox/reset", [:])
            #expect(try await play.bot("getMe").status == 401)
            try await play.reopened { later async throws in
                #expect(try await later.get("/sandbox/bots").json == [])
            }
        }
    }
}

@Suite struct `A sandbox that stops` {
    private func sandbox(port: Int) -> (TelegramSandbox, URL) {
        let folder = FileManager.default.temporaryDirectory.appending(path: "sandbox-\(UUID().uuidString)")
        var configuration = SandboxConfiguration(folder: folder)
        configuration.port = port
        return (TelegramSandbox(configuration, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }), folder)
    }

    @Test func `answers those who wait and frees its port`() async throws {
        let (first, folder) = sandbox(port: 0)
        let port = try await first.start()
        let client = try HTTPClient(reactor: Reactor())
        func send(_ path: String, _ json: JSON) async throws -> JSON {
            let url = try #require(URL(string: "http://127.0.0.1:\(port)\(path)"))
            return try JSON(parsing: try await client.send(HTTPRequest(.post, url, body: .json(json.bytes))).body)
        }
        let token = try await send("/sandbox/bots", ["username": "test_bot"])["token"]?.string ?? ""
        async let poll = send("/bot\(token)/getUpdates", ["timeout": 50])
        try await waitUntil("the poll hangs") { await first.hasPoll }
        await first.stop()
        #expect(try await poll["ok"] == true)
        await client.close()
        let (second, other) = sandbox(port: port)
        #expect(try await second.start() == port)
        await second.stop()
        for folder in [folder, other] { try FileManager.default.removeItem(at: folder) }
    }

    @Test func `says so when its port is taken`() async throws {
        let (first, folder) = sandbox(port: 0)
        let (second, other) = sandbox(port: try await first.start())
        await #expect(throws: (any Error).self) { try await second.start() }
        await first.stop()
        for folder in [folder, other] { try FileManager.default.removeItem(at: folder) }
    }
}

@Suite struct `The door` {
    @Test(arguments: [
        ("127.0.0.1:8081", true), ("localhost", true), ("[::1]:80", true), ("127.9.9.9", true), ("sandbox:8081", true),
        ("evil.example", false), ("127.0.0.1.evil.example", false), ("localhost.evil.example:80", false),
        ("10.0.0.1", false),
    ])
    func `opens for loopback and named hosts only`(host: String, isOpen: Bool) {
        #expect(Doorkeeper(trustedHosts: ["sandbox"]).isTrusted(host) == isOpen)
    }

    @Test func `stays shut for other sites and strange names`() async throws {
        try await Playground.play { play async throws in
            #expect(try await play.get("/sandbox/bots", ["Host": "evil.example"]).status == 403)
            #expect(try await play.get("/sandbox/bots", ["Origin": "https://evil.example"]).status == 403)
            #expect(try await play.get("/sandbox/bots", ["Origin": play.base]).status == 200)
        }
    }

    @Test func `answers every mistake with a sentence`() async throws {
        try await Playground.play { play async throws in
            #expect(try await play.get("/sandbox/nonsense").error == "there is no GET /sandbox/nonsense")
            #expect(try await play.act("reaction").error == "message_id is missing")
            #expect(try await play.post("/sandbox/chats/5/text", ["bot": "test_bot", "text": "x"]).status == 404)
            let noBot = try await play.post("/sandbox/chats/\(play.person)/text", ["text": "x"])
            #expect(noBot.error == "bot is missing: give the bot's username")
            #expect(try await play.post("/sandbox/bots", ["username": "test_bot"]).status == 409)
            #expect(try await play.post("/sandbox/users", ["first_name": " "]).status == 400)
        }
    }
}
