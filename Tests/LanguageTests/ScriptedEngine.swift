import Foundation
import HTTP
import Reactor
import Support
import Synchronization
import Testing

@testable import Language

/// A scripted double of an engine: it gives the written answers in order and keeps what it was asked.
///
/// A request more than was written answers 599, which fails the test.
final class ScriptedEngine: Sendable {
    struct Reply: Sendable {
        var status = 200
        var headers: [String: String] = ["Content-Type": "application/json"]
        var body: String
    }

    private let replies: Mutex<[Reply]>

    init(_ replies: [Reply]) { self.replies = Mutex(replies) }

    func run(_ peer: LoopbackPeer) {
        while peer.readRequest() != nil {
            let reply = replies.withLock { $0.isEmpty ? nil : $0.removeFirst() }
            guard let reply else {
                peer.answer(599, [:], "{}")
                return
            }
            peer.answer(reply.status, reply.headers, reply.body)
        }
    }

    var left: Int { replies.withLock { $0.count } }

    /// Runs a body against the engine; whatever was written must have been asked for.
    @discardableResult
    static func with<Value>(
        _ replies: [Reply],
        _ body: (OpenAIEndpoint, LoopbackServer) async throws -> Value
    ) async throws -> Value {
        let engine = ScriptedEngine(replies)
        return try await withLoopbackServer({ engine.run($0) }) { server in
            let client = try HTTPClient(reactor: Reactor())
            let endpoint = OpenAIEndpoint(
                client: client,
                base: server.url("/v1"),
                key: "sk-test",
                model: "gpt-test",
                timeout: .seconds(20)
            )
            let value = try await body(endpoint, server)
            await client.close()
            #expect(engine.left == 0)
            return value
        }
    }
}

extension ScriptedEngine.Reply {
    /// A completion with this content, or with none.
    static func says(
        _ content: String?,
        finish: String = "stop",
        refusal: String? = nil,
        usage: (Int, Int)? = (100, 10),
        reasoning: String? = nil
    ) throws -> Self {
        var message: [String: JSONValue] = [
            "role": "assistant", "content": content.map(JSONValue.string) ?? .null,
            "refusal": refusal.map(JSONValue.string) ?? .null,
        ]
        if let reasoning { message["reasoning_content"] = .string(reasoning) }
        var body: [String: JSONValue] = [
            "id": "1", "object": "chat.completion",
            "choices": [["index": 0, "message": .object(message), "finish_reason": .string(finish)]],
        ]
        if let usage {
            body["usage"] = [
                "prompt_tokens": .number(Double(usage.0)), "completion_tokens": .number(Double(usage.1)),
                "total_tokens": .number(Double(usage.0 + usage.1)),
            ]
        }
        return Self(body: try JSONValue.object(body).text())
    }

    static func refuses(_ status: Int, _ body: String, _ headers: [String: String] = [:]) -> Self {
        Self(status: status, headers: headers, body: body)
    }
}

extension LoopbackRequest {
    /// The JSON that was sent.
    var json: JSONValue {
        get throws { try JSONDecoder().decode(JSONValue.self, from: Data(body)) }
    }
}
