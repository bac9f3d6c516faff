import Foundation
import Kernel
import Support
import Testing

@testable import Speech

struct OpenAISpeechEngineTests {
    @Test func `a window is sent as OpenAI wants it, and its words come back`() async throws {
        try await withLoopbackServer(OpenAIDouble().run) { server in
            let recognition = try await engine(server).transcribe(try flac(), seconds: 10, language: .russian)
            #expect(recognition.words == [RecognizedWord(text: "Алло.", start: 0.1, end: 0.5)])
            let request = try #require(server.requests.first)
            #expect(
                request.parts.compactMap { $0["name"] }.sorted() == [
                    "file", "language", "model", "response_format", "temperature", "timestamp_granularities[]",
                    "timestamp_granularities[]",
                ]
            )
            #expect(request.parts.first { $0["name"] == "language" }?.text == "ru")
            // The name of the file tells nothing of the call.
            #expect(request.parts.first { $0["name"] == "file" }?["filename"] == "audio.flac")
        }
    }

    @Test(arguments: Language.allCases)
    func `every language of the product is one the engine knows`(language: Language) async throws {
        try await withLoopbackServer(OpenAIDouble().run) { server in
            _ = try await engine(server).transcribe(try flac(), seconds: 10, language: language)
        }
    }

    @Test func `a service without a key is asked without one`() async throws {
        try await withLoopbackServer(OpenAIDouble(key: nil).run) { server in
            _ = try await engine(server, key: nil).transcribe(try flac(), seconds: 10, language: .russian)
            #expect(server.requests.first?["authorization"] == nil)
        }
    }

    @Test func `a model without times is asked for plain text, the second time at once`() async throws {
        try await withLoopbackServer(OpenAIDouble(hasNoTimes: true).run) { server in
            let engine = try engine(server)
            let first = try await engine.transcribe(try flac(), seconds: 9, language: .russian)
            #expect(first.words.map(\.text) == ["Алло,", "да."])
            #expect(!first.hasExactTimes)
            #expect(server.requests.count == 2)
            _ = try await engine.transcribe(try flac(), seconds: 9, language: .russian)
            #expect(server.requests.count == 3)
        }
    }

    @Test func `a wrong key and an unknown model are told apart`() async throws {
        try await withLoopbackServer(OpenAIDouble().run) { server in
            let wrongKey = try engine(server, key: "other")
            await #expect(throws: SpeechFault.refused(.key)) {
                try await wrongKey.transcribe(try flac(), seconds: 10, language: .russian)
            }
            let wrongModel = try engine(server, model: "whisper-9")
            await #expect(throws: SpeechFault.refused(.model)) {
                try await wrongModel.transcribe(try flac(), seconds: 10, language: .russian)
            }
        }
    }

    struct Answer: Sendable {
        var status: Int
        var headers: [String: String] = [:]
        var body = ""
        var fault: SpeechFault
    }

    private static let answers = [
        Answer(
            status: 400,
            body:
                #"{"error":{"message":"The audio file could not be decoded","type":"invalid_request_error","param":"file"}}"#,
            fault: .refused(.audio)
        ),
        Answer(
            status: 422,
            body: #"{"detail":[{"loc":["body","language"],"msg":"wrong"}]}"#,
            fault: .refused(.request)
        ),
        Answer(status: 413, body: "<html>too large</html>", fault: .refused(.tooLarge)),
        Answer(
            status: 429,
            headers: ["Retry-After": "20"],
            body: #"{"error":{"message":"slow down","type":"requests","code":"rate_limit_exceeded"}}"#,
            fault: .busy(retryAfter: .seconds(20))
        ),
        Answer(status: 429, headers: ["retry-after-ms": "1500"], fault: .busy(retryAfter: .milliseconds(1500))),
        Answer(status: 429, headers: ["Retry-After": "Fri, 21 Nov 2026 08:00:00 GMT"], fault: .busy(retryAfter: nil)),
        Answer(
            status: 429,
            body: #"{"error":{"message":"You exceeded your current quota","code":"insufficient_quota"}}"#,
            fault: .refused(.quota)
        ),
        Answer(
            status: 503,
            body: #"{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}"#,
            fault: .busy(retryAfter: nil)
        ),
        Answer(status: 500, body: #"{"error":"oops"}"#, fault: .failing(status: 500)),
        Answer(status: 502, body: "<html>Bad Gateway</html>", fault: .failing(status: 502)),
        Answer(status: 200, body: "<!DOCTYPE html><html></html>", fault: .nonsense("a web page")),
        Answer(status: 200, body: #"{"choices":[]}"#, fault: .nonsense("no transcription")),
        Answer(status: 302, headers: ["Location": "http://127.0.0.1:1/"], fault: .nonsense("a redirect")),
    ]

    @Test(arguments: answers.indices)
    func `every way to say no has its fault`(index: Int) async throws {
        let answer = Self.answers[index]
        let double = OpenAIDouble(status: answer.status, headers: answer.headers, body: answer.body)
        try await withLoopbackServer(double.run) { server in
            let engine = try engine(server)
            await #expect(throws: answer.fault) {
                try await engine.transcribe(try flac(), seconds: 10, language: .russian)
            }
        }
    }

    @Test func `what passes by itself is tried again, what does not is not`() {
        let passing: [SpeechFault] = [.unreachable("x"), .busy(retryAfter: nil), .failing(status: 502), .nonsense("x")]
        for fault in passing { #expect(fault.isPassing) }
        for cause in [SpeechFault.Cause.audio, .key, .model, .quota, .tooLarge, .request] {
            #expect(!SpeechFault.refused(cause).isPassing)
        }
    }

    @Test func `a service that is not there or hangs up is unreachable`() async throws {
        let server = try LoopbackServer { _ in }
        let cut = try engine(server)
        await #expect { try await cut.transcribe(try flac(), seconds: 10, language: .russian) } throws: { error in
            guard case SpeechFault.unreachable = error else { return false }
            return true
        }
        server.stop()
        #expect(await !cut.isReady())
    }

    @Test func `a cancelled task ends its request`() async throws {
        let arrived = Signal<Void>()
        let ended = Signal<Void>()
        let server = try LoopbackServer { peer in
            _ = peer.readRequest()
            arrived.send()
            peer.waitForEnd()
            ended.send()
        }
        defer { server.stop() }
        let engine = try engine(server)
        let task = Task { try await engine.transcribe(try flac(), seconds: 10, language: .russian) }
        try await arrived.next()
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        try await ended.next()
    }

    @Test(arguments: [
        (#"{"status":"ok"}"#, 200, true), (#"{"status":"loading"}"#, 200, false),
        (#"{"error":{"message":"Loading model"}}"#, 503, false),
    ])
    func `readiness is what health says`(body: String, status: Int, isReady: Bool) async throws {
        try await withLoopbackServer({ peer in
            while let request = peer.readRequest() {
                request.target == "/health" ? peer.answer(status, [:], body) : peer.answer(503)
            }
        }) { server in
            let engine = try engine(server)
            #expect(await engine.isReady() == isReady)
        }
    }

    @Test func `a cloud without health is ready when it lists its models`() async throws {
        try await withLoopbackServer(OpenAIDouble().run) { server in
            let right = try engine(server)
            let wrong = try engine(server, key: "wrong")
            #expect(await right.isReady())
            #expect(await !wrong.isReady())
        }
    }
}
