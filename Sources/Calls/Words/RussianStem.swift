/// The Snowball stemmer for Russian (snowballstem.org/algorithms/russian), which is also PostgreSQL's `russian_stem`.
enum RussianStem {
    private typealias Letters = [Unicode.Scalar]

    /// The stem of a word in lower case with `е` for `ё`.
    static func of(_ word: String) -> String {
        var letters = Letters(word.unicodeScalars)
        guard let firstVowel = letters.firstIndex(where: isVowel) else { return word }
        let rv = firstVowel + 1
        let r2 = regionAfterVowelAndConsonant(letters, from: regionAfterVowelAndConsonant(letters, from: 0))

        if !remove(perfectiveGerund, from: &letters, after: rv) {
            _ = remove(reflexive, from: &letters, after: rv)
            if remove(adjective, from: &letters, after: rv) {
                _ = remove(participle, from: &letters, after: rv)
            } else if !remove(verb, from: &letters, after: rv) {
                _ = remove(noun, from: &letters, after: rv)
            }
        }
        _ = remove(endings("и"), from: &letters, after: rv)
        _ = remove(derivational, from: &letters, after: r2)
        if remove(superlative, from: &letters, after: rv) || letters.count - rv >= 2 && letters.suffix(2) == doubleN {
            if letters.count - rv >= 2 && letters.suffix(2) == doubleN { letters.removeLast() }
        } else {
            _ = remove(endings("ь"), from: &letters, after: rv)
        }
        var stem = String.UnicodeScalarView()
        stem.append(contentsOf: letters)
        return String(stem)
    }

    private struct Ending {
        let letters: [Unicode.Scalar]
        /// Whether it counts only behind `а` or `я`, which stay.
        let followsA: Bool
    }

    /// Cuts the longest ending that lies wholly in the region.
    private static func remove(_ endings: [Ending], from letters: inout [Unicode.Scalar], after region: Int) -> Bool {
        for ending in endings {
            let start = letters.count - ending.letters.count
            guard start >= region, letters[start...].elementsEqual(ending.letters) else { continue }
            if ending.followsA {
                guard start > region, letters[start - 1] == "а" || letters[start - 1] == "я" else { continue }
            }
            letters.removeSubrange(start...)
            return true
        }
        return false
    }

    private static func regionAfterVowelAndConsonant(_ letters: [Unicode.Scalar], from start: Int) -> Int {
        var index = start
        while index < letters.count, !isVowel(letters[index]) { index += 1 }
        while index < letters.count, isVowel(letters[index]) { index += 1 }
        return min(index + 1, letters.count)
    }

    private static func isVowel(_ letter: Unicode.Scalar) -> Bool { "аеиоуыэюя".unicodeScalars.contains(letter) }

    private static func endings(_ free: String, afterA: String = "") -> [Ending] {
        let all =
            free.split(separator: " ").map { Ending(letters: Array($0.unicodeScalars), followsA: false) }
            + afterA.split(separator: " ").map { Ending(letters: Array($0.unicodeScalars), followsA: true) }
        return all.sorted { $0.letters.count > $1.letters.count }
    }

    private static let doubleN: ArraySlice<Unicode.Scalar> = ["н", "н"]
    private static let perfectiveGerund = endings("ив ивши ившись ыв ывши ывшись", afterA: "в вши вшись")
    private static let reflexive = endings("ся сь")
    private static let adjective = endings(
        "ее ие ые ое ими ыми ей ий ый ой ем им ым ом его ого ему ому их ых ую юю ая яя ою ею"
    )
    private static let participle = endings("ивш ывш ующ", afterA: "ем нн вш ющ щ")
    private static let verb = endings(
        "ила ыла ена ейте уйте ите или ыли ей уй ил ыл им ым ен ило ыло ено ят ует уют ит ыт ены ить ыть ишь ую ю",
        afterA: "ла на ете йте ли й л ем н ло но ет ют ны ть ешь нно"
    )
    private static let noun = endings(
        "а ев ов ие ье е иями ями ами еи ии и ией ей ой ий й иям ям ием ем ам ом о у ах иях ях ы ь ию ью ю ия ья я"
    )
    private static let superlative = endings("ейш ейше")
    private static let derivational = endings("ост ость")
}
