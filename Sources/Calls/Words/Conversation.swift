import Speech

/// A transcript cut for rules: words in one row, turns joined into stretches of one speaker.
struct Conversation {
    /// What one person said before the other began; a pause inside does not end it.
    struct Stretch {
        let number: Int
        let speaker: Speaker
        let words: Range<Int>
        /// How many stretches the same speaker had before.
        let ordinal: Int
    }

    let transcript: Transcript
    let words: [SpokenWord]
    let stretches: [Stretch]
    /// The different words, each with a number of its own.
    let vocabulary: [SpokenWord]
    /// For each word its number in the vocabulary.
    let wordNumbers: [Int]

    init(_ transcript: Transcript) {
        var words: [SpokenWord] = []
        var spans: [(speaker: Speaker, words: Range<Int>)] = []
        for (index, turn) in transcript.turns.enumerated() {
            let spoken = SpokenWord.words(of: turn, at: index)
            guard !spoken.isEmpty else { continue }
            let range = words.count..<words.count + spoken.count
            words += spoken
            // Unknown speakers are kept apart: a pause is the only sign that the other one began.
            if let last = spans.last, last.speaker == turn.speaker, turn.speaker != .unknown {
                spans[spans.count - 1].words = last.words.lowerBound..<range.upperBound
            } else {
                spans.append((turn.speaker, range))
            }
        }
        var counts: [Speaker: Int] = [:]
        stretches = spans.enumerated().map { number, span in
            defer { counts[span.speaker, default: 0] += 1 }
            return Stretch(
                number: number,
                speaker: span.speaker,
                words: span.words,
                ordinal: counts[span.speaker, default: 0]
            )
        }
        var numbers: [String: Int] = [:]
        var vocabulary: [SpokenWord] = []
        wordNumbers = words.map { word in
            if let number = numbers[word.text] { return number }
            numbers[word.text] = vocabulary.count
            vocabulary.append(word)
            return vocabulary.count - 1
        }
        self.transcript = transcript
        self.words = words
        self.vocabulary = vocabulary
    }

    func stretchCount(of speaker: Speaker) -> Int { stretches.count { $0.speaker == speaker } }

    /// The sentence around a place, inside a stretch.
    func sentence(around range: Range<Int>, in stretch: Stretch) -> Range<Int> {
        var start = range.lowerBound
        while start > stretch.words.lowerBound, !words[start - 1].endsSentence { start -= 1 }
        var end = max(range.upperBound, start + 1)
        while end < stretch.words.upperBound, !words[end - 1].endsSentence { end += 1 }
        return start..<end
    }

    /// The words to show and play for a match: its sentence within its turn, at most about twenty words.
    func quote(_ match: PhraseMatch) -> Quote {
        let stretch = stretches[match.stretch]
        let turn = words[match.words.lowerBound].turn
        var range = sentence(around: match.words, in: stretch)
        let lower = max(range.lowerBound, match.words.lowerBound - 10)
        let upper = min(range.upperBound, max(match.words.upperBound, match.words.lowerBound + 10))
        range = lower..<upper
        let shown = range.filter { words[$0].turn == turn }
        let first = shown.first ?? match.words.lowerBound
        let last = shown.last ?? match.words.lowerBound
        return Quote(
            turn: transcript.turns[turn].number,
            start: words[first].start,
            end: words[last].end,
            text: shown.map { words[$0].written }.filter { !$0.isEmpty }.joined(separator: " ")
        )
    }
}

/// Where a pattern was found.
struct PhraseMatch: Hashable {
    let stretch: Int
    let words: Range<Int>
}
