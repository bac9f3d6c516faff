public import Kernel
import Speech

/// A stretch of a call that answers to questions.
public struct Passage: Codable, Sendable, Hashable {
    /// Numbers of turns, both included.
    public var firstTurn: Int
    public var lastTurn: Int
    /// Who speaks first in it.
    public var speaker: Speaker
    /// Seconds from the start of the recording.
    public var start: Double
    public var end: Double
    public var text: String
}

public enum PassageIdentity {}

public typealias PassageID = Identifier<PassageIdentity>

extension Passage {
    /// Fewer words say too little by themselves, such as "yes, please": they go with what follows.
    static let fewestWords = 5
    /// More words blur what a passage means.
    static let mostWords = 60

    /// Cuts a transcript into passages: a turn each, short ones joined to the next, long ones cut.
    static func cut(_ transcript: Transcript) -> [Passage] {
        var passages: [Passage] = []
        var waiting: [Turn] = []
        for turn in transcript.turns where !turn.words.isEmpty {
            waiting.append(turn)
            guard waiting.reduce(0, { $0 + $1.words.count }) >= fewestWords else { continue }
            passages += joined(waiting)
            waiting = []
        }
        return passages + joined(waiting)
    }

    private static func joined(_ turns: [Turn]) -> [Passage] {
        guard let first = turns.first, let last = turns.last else { return [] }
        let longest = turns.max { $0.words.count < $1.words.count } ?? first
        if turns.count == 1, first.words.count > mostWords { return pieces(of: first) }
        return [
            Passage(
                firstTurn: first.number,
                lastTurn: last.number,
                speaker: longest.speaker,
                start: first.start,
                end: turns.map(\.end).max() ?? last.end,
                text: turns.map(\.text).joined(separator: " ")
            )
        ]
    }

    /// Equal pieces, none longer than `mostWords`.
    private static func pieces(of turn: Turn) -> [Passage] {
        let count = (turn.words.count + mostWords - 1) / mostWords
        return (0..<count).map { number in
            let words = turn.words[(turn.words.count * number / count)..<(turn.words.count * (number + 1) / count)]
            return Passage(
                firstTurn: turn.number,
                lastTurn: turn.number,
                speaker: turn.speaker,
                start: words.first?.start ?? turn.start,
                end: words.last?.end ?? turn.end,
                text: words.map { $0.text.trimmingPrefix { $0.isWhitespace } }.joined(separator: " ")
            )
        }
    }
}
