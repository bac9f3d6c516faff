import Audio
import Foundation
import HTTP
import Kernel
import Support
import Testing

@testable import Speech

/// The recorded calls through the whole way of speech: split, windows, the bundled service, turns.
@Suite(.serialized)
struct FixtureTests {
    private struct Truth: Decodable {
        struct Turn: Decodable {
            let channel: Int
            let start: Double
            let text: String
        }

        let turns: [Turn]
    }

    private let tools: AudioTools
    private let engine: OpenAISpeechEngine

    init() throws {
        tools = try AudioTools()
        let client = try HTTPClient(reactor: TestDatabase.reactor)
        let service = try SpeechService.shared()
        engine = OpenAISpeechEngine(client: client, base: service.base, key: nil, model: "whisper-base")
    }

    /// The words of each channel of a recording, in seconds of the recording.
    private func words(of name: String) async throws -> [[RecognizedWord]] {
        let folder = FileManager.default.temporaryDirectory.appending(path: "zvonar-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = try Fixtures.recording(name)
        var channels: [[RecognizedWord]] = []
        for channel in try await tools.splitChannels(file, try await tools.inspect(file), into: folder) {
            var words: [RecognizedWord] = []
            for window in try await tools.windows(of: channel) {
                let piece = try await tools.cut(channel, window, into: folder)
                let seconds = window.end - window.start
                words += try await engine.transcribe(piece, seconds: seconds, language: .russian).moved(
                    by: window.start
                ).words
            }
            channels.append(words)
        }
        try FileManager.default.removeItem(at: folder)
        return channels
    }

    @Test func `at most a quarter of the words of the recorded calls is wrong`() async throws {
        var total = WordErrorRate()
        var matched = 0
        var turns = 0
        for name in Fixtures.calls {
            let truth = try JSONDecoder().decode(Truth.self, from: try Fixtures.truth(name))
            let channels = try await words(of: name)
            try #require(channels.count == 2)
            var call = WordErrorRate()
            for (channel, words) in channels.enumerated() {
                let said = truth.turns.filter { $0.channel == channel }.map(\.text).joined(separator: " ")
                call.add(heard: joined(words.map(\.text)), truth: said)
            }
            let built = buildTurns(channels: channels)
            let found = truth.turns.count { turn in
                built.contains { $0.channel == turn.channel && abs($0.start - turn.start) < 1.5 }
            }
            print("\(name): word error rate \(rounded(call.rate)), turns \(found) of \(truth.turns.count)")
            total.add(call)
            matched += found
            turns += truth.turns.count
        }
        print("all: word error rate \(rounded(total.rate)), turns \(matched) of \(turns)")
        #expect(total.words > 400)
        #expect(total.rate <= 0.25)
        #expect(Double(matched) >= 0.8 * Double(turns))
    }

    @Test(arguments: Fixtures.withoutSpeech)
    func `a recording without speech gives no words`(name: String) async throws {
        for words in try await words(of: name) { #expect(words.isEmpty) }
    }

    @Test func `digital silence gives no words even when it is sent`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "zvonar-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = try Fixtures.recording("silence-digital")
        let channels = try await tools.splitChannels(file, try await tools.inspect(file), into: folder)
        #expect(
            try await engine.transcribe(try #require(channels.first), seconds: 60, language: .russian).words.isEmpty
        )
        try FileManager.default.removeItem(at: folder)
    }

    private func rounded(_ rate: Double) -> Double { (rate * 1000).rounded() / 1000 }
}
