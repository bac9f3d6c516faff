/// How alike two words sound, for words that an engine misheard over a telephone.
enum WordSimilarity {
    /// The cost that still counts as the same word, by the length of the shorter one.
    ///
    /// Short stems are near many others ("рад", "ряд", "сад"), so they must agree letter for letter.
    static func tolerance(length: Int) -> Double {
        switch length {
        case ..<4: 0
        case 4: 0.5
        case 5...7: 1
        default: 1.5
        }
    }

    /// Whether one may be a mishearing of the other.
    static func isNear(_ one: String, _ other: String) -> Bool {
        if one == other { return true }
        let first = Array(one.unicodeScalars)
        let second = Array(other.unicodeScalars)
        let limit = tolerance(length: min(first.count, second.count))
        guard limit > 0, Double(abs(first.count - second.count)) <= limit else { return false }
        // A negated word ("неудобно") differs by two letters and by everything in meaning.
        guard one.hasPrefix("не") == other.hasPrefix("не") else { return false }
        guard first.first == second.first || substitution(first[0], second[0]) < 1 else { return false }
        return distance(first, second, limit: limit) <= limit
    }

    /// Edit distance in which letters that sound alike unstressed or over a line cost half.
    static func distance(_ one: [Unicode.Scalar], _ other: [Unicode.Scalar], limit: Double) -> Double {
        var previous = (0...other.count).map(Double.init)
        for row in 0..<one.count {
            var current = [Double(row + 1)]
            current.reserveCapacity(other.count + 1)
            for column in 0..<other.count {
                current.append(
                    min(
                        previous[column] + substitution(one[row], other[column]),
                        previous[column + 1] + 1,
                        current[column] + 1
                    )
                )
            }
            if current.allSatisfy({ $0 > limit }) { return .infinity }
            previous = current
        }
        return previous[other.count]
    }

    static func substitution(_ one: Unicode.Scalar, _ other: Unicode.Scalar) -> Double {
        one == other ? 0 : confusable.contains([one, other]) ? 0.5 : 1
    }

    private static let confusable: Set<Set<Unicode.Scalar>> = [
        ["а", "о"], ["е", "и"], ["и", "ы"], ["я", "а"], ["я", "е"], ["э", "е"], ["ю", "у"], ["е", "о"],
        ["б", "п"], ["в", "ф"], ["г", "к"], ["д", "т"], ["ж", "ш"], ["з", "с"], ["щ", "ш"], ["м", "н"], ["ь", "ъ"],
    ]
}
