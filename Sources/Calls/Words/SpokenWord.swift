import Speech

/// A word of a conversation in the form in which rules compare it.
struct SpokenWord: Sendable {
    /// Lower case, `е` for `ё`, letters and digits only.
    let text: String
    let stem: String
    /// The index of its turn in the transcript.
    let turn: Int
    let start: Double
    let end: Double
    /// As the engine wrote it, punctuation included; empty for a second part of one written word.
    let written: String
    /// Whether a comma, dash or stop follows.
    let endsClause: Bool
    let endsSentence: Bool
    /// Whether its sentence ends with a question mark.
    var isInQuestion: Bool

    /// The words of a turn; a recognised word such as `как-нибудь` gives two.
    static func words(of turn: Turn, at index: Int) -> [SpokenWord] {
        var words: [SpokenWord] = []
        for recognized in turn.words.isEmpty ? spread(turn) : turn.words {
            let parts = normalParts(recognized.text)
            let mark = recognized.text.trimmingSuffix { $0.isWhitespace || $0 == "»" || $0 == "\"" }.last ?? " "
            for (number, part) in parts.enumerated() {
                let isLast = number == parts.count - 1
                words.append(
                    SpokenWord(
                        text: part,
                        stem: RussianStem.of(part),
                        turn: index,
                        start: recognized.start,
                        end: recognized.end,
                        written: number == 0 ? recognized.text.trimmingWhitespace() : "",
                        endsClause: isLast && ",;:—–-.!?…".contains(mark),
                        endsSentence: isLast && ".!?…".contains(mark),
                        isInQuestion: isLast && mark == "?"
                    )
                )
            }
        }
        markQuestions(&words)
        return words
    }

    /// Lower-case parts of letters or digits; `14:00` stays one word.
    static func normalParts(_ text: String) -> [String] {
        var parts: [String] = []
        var part = ""
        for character in text.lowercased() {
            if character.isLetter || character.isNumber {
                part.append(character == "ё" ? "е" : character)
            } else if character == ":", part.last?.isNumber == true {
                part.append(character)
            } else if !part.isEmpty {
                parts.append(part)
                part = ""
            }
        }
        if !part.isEmpty { parts.append(part) }
        return parts.map { $0.trimmingSuffix { $0 == ":" } }.filter { !$0.isEmpty }
    }

    /// The question mark stands at the end, and every word of the sentence asks.
    private static func markQuestions(_ words: inout [SpokenWord]) {
        var asks = false
        for index in words.indices.reversed() {
            if words[index].endsSentence { asks = words[index].isInQuestion }
            words[index].isInQuestion = asks
        }
    }

    /// A turn without word times gets them in proportion to the letters.
    private static func spread(_ turn: Turn) -> [RecognizedWord] {
        let written = turn.text.split(separator: " ")
        let letters = max(1, written.reduce(0) { $0 + $1.count })
        var spoken = 0
        return written.map { word in
            let start = turn.start + (turn.end - turn.start) * Double(spoken) / Double(letters)
            spoken += word.count
            let end = turn.start + (turn.end - turn.start) * Double(spoken) / Double(letters)
            return RecognizedWord(text: String(word), start: start, end: end)
        }
    }
}

extension String {
    func trimmingSuffix(while isUnwanted: (Character) -> Bool) -> String {
        var rest = self[...]
        while let last = rest.last, isUnwanted(last) { rest.removeLast() }
        return String(rest)
    }

    func trimmingWhitespace() -> String {
        String(drop { $0.isWhitespace }).trimmingSuffix { $0.isWhitespace }
    }
}
