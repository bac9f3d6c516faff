/// What one channel said without a long pause and without the other one speaking in between.
public struct SpokenTurn: Sendable, Hashable {
    public let channel: Int
    /// Seconds from the start of the recording.
    public let start: Double
    public let end: Double
    public let text: String
    public let words: [RecognizedWord]

    init(channel: Int, words: [RecognizedWord]) {
        self.channel = channel
        self.words = words
        start = words.first?.start ?? 0
        end = words.map(\.end).max() ?? start
        text = joined(words.map(\.text))
    }

    /// A longer pause ends a turn.
    ///
    /// Voice activity detection merges speech across pauses, so segments are no guide.
    static let pauseSeconds = 0.8
}

/// Turns of all channels by their start.
///
/// - Parameter channels: The words of each channel, in seconds of the recording.
/// - Returns: Every word in exactly one turn; words of a channel keep their order.
public func buildTurns(channels: [[RecognizedWord]]) -> [SpokenTurn] {
    let channels = channels.map { words in words.sorted { ($0.start, $0.end) < ($1.start, $1.end) } }
    var turns: [SpokenTurn] = []
    for (channel, words) in channels.enumerated() {
        let others = channels.enumerated().filter { $0.offset != channel }.flatMap(\.element)
        let middles = others.map { ($0.start + $0.end) / 2 }.sorted()
        var current: [RecognizedWord] = []
        for word in words {
            if let last = current.last, isBoundary(between: last, and: word, others: middles) {
                turns.append(SpokenTurn(channel: channel, words: current))
                current = []
            }
            current.append(word)
        }
        if !current.isEmpty { turns.append(SpokenTurn(channel: channel, words: current)) }
    }
    return turns.sorted { ($0.start, $0.channel) < ($1.start, $1.channel) }
}

private func isBoundary(between last: RecognizedWord, and next: RecognizedWord, others middles: [Double]) -> Bool {
    if next.start - last.end > SpokenTurn.pauseSeconds { return true }
    guard next.start > last.end else { return false }
    // An "угу" over the other's speech is no turn of the other's; a word in a gap is.
    let first = partition(middles) { $0 > last.end }
    return first < middles.count && middles[first] < next.start
}

/// The first index of sorted numbers for which the claim holds, or their count.
private func partition(_ numbers: [Double], _ holds: (Double) -> Bool) -> Int {
    var low = 0
    var high = numbers.count
    while low < high {
        let middle = (low + high) / 2
        if holds(numbers[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
}

/// Words as a text: one space between, none before punctuation or a part such as `-то` or `%`.
func joined(_ words: [String]) -> String {
    var text = ""
    for word in words {
        let word = word.drop(while: \.isWhitespace)
        guard let first = word.first else { continue }
        if !text.isEmpty, !isContinuation(first, of: word) { text += " " }
        text += word
    }
    return text
}

private func isContinuation(_ first: Character, of word: Substring) -> Bool {
    if ",.!?:;%)]}»…".contains(first) { return true }
    // `-то` belongs to the word before; a dash by itself stands between two.
    return first == "-" && word.dropFirst().first.map { $0.isLetter || $0.isNumber } == true
}
