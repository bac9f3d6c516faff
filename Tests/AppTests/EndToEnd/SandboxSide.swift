import Foundation
import HTTP
import Kernel
import Support
import Telegram
import Testing

/// The people's side of a sandbox, over HTTP as a browser has it.
struct SandboxSide: Sendable {
    static let bot = "zvonar_test_bot"

    private let base: String
    private let client: HTTPClient

    init(port: Int) throws {
        base = "http://127.0.0.1:\(port)"
        client = try HTTPClient(reactor: TestDatabase.reactor)
    }

    func issueBot() async throws -> String {
        struct Issued: Decodable { let token: String }
        return try await post("/sandbox/bots", ["username": Self.bot, "first_name": "Звонарь"], as: Issued.self).token
    }

    /// The bot is at work once it has told Telegram its commands.
    func waitForBotCommands() async throws {
        struct Call: Decodable { let method: String }
        try await waitUntil("the bot polls") {
            try await get("/sandbox/log?after=0", as: [Call].self).contains { $0.method.lowercased() == "getupdates" }
        }
    }

    func person(_ name: String, language: String = "ru") async throws -> Person {
        let user = try await post(
            "/sandbox/users",
            ["first_name": name, "language_code": language],
            as: TelegramUser.self
        )
        return Person(id: user.id, side: self)
    }

    func post<Answer: Decodable>(_ path: String, _ values: [String: String], as type: Answer.Type) async throws
        -> Answer
    {
        try await read(HTTPRequest(.post, try url(path), body: .json(Array(JSONEncoder().encode(values)))))
    }

    func get<Answer: Decodable>(_ path: String, as type: Answer.Type) async throws -> Answer {
        try await read(HTTPRequest(.get, try url(path)))
    }

    func bytes(_ path: String) async throws -> [UInt8] {
        let response = try await client.send(HTTPRequest(.get, try url(path)))
        try #require(response.status == 200)
        return response.body
    }

    func send<Answer: Decodable>(_ path: String, _ parts: [HTTPPart], as type: Answer.Type) async throws -> Answer {
        try await read(HTTPRequest(.post, try url(path), body: .multipart(parts)))
    }

    fileprivate func read<Answer: Decodable>(_ request: HTTPRequest) async throws -> Answer {
        var request = request
        request.timeouts.total = .seconds(60)
        let response = try await client.send(request)
        guard response.status == 200 else {
            throw SandboxRefused(answer: String(decoding: response.body, as: UTF8.self))
        }
        return try JSONDecoder().decode(Answer.self, from: Data(response.body))
    }

    fileprivate func url(_ path: String) throws -> URL { try #require(URL(string: base + path)) }
}

struct SandboxRefused: Error, CustomStringConvertible {
    let answer: String

    var description: String { "the sandbox refused: \(answer)" }
}

/// A person with a chat with the bot.
struct Person: Sendable {
    let id: Int64
    let side: SandboxSide

    @discardableResult
    func write(_ text: String) async throws -> Message {
        try await side.post("/sandbox/chats/\(id)/text", ["bot": SandboxSide.bot, "text": text], as: Message.self)
    }

    @discardableResult
    func send(_ file: URL, as kind: String) async throws -> Message {
        let part = HTTPPart(name: "file", filename: file.lastPathComponent, content: .file(file))
        let parts = [HTTPPart("bot", SandboxSide.bot), HTTPPart("kind", kind), part]
        return try await side.send("/sandbox/chats/\(id)/file", parts, as: Message.self)
    }

    /// Presses a button; the text that the bot answers with, if any.
    @discardableResult
    func press(_ button: InlineKeyboardButton, under message: Message) async throws -> String? {
        struct Answer: Decodable {
            let text: String?
            let answered: Bool?
        }
        struct Press: Encodable {
            let bot = SandboxSide.bot
            let message_id: Int64
            let callback_data: String
        }
        let data = try #require(button.callbackData, "the button \(button.text) cannot be pressed")
        let answer = try await side.post(
            "/sandbox/chats/\(id)/press",
            encoding: Press(message_id: message.messageID, callback_data: data),
            as: Answer.self
        )
        try #require(answer.answered != false, "the bot never answered the button \(button.text)")
        return answer.text
    }

    func messages() async throws -> [Message] {
        try await side.get("/sandbox/chats/\(id)/messages?bot=\(SandboxSide.bot)&after=0", as: [Message].self)
    }

    /// Waits for the newest message of the bot after another that is as asked for.
    @discardableResult
    func wait(
        for what: String,
        after message: Int64 = 0,
        within limit: Duration = .seconds(60),
        _ isRight: (Message) -> Bool
    ) async throws -> Message {
        var found: Message?
        do {
            try await waitUntil(what, within: limit) {
                found = try await messages().last { $0.messageID > message && $0.from?.isBot == true && isRight($0) }
                return found != nil
            }
        } catch let error as NeverHappened {
            let seen = try await messages().suffix(4).map { $0.text ?? $0.caption ?? "(a file)" }
            Issue.record("waited for \(what); the chat ends with \(seen)")
            throw error
        }
        return try #require(found)
    }

    /// Asks the bot for the panel; the address that signs in.
    func panelLink() async throws -> String {
        let asked = try await write("/panel")
        let link = try await wait(for: "a link", after: asked.messageID) {
            $0.text?.contains("/sign-in/") == true || $0.buttons.contains { $0.url != nil }
        }
        return try #require(
            link.buttons.compactMap(\.url).first ?? link.text?.firstMatch(of: /https?:\S+/).map { String($0.0) }
        )
    }

    /// Waits for a text that contains a part.
    @discardableResult
    func wait(forText part: String, after message: Int64 = 0, within limit: Duration = .seconds(60)) async throws
        -> Message
    {
        try await wait(for: "«\(part)»", after: message, within: limit) { $0.text?.contains(part) == true }
    }
}

extension SandboxSide {
    fileprivate func post<Answer: Decodable>(
        _ path: String,
        encoding value: some Encodable,
        as type: Answer.Type
    ) async throws -> Answer {
        try await read(HTTPRequest(.post, try url(path), body: .json(Array(JSONEncoder().encode(value)))))
    }
}

extension Message {
    var buttons: [InlineKeyboardButton] { replyMarkup?.inlineKeyboard.flatMap { $0 } ?? [] }

    func button(_ part: String) throws -> InlineKeyboardButton {
        try #require(buttons.first { $0.text.contains(part) }, "no button \(part) among \(buttons.map(\.text))")
    }
}
