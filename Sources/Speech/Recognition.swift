/// What an engine heard in one piece of sound.
public struct Recognition: Codable, Sendable, Hashable {
    /// Ordered by start; seconds from the beginning of the piece until `moved` says otherwise.
    public var words: [RecognizedWord]
    /// Where the engine itself had doubts: the words stand, but are worth a second listening.
    public var suspicious: [ClosedRange<Double>]
    /// How many segments were left out as invented (see `SuspicionRules`).
    public var droppedSegments: Int
    /// False for engines that give no times of words, where they are spread evenly over what is known.
    public var hasExactTimes: Bool

    public init(
        words: [RecognizedWord],
        suspicious: [ClosedRange<Double>] = [],
        droppedSegments: Int = 0,
        hasExactTimes: Bool = true
    ) {
        self.words = words
        self.suspicious = suspicious
        self.droppedSegments = droppedSegments
        self.hasExactTimes = hasExactTimes
    }

    public var isSuspicious: Bool { !suspicious.isEmpty || droppedSegments > 0 }

    /// The same, with times counted from a point `seconds` earlier: a window's words within the recording.
    public func moved(by seconds: Double) -> Recognition {
        var moved = self
        moved.words = words.map { word in
            var word = word
            word.start += seconds
            word.end += seconds
            return word
        }
        moved.suspicious = suspicious.map { $0.lowerBound + seconds...$0.upperBound + seconds }
        return moved
    }
}
