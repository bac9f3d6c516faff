import Speech

extension Transcript {
    /// Puts turns together from the words of each channel.
    ///
    /// - Parameters:
    ///   - words: Words by channel in seconds of the recording; a channel without speech may be missing.
    ///   - channels: How many carry speakers of their own: of two the first is the operator's.
    ///   - duration: Seconds of the recording.
    init(words: [Int: [RecognizedWord]], channels: Int, duration: Double) {
        let said = buildTurns(channels: (0..<channels).map { words[$0] ?? [] })
        let turns = said.enumerated().map { number, turn in
            Turn(
                number: number,
                channel: turn.channel,
                speaker: channels < 2 ? .unknown : turn.channel == 0 ? .operator : .client,
                start: turn.start,
                end: turn.end,
                text: turn.text,
                words: turn.words
            )
        }
        self.init(duration: duration, channels: channels, turns: turns)
    }
}
