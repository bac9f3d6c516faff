import Foundation
import HTTP
import Reactor
import Telegram

/// The people's and the developer's side of the sandbox, over HTTP.
struct SandboxSide: Sendable {
    static let bot = "zvonar_chaos_bot"

    let address: String
    private let client: HTTPClient

    init(port: Int, reactor: Reactor) throws {
        address = "http://127.0.0.1:\(port)"
        client = try HTTPClient(reactor: reactor)
    }

    func waitUntilUp() async throws {
        for _ in 0..<600 {
            do {
                _ = try await get("/sandbox/bots")
                return
            } catch is HTTPFault {
                try await Task.sleep(for: .milliseconds(100))
            }
        }
        throw ChaosFailure("the sandbox does not start")
    }

    func issueBot(_ name: String = bot) async throws -> String {
        struct Issued: Decodable { let token: String }
        let answer = try await post("/sandbox/bots", ["username": name, "first_name": "Хаос"])
        return try JSONDecoder().decode(Issued.self, from: answer).token
    }

    func person(_ name: String) async throws -> Int64 {
        struct User: Decodable { let id: Int64 }
        let answer = try await post("/sandbox/users", ["first_name": name, "language_code": "ru"])
        return try JSONDecoder().decode(User.self, from: answer).id
    }

    /// The person writes; gives the number of their message.
    func write(_ text: String, from person: Int64, to bot: String = bot) async throws -> Int64 {
        try messageID(await post("/sandbox/chats/\(person)/text", ["bot": bot, "text": text]))
    }

    func send(_ bytes: [UInt8], name: String, from person: Int64) async throws -> Int64 {
        let parts = [
            HTTPPart("bot", Self.bot), HTTPPart("kind", "document"),
            HTTPPart(name: "file", filename: name, type: "audio/wav", content: .bytes(bytes)),
        ]
        return try messageID(
            await read(HTTPRequest(.post, url("/sandbox/chats/\(person)/file"), body: .multipart(parts)))
        )
    }

    func press(_ data: String, on message: Int64, from person: Int64) async throws {
        _ = try await post(
            "/sandbox/chats/\(person)/press",
            ["bot": Self.bot, "message_id": message, "callback_data": data]
        )
    }

    func messages(of person: Int64, bot: String = bot) async throws -> [Message] {
        let json = try await get("/sandbox/chats/\(person)/messages?bot=\(bot)&after=0")
        return try JSONDecoder().decode([Message].self, from: json)
    }

    func plan(_ fault: [String: any Sendable]) async throws { _ = try await post("/sandbox/faults", fault) }

    /// How many faults of each kind wait for a call.
    func plannedFaults() async throws -> [String: Int] {
        let list = try JSONSerialization.jsonObject(with: try await get("/sandbox/faults")) as? [[String: Any]] ?? []
        return list.reduce(into: [:]) { counts, fault in
            guard let kind = FaultMaker.kind(of: fault) else { return }
            counts[kind, default: 0] += fault["count"] as? Int ?? 1
        }
    }

    func clearFaults() async throws { _ = try await post("/sandbox/faults", ["clear": true]) }

    func log(after number: Int) async throws -> Data { try await get("/sandbox/log?after=\(number)") }

    /// Calls a method as the bot itself, such as to plant a mistake.
    func call(_ method: String, _ parameters: [String: any Sendable], token: String) async throws {
        _ = try await post("/bot\(token)/\(method)", parameters)
    }

    private func messageID(_ json: Data) throws -> Int64 {
        try JSONDecoder().decode(Message.self, from: json).messageID
    }

    private func post(_ path: String, _ values: [String: any Sendable]) async throws -> Data {
        let body = try JSONSerialization.data(withJSONObject: values)
        return try await read(HTTPRequest(.post, url(path), body: .json(Array(body))))
    }

    private func get(_ path: String) async throws -> Data { try await read(HTTPRequest(.get, url(path))) }

    private func read(_ request: HTTPRequest) async throws -> Data {
        var request = request
        request.timeouts.total = .seconds(90)
        request.maximumResponseBytes = 256 << 20
        let response = try await client.send(request)
        guard response.status == 200 else {
            throw ChaosFailure("the sandbox refused: \(String(decoding: response.body, as: UTF8.self))")
        }
        return Data(response.body)
    }

    private func url(_ path: String) throws -> URL {
        guard let url = URL(string: address + path) else { throw ChaosFailure("no address: \(path)") }
        return url
    }
}
