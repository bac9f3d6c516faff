import Foundation
import Support

@testable import Language

/// Runs a body against a scripted double of an engine.
@discardableResult
func withEngine<Value>(
    _ replies: [ScriptedEngine.Reply],
    _ body: (OpenAIEndpoint, LoopbackServer) async throws -> Value
) async throws -> Value {
    try await ScriptedEngine.with(replies) { server, client in
        let endpoint = OpenAIEndpoint(
            client: client,
            base: server.url("/v1"),
            key: "sk-test",
            model: "gpt-test",
            timeout: .seconds(20)
        )
        return try await body(endpoint, server)
    }
}

extension LoopbackRequest {
    /// The JSON that was sent.
    var json: JSONValue {
        get throws { try JSONDecoder().decode(JSONValue.self, from: Data(body)) }
    }
}
