/// Finds in a transcript the words that somebody claims were said in it.
struct QuoteSearch {
    private let conversation: Conversation

    /// Shorter quotes occur everywhere and show nothing.
    static let fewestWords = 2
    /// The share of the quote's words that must be found in their order; engines and models drop and smooth words.
    static let leastShare = 0.75

    init(_ transcript: Transcript) { conversation = Conversation(transcript) }

    /// The place that says it best, or nil when nobody said it; the quote's text is what was said, not what was claimed.
    ///
    /// `turn` is the one that was claimed, and wins where the same words are said twice.
    func locate(_ text: String, turn: Int? = nil) -> Quote? {
        let wanted = SpokenWord.normalParts(text).map { (text: $0, stem: RussianStem.of($0)) }
        guard wanted.count >= Self.fewestWords else { return nil }
        var best: (score: Double, words: ClosedRange<Int>)?
        for start in conversation.words.indices where isSame(conversation.words[start], wanted[0]) {
            guard let found = match(wanted, from: start) else { continue }
            let bonus = conversation.words[found.words.lowerBound].turn == turnIndex(turn) ? 0.01 : 0
            if found.share + bonus > best?.score ?? 0 { best = (found.share + bonus, found.words) }
        }
        // A misheard first word must not hide the rest.
        if best == nil {
            for start in conversation.words.indices where isSame(conversation.words[start], wanted[1]) {
                guard let found = match(Array(wanted.dropFirst()), from: start, of: wanted.count) else { continue }
                if found.share > best?.score ?? 0 { best = (found.share, found.words) }
            }
        }
        return best.map { quote($0.words) }
    }

    /// Walks the quote and the call together; a few words may be missing on either side.
    private func match(
        _ wanted: [(text: String, stem: String)],
        from start: Int,
        of count: Int? = nil
    ) -> (share: Double, words: ClosedRange<Int>)? {
        let turn = conversation.words[start].turn
        var position = start
        var found = 0
        var last = start
        for word in wanted {
            let reach = position..<min(position + 3, conversation.words.count)
            let next = reach.first { conversation.words[$0].turn == turn && isSame(conversation.words[$0], word) }
            guard let next else { continue }
            found += 1
            last = next
            position = next + 1
        }
        let share = Double(found) / Double(count ?? wanted.count)
        return share >= Self.leastShare && found >= Self.fewestWords ? (share, start...last) : nil
    }

    private func isSame(_ spoken: SpokenWord, _ wanted: (text: String, stem: String)) -> Bool {
        spoken.text == wanted.text || spoken.stem == wanted.stem || WordSimilarity.isNear(spoken.stem, wanted.stem)
    }

    private func turnIndex(_ number: Int?) -> Int? {
        number.flatMap { number in conversation.transcript.turns.firstIndex { $0.number == number } }
    }

    private func quote(_ words: ClosedRange<Int>) -> Quote {
        let spoken = conversation.words[words]
        return Quote(
            turn: conversation.transcript.turns[conversation.words[words.lowerBound].turn].number,
            start: conversation.words[words.lowerBound].start,
            end: conversation.words[words.upperBound].end,
            text: spoken.map(\.written).filter { !$0.isEmpty }.joined(separator: " ")
        )
    }
}
