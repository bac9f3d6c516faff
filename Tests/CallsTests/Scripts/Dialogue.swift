import Foundation
import Speech

@testable import Calls

/// A conversation with known truth: one of ours in Tests/Fixtures/dialogues, or a recorded call.
struct Dialogue: Decodable {
    struct Line: Decodable {
        var speaker: Speaker
        var text: String
    }

    struct Facts: Decodable {
        var conversion: Bool?
        /// Nil where the point does not apply or is debatable.
        var checklist: [String: Bool?]
    }

    var id: String
    var turns: [Line]
    var facts: Facts

    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Fixtures")

    static func all(in path: String) throws -> [Dialogue] {
        try FileManager.default.contentsOfDirectory(
            at: folder.appending(path: path),
            includingPropertiesForKeys: nil
        )
        .filter { $0.pathExtension == "json" }
        .sorted { $0.path < $1.path }
        .map { try JSONDecoder().decode(Dialogue.self, from: Data(contentsOf: $0)) }
    }

    /// As if every word had been heard right.
    var transcript: Transcript { .spoken(turns.map { ($0.speaker, $0.text) }) }

    /// What a recogniser made of the recording of that name.
    func recognized() throws -> Transcript {
        let file = Self.folder.appending(path: "recognized/\(id).json")
        return try JSONDecoder().decode(RecognizedCall.self, from: Data(contentsOf: file)).transcript
    }
}

/// Words of each channel as Whisper base heard them in a recorded call.
struct RecognizedCall: Decodable {
    struct Channel: Decodable {
        var words: [RecognizedWord]
    }

    var channels: [Channel]
    var duration: Double

    var transcript: Transcript {
        let turns = buildTurns(channels: channels.map(\.words))
        return Transcript(
            duration: duration,
            channels: channels.count,
            turns: turns.enumerated().map { number, turn in
                Turn(
                    number: number,
                    channel: turn.channel,
                    speaker: turn.channel == 0 ? .operator : .client,
                    start: turn.start,
                    end: turn.end,
                    text: turn.text,
                    words: turn.words
                )
            }
        )
    }
}

extension Transcript {
    /// A call in which each word takes 0.4 s and each change of the speaker 0.6 s.
    static func spoken(_ lines: [(Speaker, String)]) -> Transcript {
        var clock = 1.0
        var turns: [Turn] = []
        for (number, line) in lines.enumerated() {
            let start = clock
            let words = line.1.split(separator: " ").map { word in
                defer { clock += 0.4 }
                return RecognizedWord(text: String(word), start: clock, end: clock + 0.4)
            }
            turns.append(
                Turn(
                    number: number,
                    channel: line.0 == .client ? 1 : 0,
                    speaker: line.0,
                    start: start,
                    end: clock,
                    text: line.1,
                    words: words
                )
            )
            clock += 0.6
        }
        return Transcript(duration: clock, channels: lines.contains { $0.0 == .unknown } ? 1 : 2, turns: turns)
    }
}

func operatorSays(_ text: String) -> (Speaker, String) { (.operator, text) }

func clientSays(_ text: String) -> (Speaker, String) { (.client, text) }
