import Foundation
import HTTP
import Kernel
import Support
import Testing

@testable import Speech

/// The bundled service by itself: what it refuses, how it queues, and that it stops.
@Suite(.serialized)
struct BundledServiceTests {
    private let client: HTTPClient

    init() throws { client = try HTTPClient(reactor: TestDatabase.reactor) }

    private func post(
        _ service: SpeechService,
        _ bytes: [UInt8],
        _ fields: [(String, String)] = [("model", "whisper-base"), ("language", "ru")],
        key: String? = nil
    ) async throws -> HTTPResponse {
        let file = HTTPPart(name: "file", filename: "a.flac", content: .bytes(bytes))
        let body = HTTPBody.multipart(fields.map { HTTPPart($0.0, $0.1) } + [file])
        var request = HTTPRequest(.post, service.base.appending(path: "audio/transcriptions"), body: body)
        request.headers["Authorization"] = key.map { "Bearer \($0)" }
        request.timeouts = HTTPTimeouts(total: .seconds(600))
        return try await client.send(request)
    }

    private func text(_ response: HTTPResponse) -> String { String(decoding: response.body, as: UTF8.self) }

    /// A recording made longer by repeating its samples; WAV of 8 kHz.
    private func wave(minutes: Int) throws -> [UInt8] {
        let bytes = Array(try Data(contentsOf: try Fixtures.recording("01-metal-order-good")))
        let data = try #require(bytes.firstRange(of: Array("data".utf8))).upperBound + 4
        let sound = Array(bytes[data...].prefix(16_000 * 2 * 40))
        let count = minutes * 60 / 40
        var made = Array(bytes[..<data])
        let size = UInt32(sound.count * count)
        made.replaceSubrange(data - 4..<data, with: (0..<4).map { UInt8(truncatingIfNeeded: size >> (8 * $0)) })
        for _ in 0..<count { made += sound }
        return made
    }

    @Test func `health, models and each form of answer`() async throws {
        let service = try SpeechService.shared()
        let health = try await client.send(
            HTTPRequest(.get, service.base.deletingLastPathComponent().appending(path: "health"))
        )
        #expect(text(health).contains(#""status": "ok""#))
        let models = try await client.send(HTTPRequest(.get, service.base.appending(path: "models")))
        #expect(text(models).contains("whisper-base") && text(models).contains("use-multilingual"))
        let call = Array(try Data(contentsOf: try Fixtures.recording("11-metal-callback-14")))
        let fields = [("model", "whisper-1"), ("language", "ru"), ("prompt", "Металл")]
        let plain = try await post(service, call, fields + [("response_format", "text")])
        #expect(plain.headers["content-type"]?.hasPrefix("text/plain") == true)
        #expect(text(plain).count > 50)
        let segments = try await post(service, call, fields + [("response_format", "verbose_json")])
        #expect(text(segments).contains(#""segments":"#) && !text(segments).contains(#""words":"#))
    }

    @Test func `what OpenAI refuses is refused, in its envelope`() async throws {
        let service = try SpeechService.shared()
        let whole = [("model", "whisper-base"), ("language", "ru")]
        let cases: [(bytes: [UInt8], fields: [(String, String)], status: Int, code: String)] = [
            ([], whole, 400, "empty"), (Array("%PDF-1.4".utf8), whole, 400, "audio_unreadable"),
            (Array("fLaC".utf8), whole, 400, "audio_unreadable"), ([1], [("model", "x")], 404, "model_not_found"),
            ([1], [("language", "ru")], 400, "model"),
            ([1], [("model", "whisper-base"), ("language", "russian!")], 400, "language"),
            ([1], whole + [("response_format", "srt")], 400, "response_format"),
            ([1], whole + [("timestamp_granularities[]", "word")], 400, "verbose_json"),
        ]
        for (bytes, fields, status, code) in cases {
            let response = try await post(service, bytes, fields)
            #expect(response.status == status)
            #expect(text(response).hasPrefix(#"{"error": {"message": ""#))
            #expect(text(response).contains(code))
        }
        let nowhere = try await client.send(HTTPRequest(.get, service.base.appending(path: "nothing")))
        #expect(nowhere.status == 404)
    }

    @Test func `a list of addresses makes the service fetch nothing`() async throws {
        let service = try SpeechService.shared()
        try await withLoopbackServer({ $0.answer(200) }) { server in
            let list = "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n\(server.url("/a.ts"))\n#EXT-X-ENDLIST\n"
            let response = try await post(service, Array(list.utf8))
            #expect(response.status == 400)
            #expect(server.connections == 0)
        }
    }

    @Test func `sentences of one meaning lie closer than others`() async throws {
        let service = try SpeechService.shared()
        struct Answer: Decodable {
            struct Item: Decodable { let index: Int, embedding: [Double] }
            let data: [Item]
        }
        let texts = [
            "Клиент просит перезвонить завтра", "Наберите мне, пожалуйста, завтра", "Арматура двенадцать миллиметров",
        ]
        let body = try JSONSerialization.data(withJSONObject: ["model": "use-multilingual", "input": texts])
        let request = HTTPRequest(.post, service.base.appending(path: "embeddings"), body: .json(Array(body)))
        let answer = try JSONDecoder().decode(Answer.self, from: Data(try await client.send(request).body))
        #expect(answer.data.map(\.index) == [0, 1, 2])
        let vectors = answer.data.map(\.embedding)
        func similarity(_ one: Int, _ other: Int) -> Double {
            zip(vectors[one], vectors[other]).reduce(0) { $0 + $1.0 * $1.1 }
        }
        #expect(vectors.allSatisfy { $0.count == 512 })
        #expect(similarity(0, 1) > similarity(0, 2) + 0.1)
        #expect(abs(similarity(0, 0) - 1) < 0.001)
    }

    @Test func `a key, a full line, a client that leaves, and a stop`() async throws {
        let service = try SpeechService(["--queue", "0", "--max-minutes", "5", "--grace-seconds", "1"], key: "secret")
        defer { service.terminate() }
        #expect(try await post(service, [1], key: "wrong").status == 401)
        let tooLong = try await post(service, try wave(minutes: 6), key: "secret")
        #expect(tooLong.status == 400)
        #expect(text(tooLong).contains("audio_too_long"))

        // One long job runs; the line is full; its client leaves; the job ends without having transcribed all of it.
        let long = try wave(minutes: 5)
        let job = Task { try await post(service, long, key: "secret") }
        try await wait(for: "transcribing", of: service)
        let refused = try await post(service, [1], key: "secret")
        #expect(refused.status == 429)
        #expect(refused.headers["retry-after"].flatMap { Int($0) }.map { $0 > 0 } == true)
        job.cancel()
        await #expect(throws: HTTPFault.self) { try await job.value }
        try await wait(for: "answered", status: 499, of: service)
        #expect(try await post(service, Array("fLaC".utf8), key: "secret").status == 400)

        // Asked to stop, it ends the running job between two segments, after its grace.
        let last = Task { try await post(service, long, key: "secret") }
        try await wait(for: "transcribing", of: service)
        service.terminate()
        try await wait(for: "stopped", of: service)
        // The connection ends with the service, or an answer of 503 came before.
        if case .success(let response) = await last.result { #expect(response.status == 503) }
    }

    /// Waits for a line of the service's log, and sees that no job came to its end before it.
    private func wait(for event: String, status: Int? = nil, of service: SpeechService) async throws {
        while true {
            let seen = try await service.events.next(within: .seconds(300))
            #expect(seen.event != "transcribed")
            if seen.event == event, status == nil || seen.status == status { return }
        }
    }
}
