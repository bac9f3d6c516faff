/// How many words of a truth were heard wrong.
struct WordErrorRate {
    private(set) var errors = 0
    private(set) var words = 0

    var rate: Double { words == 0 ? 0 : Double(errors) / Double(words) }

    mutating func add(heard: String, truth: String) {
        let truth = Self.normalized(truth)
        errors += Self.distance(Self.normalized(heard), truth)
        words += truth.count
    }

    mutating func add(_ other: WordErrorRate) {
        errors += other.errors
        words += other.words
    }

    /// Words in lower case without punctuation, ё as е, and digits spelled out; nothing else is forgiven.
    static func normalized(_ text: String) -> [String] {
        text.lowercased().replacing("ё", with: "е").split { !$0.isLetter && !$0.isNumber }.flatMap { token in
            Int(token).map(RussianNumerals.words) ?? [String(token)]
        }
    }

    /// Substitutions, insertions and deletions (Levenshtein).
    static func distance(_ one: [String], _ other: [String]) -> Int {
        var row = Array(0...other.count)
        for (index, word) in one.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in other.indices {
                let above = row[column + 1]
                row[column + 1] = min(above + 1, row[column] + 1, diagonal + (word == other[column] ? 0 : 1))
                diagonal = above
            }
        }
        return row[other.count]
    }
}
