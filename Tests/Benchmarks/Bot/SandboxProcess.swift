import Foundation
import HTTP
import Kernel
import TelegramSandbox

extension Role {
    /// The sandbox without Telegram's limits, in a process of its own.
    static let sandbox = Role(name: "sandbox") { stage in
        let arguments = try stage.decode(SandboxArguments.self)
        var configuration = SandboxConfiguration(folder: URL(filePath: arguments.folder))
        configuration.port = 0
        configuration.hasLimits = false
        let sandbox = TelegramSandbox(configuration, logger: Bench.quietLogger)
        try stage.answer(SandboxAnswer(port: try await sandbox.start()))
        while await stage.nextLine() != nil {}
        await sandbox.stop()
    }
}

private struct SandboxArguments: Codable {
    let folder: String
}

private struct SandboxAnswer: Codable {
    let port: Int
}

/// A sandbox that runs, seen from the person's side.
final class SandboxProcess: Sendable {
    let port: Int
    let running: RunningProgram
    private let http: HTTPClient

    init(_ bench: Bench) async throws {
        let folder = bench.folder.appending(path: "sandbox-\(UUID().uuidString)")
        running = try bench.start(.role("sandbox"), SandboxArguments(folder: folder.path))
        port = try await running.next(SandboxAnswer.self).port
        http = try HTTPClient(reactor: bench.reactor)
    }

    var address: String { "http://127.0.0.1:\(port)" }

    func stop() async throws {
        await http.close()
        try await running.end()
    }

    struct Bot: Decodable, Sendable {
        let token: String
        let id: Int64
        let username: String
    }

    struct User: Decodable, Sendable {
        let id: Int64
    }

    struct Message: Decodable, Sendable {
        let message_id: Int64
        let text: String?
    }

    func bot(_ username: String) async throws -> Bot {
        try await post("/sandbox/bots", ["username": username, "first_name": "Bot"])
    }

    func user(_ name: String) async throws -> User {
        try await post("/sandbox/users", ["first_name": name, "language_code": "ru"])
    }

    func write(_ text: String, from user: Int64, to bot: String) async throws -> Message {
        try await post("/sandbox/chats/\(user)/text", ["bot": bot, "text": text])
    }

    /// A call of the Bot API.
    func call<Result: Decodable & Sendable>(
        _ method: String,
        _ parameters: some Encodable,
        of bot: Bot,
        as type: Result.Type = Result.self
    ) async throws -> Result {
        let envelope: Envelope<Result> = try await post("/bot\(bot.token)/\(method)", parameters)
        return envelope.result
    }

    /// The bot's messages in a chat after one; waits for the first of them.
    func messages(of user: Int64, bot: String, after: Int64) async throws -> [Message] {
        let path = "/sandbox/chats/\(user)/messages?bot=\(bot)&after=\(after)&wait=10"
        return try decode(try await http.send(HTTPRequest(.get, try url(path))))
    }

    /// The number of the newest message of a chat.
    func lastMessage(of user: Int64, bot: String) async throws -> Int64 {
        let path = "/sandbox/chats/\(user)/messages?bot=\(bot)&after=0"
        let messages: [Message] = try decode(try await http.send(HTTPRequest(.get, try url(path))))
        return messages.map(\.message_id).max() ?? 0
    }

    struct Press: Encodable, Sendable {
        let bot: String
        let message_id: Int64
        let callback_data: String
    }

    /// A press whose answer is not waited for: the connection is left as it is until the caller closes it.
    func press(_ press: Press, from user: Int64) throws -> Int32 {
        let body = String(decoding: try JSONEncoder().encode(press), as: UTF8.self)
        let request = """
            POST /sandbox/chats/\(user)/press HTTP/1.1\r
            Host: 127.0.0.1:\(port)\r
            Content-Type: application/json\r
            Content-Length: \(body.utf8.count)\r
            \r
            \(body)
            """
        return try connect(port, sending: Array(request.utf8))
    }

    /// A recording as a file from a person.
    func sendFile(_ bytes: [UInt8], name: String, from user: Int64, to bot: String) async throws -> Message {
        let parts = [
            HTTPPart("bot", bot), HTTPPart("kind", "document"),
            HTTPPart(name: "file", filename: name, content: .bytes(bytes)),
        ]
        let request = HTTPRequest(.post, try url("/sandbox/chats/\(user)/file"), body: .multipart(parts))
        return try decode(try await http.send(request))
    }

    private func post<Answer: Decodable>(_ path: String, _ body: some Encodable) async throws -> Answer {
        let bytes = Array(try JSONEncoder().encode(body))
        return try decode(try await http.send(HTTPRequest(.post, try url(path), body: .json(bytes))))
    }

    private func decode<Answer: Decodable>(_ response: HTTPResponse) throws -> Answer {
        guard response.isSuccess else {
            throw Wrong("the sandbox says \(String(decoding: response.body, as: UTF8.self))")
        }
        return try JSONDecoder().decode(Answer.self, from: Data(response.body))
    }

    private func url(_ path: String) throws -> URL {
        guard let url = URL(string: address + path) else { throw Wrong("\(path) is no path") }
        return url
    }
}

private struct Envelope<Result: Decodable>: Decodable {
    let result: Result
}

/// Opens a connection to this machine and writes to it.
private func connect(_ port: Int, sending bytes: [UInt8]) throws -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    let isConnected = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
        }
    }
    guard isConnected, send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
        close(descriptor)
        throw Wrong("no connection to port \(port): errno \(errno)")
    }
    return descriptor
}
