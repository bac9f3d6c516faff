import Foundation
import HTTP
import Kernel
import Language
import Support
import Synchronization

/// A language engine of OpenAI's form: embeddings by rule, completions as a test writes them.
final class LanguageDouble: Sendable {
    private struct Script {
        var isAway = false
        var completions: [String] = []
        var embeddedCount = 0
        var questions: [String] = []
    }

    private final class Holder: Sendable {
        let script = Mutex(Script())
    }

    private struct EmbeddingRequest: Decodable {
        var input: [String]
    }

    private let holder: Holder
    private let server: LoopbackServer
    let embedding: OpenAIEmbeddingModel
    let chat: OpenAIChatModel

    /// Each rule is a direction: texts that hold one of its beginnings of words point there, all others elsewhere.
    init(topics: [[String]] = []) throws {
        let holder = Holder()
        self.holder = holder
        server = try LoopbackServer { peer in
            while let request = peer.readRequest() {
                if holder.script.withLock({ $0.isAway }) {
                    peer.answer(503, [:], #"{"error":{"message":"away"}}"#)
                } else if request.target == "/v1/embeddings" {
                    peer.answer(200, ["Content-Type": "application/json"], Self.embeddings(request, topics, holder))
                } else {
                    let completion = holder.script.withLock { script -> String? in
                        script.questions.append(request.text)
                        return script.completions.isEmpty ? nil : script.completions.removeFirst()
                    }
                    // A completion that no test wrote is a failure of the test.
                    peer.answer(
                        completion == nil ? 500 : 200,
                        [:],
                        completion ?? #"{"error":{"message":"unscripted"}}"#
                    )
                }
            }
        }
        let client = try HTTPClient(reactor: TestDatabase.reactor)
        let base = server.url("/v1")
        embedding = OpenAIEmbeddingModel(OpenAIEndpoint(client: client, base: base, key: nil, model: "nearness"))
        chat = OpenAIChatModel(OpenAIEndpoint(client: client, base: base, key: nil, model: "writer"))
    }

    deinit { server.stop() }

    func setAway(_ isAway: Bool) { holder.script.withLock { $0.isAway = isAway } }

    /// The content of the next completions.
    func say(_ contents: String...) throws {
        let completions = try contents.map { content in
            let text = String(decoding: try JSONEncoder().encode(content), as: UTF8.self)
            return """
                {"id":"1","object":"chat.completion","created":1,"model":"writer","choices":[{"index":0,\
                "message":{"role":"assistant","content":\(text)},"finish_reason":"stop"}],\
                "usage":{"prompt_tokens":1000,"completion_tokens":50,"total_tokens":1050}}
                """
        }
        holder.script.withLock { $0.completions = completions }
    }

    /// What the model was sent.
    var questions: [String] { holder.script.withLock { $0.questions } }
    var embeddedCount: Int { holder.script.withLock { $0.embeddedCount } }

    private static func embeddings(_ request: LoopbackRequest, _ topics: [[String]], _ holder: Holder) -> String {
        let texts: [String]
        do {
            texts = try JSONDecoder().decode(EmbeddingRequest.self, from: Data(request.body)).input
        } catch {
            return #"{"error":{"message":"\(error)"}}"#
        }
        holder.script.withLock { $0.embeddedCount += texts.count }
        let data = texts.enumerated().map { index, text in
            let topic = topics.firstIndex { $0.contains { text.lowercased().contains($0) } }
            // Without a topic each text has a direction of its own.
            let place = topic ?? topics.count + Int(Kernel.sha256(Array(text.utf8))[0]) % 200
            let vector = (0..<256).map { $0 == place ? "1" : "0" }.joined(separator: ",")
            return #"{"object":"embedding","index":\#(index),"embedding":[\#(vector)]}"#
        }
        return #"{"object":"list","data":[\#(data.joined(separator: ","))],"model":"nearness","usage":{}}"#
    }
}
