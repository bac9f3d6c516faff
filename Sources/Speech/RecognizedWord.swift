/// A word as an engine heard it, with its place in the recording.
public struct RecognizedWord: Codable, Sendable, Hashable {
    public var text: String
    /// Seconds from the start of the recording.
    public var start: Double
    public var end: Double
    public var probability: Double?

    public init(text: String, start: Double, end: Double, probability: Double? = nil) {
        self.text = text
        self.start = start
        self.end = end
        self.probability = probability
    }
}
