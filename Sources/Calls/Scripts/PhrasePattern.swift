/// One way to say something, written as text that a script can keep.
///
/// - `перезвоните` any form of the word, misheard by a letter or two in long words
/// - `=рад` that form only, `выстав*` any word that begins so
/// - `(да|хорошо|все верно)` one of several, `[пожалуйста|будьте добры]` may be missing
/// - `..3` up to three other words of the sentence, none of them `не` or `ни`
/// - `@when` a list of patterns known by a name (see `Lexicon`), or a class: `@name`, `@unfamiliar`, `@number`
/// - `/` a comma, stop or pause here, `+` none here, `;` the end of a sentence, `^` the start of the speaker's words, `$` their end
/// - `?` inside a question, `!` not inside one
struct PhrasePattern: Sendable, Hashable {
    let nodes: [PatternNode]

    /// Reads a pattern; a strict one takes a word for another only where nothing else is near it.
    init(_ text: String, isStrict: Bool = false) throws(PatternMistake) {
        var reader = PatternReader(text, isStrict: isStrict)
        nodes = try reader.sequence(endingAt: nil)
        guard nodes.contains(where: \.saysSomething) else { throw PatternMistake.empty(text) }
    }
}

indirect enum PatternNode: Sendable, Hashable {
    case word(WordTest)
    case anyOf([[PatternNode]])
    case optional([PatternNode])
    case gap(Int)
    case lexicon(String)
    case wordClass(WordClass)
    case boundary
    case joined
    case sentenceEnd
    case stretchStart
    case stretchEnd
    case question
    case statement

    var saysSomething: Bool {
        switch self {
        case .word, .lexicon, .wordClass: true
        case .anyOf(let sequences): sequences.allSatisfy { $0.contains(where: \.saysSomething) }
        default: false
        }
    }
}

enum WordTest: Sendable, Hashable {
    case form(stem: String, text: String)
    case strictForm(stem: String)
    case exact(String)
    case prefix(String)

    func accepts(_ word: SpokenWord) -> Bool {
        switch self {
        case .form(let stem, let text):
            word.text == text || word.stem == stem || WordSimilarity.isNear(word.stem, stem)
        case .strictForm(let stem):
            word.stem == stem || stem.count >= 7 && WordSimilarity.isNear(word.stem, stem)
        case .exact(let text): word.text == text
        case .prefix(let prefix): Self.begins(word.text, with: prefix)
        }
    }

    /// A long prefix may carry misheard vowels, but no missing letters.
    private static func begins(_ text: String, with prefix: String) -> Bool {
        if text.hasPrefix(prefix) { return true }
        let letters = Array(text.unicodeScalars.prefix(prefix.unicodeScalars.count))
        let wanted = Array(prefix.unicodeScalars)
        guard wanted.count >= 6, letters.count == wanted.count, letters[0] == wanted[0] else { return false }
        let cost = zip(letters, wanted).reduce(0) { $0 + WordSimilarity.substitution($1.0, $1.1) }
        return cost <= WordSimilarity.tolerance(length: wanted.count) / 2
    }
}

enum WordClass: String, Sendable, Hashable {
    /// A given name in the nominative.
    case name
    /// A word that is no given name and none of those one expects where people introduce themselves.
    case unfamiliar
    /// An unfamiliar word or a given name: what may be the name of a company or a misheard name.
    case title
    /// Digits or a number in words.
    case number
}

/// What is wrong with a pattern that somebody wrote.
public enum PatternMistake: Error, Sendable, Hashable, CustomStringConvertible {
    case empty(String)
    case unclosed(String)
    case unopened(String)
    case unknownList(String)
    case badGap(String)

    public var description: String {
        switch self {
        case .empty(let text): "the pattern '\(text)' says nothing"
        case .unclosed(let text): "a bracket of the pattern '\(text)' is not closed"
        case .unopened(let text): "a bracket or '|' of the pattern '\(text)' closes nothing"
        case .unknownList(let name): "there is no list of phrases named '\(name)'"
        case .badGap(let text): "'\(text)' is not a gap such as ..3"
        }
    }
}

private struct PatternReader {
    private let text: String
    private let isStrict: Bool
    private var rest: Substring

    init(_ text: String, isStrict: Bool) {
        self.text = text
        self.isStrict = isStrict
        rest = text[...]
    }

    /// Reads up to the closing sign, or to the end of the text when there is none.
    mutating func sequence(endingAt close: Character?) throws(PatternMistake) -> [PatternNode] {
        var nodes: [PatternNode] = []
        while let sign = rest.first {
            if sign == close || (close != nil && sign == "|") { return nodes }
            switch sign {
            case " ", "\n": rest.removeFirst()
            case "(": nodes.append(.anyOf(try alternatives(endingAt: ")")))
            case "[": nodes.append(.optional([.anyOf(try alternatives(endingAt: "]"))]))
            case "/", "+", ";", "^", "$", "?", "!":
                rest.removeFirst()
                nodes.append(zeroWidth(sign))
            case ")", "]", "|": throw PatternMistake.unopened(text)
            default: nodes += try wordNodes(token())
            }
        }
        guard close == nil else { throw PatternMistake.unclosed(text) }
        return nodes
    }

    private mutating func alternatives(endingAt close: Character) throws(PatternMistake) -> [[PatternNode]] {
        rest.removeFirst()
        var sequences: [[PatternNode]] = []
        while true {
            sequences.append(try sequence(endingAt: close))
            let sign = rest.removeFirst()
            if sign == close { return sequences }
        }
    }

    private func zeroWidth(_ sign: Character) -> PatternNode {
        switch sign {
        case "/": .boundary
        case "+": .joined
        case ";": .sentenceEnd
        case "^": .stretchStart
        case "$": .stretchEnd
        case "?": .question
        default: .statement
        }
    }

    private mutating func token() -> Substring {
        let token = rest.prefix { !" \n()[]|/+;^$?!".contains($0) }
        rest = rest[token.endIndex...]
        return token
    }

    private func wordNodes(_ token: Substring) throws(PatternMistake) -> [PatternNode] {
        if token.hasPrefix("..") {
            guard let width = Int(token.dropFirst(2)), (0...20).contains(width) else {
                throw PatternMistake.badGap(String(token))
            }
            return [.gap(width)]
        }
        if token.hasPrefix("@") {
            let name = String(token.dropFirst())
            if let wordClass = WordClass(rawValue: name) { return [.wordClass(wordClass)] }
            guard Lexicon.names.contains(name) else { throw PatternMistake.unknownList(name) }
            return [.lexicon(name)]
        }
        let isExact = token.hasPrefix("=")
        let isPrefix = token.hasSuffix("*")
        let parts = SpokenWord.normalParts(String(token))
        return parts.enumerated().map { number, part in
            if isExact { return .word(.exact(part)) }
            if isPrefix && number == parts.count - 1 { return .word(.prefix(part)) }
            if isStrict { return .word(.strictForm(stem: RussianStem.of(part))) }
            return .word(.form(stem: RussianStem.of(part), text: part))
        }
    }
}
