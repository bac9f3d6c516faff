public import Kernel
public import Speech

/// One conversation, whatever brought its recording here.
public enum Call {}

public typealias CallID = Identifier<Call>

public enum Speaker: String, Codable, Sendable, Hashable, CaseIterable {
    case `operator`
    case client
    /// A recording with one channel does not tell who speaks.
    case unknown
}

/// What one person said until the other began or a long pause came.
public struct Turn: Codable, Sendable, Hashable {
    /// From 0, in the order of the transcript.
    public var number: Int
    public var channel: Int
    public var speaker: Speaker
    /// Seconds from the start of the recording.
    public var start: Double
    public var end: Double
    public var text: String
    public var words: [RecognizedWord]

    public init(
        number: Int,
        channel: Int,
        speaker: Speaker,
        start: Double,
        end: Double,
        text: String,
        words: [RecognizedWord]
    ) {
        self.number = number
        self.channel = channel
        self.speaker = speaker
        self.start = start
        self.end = end
        self.text = text
        self.words = words
    }
}

public struct Transcript: Codable, Sendable, Hashable {
    /// Seconds of the recording, speech or not.
    public var duration: Double
    public var channels: Int
    /// Ordered by start.
    public var turns: [Turn]

    public init(duration: Double, channels: Int, turns: [Turn]) {
        self.duration = duration
        self.channels = channels
        self.turns = turns
    }

    /// Whether nobody said anything that could be recognised.
    public var isEmpty: Bool { turns.allSatisfy { $0.words.isEmpty && $0.text.isEmpty } }

    /// Whether it is known who speaks.
    public var knowsSpeakers: Bool { turns.contains { $0.speaker != .unknown } }
}

/// Words of a call that show a claim, with the place to hear them.
public struct Quote: Codable, Sendable, Hashable {
    /// The number of the turn.
    public var turn: Int
    /// Seconds from the start of the recording.
    public var start: Double
    public var end: Double
    public var text: String

    public init(turn: Int, start: Double, end: Double, text: String) {
        self.turn = turn
        self.start = start
        self.end = end
        self.text = text
    }
}
