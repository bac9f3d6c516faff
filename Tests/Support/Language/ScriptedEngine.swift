import Foundation
public import HTTP
import Reactor
import Synchronization

/// A scripted double of an engine of OpenAI's form: it gives the written answers in order, over real HTTP.
///
/// A request more than was written answers 599, and an answer that nobody asked for fails `with`.
public final class ScriptedEngine: Sendable {
    public struct Reply: Sendable {
        public var status: Int
        public var headers: [String: String]
        public var body: String

        public init(status: Int = 200, headers: [String: String] = [:], body: String) {
            self.status = status
            self.headers = headers
            self.body = body
        }

        public static func refuses(_ status: Int, _ body: String, _ headers: [String: String] = [:]) -> Reply {
            Reply(status: status, headers: headers, body: body)
        }

        /// A completion with this content, or with none.
        public static func says(
            _ content: String?,
            finish: String = "stop",
            refusal: String? = nil,
            usage: (prompt: Int, completion: Int)? = (100, 10),
            reasoning: String? = nil
        ) throws -> Reply {
            let message = Message(content: content, refusal: refusal, reasoning_content: reasoning)
            let completion = Completion(
                choices: [Choice(message: message, finish_reason: finish)],
                usage: usage.map { Usage(prompt_tokens: $0.prompt, completion_tokens: $0.completion) }
            )
            return Reply(body: String(decoding: try JSONEncoder().encode(completion), as: UTF8.self))
        }
    }

    private struct Completion: Encodable {
        var id = "1"
        var object = "chat.completion"
        var choices: [Choice]
        var usage: Usage?
    }

    private struct Choice: Encodable {
        var index = 0
        var message: Message
        var finish_reason: String
    }

    private struct Message: Encodable {
        var role = "assistant"
        var content: String?
        var refusal: String?
        var reasoning_content: String?
    }

    private struct Usage: Encodable {
        var prompt_tokens: Int
        var completion_tokens: Int
    }

    public struct Unasked: Error {
        public let replies: Int
    }

    private let replies: Mutex<[Reply]>

    private init(_ replies: [Reply]) { self.replies = Mutex(replies) }

    private func run(_ peer: LoopbackPeer) {
        while peer.readRequest() != nil {
            let reply = replies.withLock { $0.isEmpty ? nil : $0.removeFirst() }
            peer.answer(reply?.status ?? 599, reply?.headers ?? [:], reply?.body ?? "{}")
        }
    }

    /// Runs a body against the engine; every written answer must have been asked for.
    @discardableResult
    public static func with<Value>(
        _ replies: [Reply],
        _ body: (LoopbackServer, HTTPClient) async throws -> Value
    ) async throws -> Value {
        let engine = ScriptedEngine(replies)
        return try await withLoopbackServer({ engine.run($0) }) { server in
            let client = try HTTPClient(reactor: Reactor())
            let value = try await body(server, client)
            await client.close()
            let left = engine.replies.withLock { $0.count }
            guard left == 0 else { throw Unasked(replies: left) }
            return value
        }
    }
}
