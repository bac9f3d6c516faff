import Speech

extension TalkStatistics {
    /// Counts who spoke how long, from the times of the words.
    public init(of transcript: Transcript) {
        let spans = transcript.turns.flatMap(Self.spans)
        func seconds(_ speaker: Speaker) -> Double {
            Self.union(spans.filter { $0.speaker == speaker }.map(\.range)).reduce(0) { $0 + $1.length }
        }
        let spoken = Self.union(spans.map(\.range))
        let pauses = zip(spoken, spoken.dropFirst()).map { $1.lowerBound - $0.upperBound }
        self.init(
            duration: transcript.duration,
            operatorSeconds: seconds(.operator),
            clientSeconds: seconds(.client),
            unknownSeconds: seconds(.unknown),
            silenceSeconds: max(0, transcript.duration - spoken.reduce(0) { $0 + $1.length }),
            longestSilenceSeconds: pauses.max() ?? (spoken.isEmpty ? transcript.duration : 0),
            operatorInterruptions: Self.interruptions(by: .operator, of: .client, in: spans),
            clientInterruptions: Self.interruptions(by: .client, of: .operator, in: spans)
        )
    }

    private struct Span {
        let speaker: Speaker
        let range: ClosedRange<Double>
        let words: Int
    }

    /// Seconds between words that still count as speaking.
    private static let breath = 0.8

    private static func spans(of turn: Turn) -> [Span] {
        guard !turn.words.isEmpty else {
            return turn.end > turn.start ? [Span(speaker: turn.speaker, range: turn.start...turn.end, words: 1)] : []
        }
        var spans: [Span] = []
        for word in turn.words where word.end >= word.start {
            if let last = spans.last, word.start - last.range.upperBound <= breath, word.start >= last.range.lowerBound
            {
                let range = last.range.lowerBound...max(last.range.upperBound, word.end)
                spans[spans.count - 1] = Span(speaker: turn.speaker, range: range, words: last.words + 1)
            } else {
                spans.append(Span(speaker: turn.speaker, range: word.start...word.end, words: 1))
            }
        }
        return spans
    }

    private static func union(_ ranges: [ClosedRange<Double>]) -> [ClosedRange<Double>] {
        ranges.sorted { $0.lowerBound < $1.lowerBound }.reduce(into: []) { joined, range in
            if let last = joined.last, range.lowerBound <= last.upperBound {
                joined[joined.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                joined.append(range)
            }
        }
    }

    /// Times that one began to speak, and went on, before the other had ended.
    ///
    /// One or two words ("да", "угу, понял") while the other speaks are listening, not interrupting.
    private static func interruptions(by one: Speaker, of other: Speaker, in spans: [Span]) -> Int {
        let heard = spans.filter { $0.speaker == other }
        return spans.count { span in
            span.speaker == one && span.words > 2
                && heard.contains {
                    // Engines place a word a fifth of a second off.
                    span.range.lowerBound > $0.range.lowerBound + 0.5
                        && span.range.lowerBound < $0.range.upperBound - 0.2
                }
        }
    }
}

extension ClosedRange<Double> {
    fileprivate var length: Double { upperBound - lowerBound }
}
