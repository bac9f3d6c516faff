import Foundation
import HTTP
import Kernel
import Speech
import Support
import Synchronization

/// A speech service of OpenAI's form that hears what a test tells it to.
final class SpeechDouble: Sendable {
    enum Answer: Sendable {
        /// Words, each a second long, one after another.
        case hears(String)
        case fails(status: Int, headers: [String: String] = [:])
        /// A web page where a transcription should be.
        case nonsense
        case hangsUp
    }

    private struct Script {
        var answers: [Answer] = []
        var lasting = Answer.hears("")
        var count = 0
    }

    let server: LoopbackServer
    let engine: OpenAISpeechEngine
    private let holder: Holder

    private final class Holder: Sendable {
        let script = Mutex(Script())
    }

    init() throws {
        let holder = Holder()
        self.holder = holder
        server = try LoopbackServer { peer in
            while let request = peer.readRequest() {
                guard request.method == "POST", request.target == "/v1/audio/transcriptions" else {
                    peer.answer(404)
                    continue
                }
                let answer = holder.script.withLock { script in
                    script.count += 1
                    return script.answers.isEmpty ? script.lasting : script.answers.removeFirst()
                }
                switch answer {
                case .hears(let text): peer.answer(200, ["Content-Type": "application/json"], Self.transcription(text))
                case .fails(let status, let headers): peer.answer(status, headers, #"{"error":{"message":"no"}}"#)
                case .nonsense: peer.answer(200, ["Content-Type": "text/html"], "<html>It works!</html>")
                case .hangsUp: return
                }
            }
        }
        engine = OpenAISpeechEngine(
            client: try HTTPClient(reactor: TestDatabase.reactor),
            base: server.url("/v1"),
            key: nil,
            model: "double"
        )
    }

    deinit { server.stop() }

    /// What comes next, in order; after it `lasting` for ever.
    func say(_ answers: Answer..., then lasting: Answer) {
        holder.script.withLock { script in
            script.answers = answers
            script.lasting = lasting
        }
    }

    /// Transcriptions asked for so far.
    var requestCount: Int { holder.script.withLock { $0.count } }

    private static func transcription(_ text: String) -> String {
        let words = text.split(separator: " ").enumerated().map { place, word in
            #"{"word":"\#(word)","start":\#(place),"end":\#(Double(place) + 0.9)}"#
        }
        return #"{"task":"transcribe","text":"\#(text)","words":[\#(words.joined(separator: ","))],"segments":[]}"#
    }
}
