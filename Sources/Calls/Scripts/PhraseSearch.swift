/// Finds patterns in one conversation.
///
/// Every word of a pattern is compared with the vocabulary once, so a long call costs little more than a short one.
final class PhraseSearch {
    private indirect enum Bound {
        case word([Bool])
        case anyOf([[Bound]])
        case optional([Bound])
        case gap(Int)
        case boundary
        case joined
        case sentenceEnd
        case stretchStart
        case stretchEnd
        case question
        case statement
    }

    let conversation: Conversation
    private var tests: [WordTest: [Bool]] = [:]
    private var classes: [WordClass: [Bool]] = [:]
    private var lexicons: [String: [[Bound]]] = [:]
    private let negations: [Bool]

    init(_ conversation: Conversation) {
        self.conversation = conversation
        negations = conversation.vocabulary.map { $0.text == "не" || $0.text == "ни" }
    }

    /// Matches of any of the patterns in a stretch, in order, the longest at each place.
    ///
    /// A match right behind "не" is none, unless the pattern itself says "не".
    func matches(of patterns: [PhrasePattern], in stretch: Conversation.Stretch) -> [PhraseMatch] {
        let bound = patterns.map { bind($0.nodes) }.filter(isPossible)
        guard !bound.isEmpty else { return [] }
        var found: [PhraseMatch] = []
        for start in stretch.words {
            if start > stretch.words.lowerBound, negations[conversation.wordNumbers[start - 1]] { continue }
            let end = bound.reduce(start) { max($0, ends(of: $1, at: start, in: stretch).max() ?? start) }
            if end > start { found.append(PhraseMatch(stretch: stretch.number, words: start..<end)) }
        }
        return found
    }

    /// Whether every needed word of the pattern occurs in the conversation at all.
    private func isPossible(_ nodes: [Bound]) -> Bool {
        nodes.allSatisfy { node in
            switch node {
            case .word(let accepted): accepted.contains(true)
            case .anyOf(let sequences): sequences.contains(where: isPossible)
            default: true
            }
        }
    }

    private func ends(of nodes: [Bound], at start: Int, in stretch: Conversation.Stretch) -> Set<Int> {
        var positions: Set<Int> = [start]
        for node in nodes {
            var next: Set<Int> = []
            for position in positions { next.formUnion(step(node, at: position, in: stretch)) }
            if next.isEmpty { return [] }
            positions = next
        }
        return positions
    }

    private func step(_ node: Bound, at position: Int, in stretch: Conversation.Stretch) -> Set<Int> {
        let words = conversation.words
        switch node {
        case .word(let accepted):
            guard position < stretch.words.upperBound, accepted[conversation.wordNumbers[position]] else { return [] }
            return [position + 1]
        case .anyOf(let sequences):
            return sequences.reduce(into: []) { $0.formUnion(ends(of: $1, at: position, in: stretch)) }
        case .optional(let nodes): return ends(of: nodes, at: position, in: stretch).union([position])
        case .gap(let width): return gap(width, from: position, in: stretch)
        case .boundary: return isBoundary(position, in: stretch) ? [position] : []
        case .joined: return isBoundary(position, in: stretch) ? [] : [position]
        case .sentenceEnd:
            let ends = position == stretch.words.upperBound || words[max(0, position - 1)].endsSentence
            return ends ? [position] : []
        case .stretchStart: return position == stretch.words.lowerBound ? [position] : []
        case .stretchEnd: return position == stretch.words.upperBound ? [position] : []
        case .question, .statement:
            let inside = max(stretch.words.lowerBound, min(position, stretch.words.upperBound) - 1)
            if case .question = node { return words[inside].isInQuestion ? [position] : [] }
            return words[inside].isInQuestion ? [] : [position]
        }
    }

    /// A gap stays in its sentence and never swallows a negation.
    private func gap(_ width: Int, from position: Int, in stretch: Conversation.Stretch) -> Set<Int> {
        var reached: Set<Int> = [position]
        var index = position
        while index < stretch.words.upperBound, index - position < width {
            if index > stretch.words.lowerBound, conversation.words[index - 1].endsSentence { break }
            if negations[conversation.wordNumbers[index]] { break }
            index += 1
            reached.insert(index)
        }
        return reached
    }

    private func isBoundary(_ position: Int, in stretch: Conversation.Stretch) -> Bool {
        if position == stretch.words.lowerBound || position == stretch.words.upperBound { return true }
        let before = conversation.words[position - 1]
        return before.endsClause || before.turn != conversation.words[position].turn
    }

    private func bind(_ nodes: [PatternNode]) -> [Bound] {
        nodes.map { node in
            switch node {
            case .word(let test): .word(accepted(by: test))
            case .anyOf(let sequences): .anyOf(sequences.map(bind))
            case .optional(let nodes): .optional(bind(nodes))
            case .gap(let width): .gap(width)
            case .lexicon(let name): .anyOf(lexicon(name))
            case .wordClass(let wordClass): .word(members(of: wordClass))
            case .boundary: .boundary
            case .joined: .joined
            case .sentenceEnd: .sentenceEnd
            case .stretchStart: .stretchStart
            case .stretchEnd: .stretchEnd
            case .question: .question
            case .statement: .statement
            }
        }
    }

    private func accepted(by test: WordTest) -> [Bool] {
        if let known = tests[test] { return known }
        let accepted = conversation.vocabulary.map(test.accepts)
        tests[test] = accepted
        return accepted
    }

    private func members(of wordClass: WordClass) -> [Bool] {
        if let known = classes[wordClass] { return known }
        let members = conversation.vocabulary.map(wordClass.contains)
        classes[wordClass] = members
        return members
    }

    private func lexicon(_ name: String) -> [[Bound]] {
        if let known = lexicons[name] { return known }
        let bound = Lexicon.patterns(named: name).map { bind($0.nodes) }.filter(isPossible)
        lexicons[name] = bound
        return bound
    }
}
