/// Which part of a call a rule looks at.
public enum CallPart: Codable, Sendable, Hashable {
    case anywhere
    /// The speaker's first times to speak; a pause does not begin a new one.
    case first(turns: Int)
    case last(turns: Int)
    case firstSeconds(Double)
    case lastSeconds(Double)
}

/// Who says what, and where.
public struct PhraseRule: Codable, Sendable, Hashable {
    /// Nil when it does not matter who says it.
    public var speaker: Speaker?
    public var part: CallPart
    /// Patterns as `PhrasePattern` reads them; any of them is enough.
    public var says: [String]
    /// A match does not count in a sentence that any of these is found in.
    public var unless: [String]
    /// What the other side asks for; words said after it were prompted and do not count.
    public var unpromptedBy: [String]
    /// Whether the words themselves show who says them, so that a recording of one channel can be judged.
    public var tellsSpeaker: Bool

    public init(
        speaker: Speaker? = nil,
        part: CallPart = .anywhere,
        says: [String],
        unless: [String] = [],
        unpromptedBy: [String] = [],
        tellsSpeaker: Bool = false
    ) {
        self.speaker = speaker
        self.part = part
        self.says = says
        self.unless = unless
        self.unpromptedBy = unpromptedBy
        self.tellsSpeaker = tellsSpeaker
    }
}

extension PhraseRule {
    /// Every place that the rule describes, in order.
    func matches(in search: PhraseSearch) throws(PatternMistake) -> [PhraseMatch] {
        let conversation = search.conversation
        let said = try Self.compile(says)
        let excluded = try Self.compile(unless)
        let end = try promptedStretch(in: search) ?? conversation.stretches.count
        var matches: [PhraseMatch] = []
        for stretch in conversation.stretches[..<end] where isInPart(stretch, of: conversation) {
            for match in search.matches(of: said, in: stretch) where isInSeconds(match, of: conversation) {
                let sentence = conversation.sentence(around: match.words, in: stretch)
                let spoiled = search.matches(of: excluded, in: stretch).contains { $0.words.overlaps(sentence) }
                if !spoiled { matches.append(match) }
            }
        }
        return matches
    }

    static func compile(_ patterns: [String]) throws(PatternMistake) -> [PhrasePattern] {
        var compiled: [PhrasePattern] = []
        for pattern in patterns { compiled.append(try PhrasePattern(pattern)) }
        return compiled
    }

    /// The stretch in which the other side asks for what should have come unprompted.
    private func promptedStretch(in search: PhraseSearch) throws(PatternMistake) -> Int? {
        let prompts = try Self.compile(unpromptedBy)
        guard !prompts.isEmpty else { return nil }
        return search.conversation.stretches.first { stretch in
            stretch.speaker != (speaker ?? .unknown) && !search.matches(of: prompts, in: stretch).isEmpty
        }?.number
    }

    private func isInPart(_ stretch: Conversation.Stretch, of conversation: Conversation) -> Bool {
        // With one channel nobody is excluded; the judge knows what that is worth.
        if let speaker, stretch.speaker != .unknown, stretch.speaker != speaker { return false }
        // Two people share the stretches of one channel.
        let share = stretch.speaker == .unknown ? 2 : 1
        switch part {
        case .first(let turns): return stretch.ordinal < turns * share
        case .last(let turns):
            return stretch.ordinal >= conversation.stretchCount(of: stretch.speaker) - turns * share
        case .anywhere, .firstSeconds, .lastSeconds: return true
        }
    }

    private func isInSeconds(_ match: PhraseMatch, of conversation: Conversation) -> Bool {
        let start = conversation.words[match.words.lowerBound].start
        switch part {
        case .firstSeconds(let seconds): return start <= seconds
        case .lastSeconds(let seconds): return start >= conversation.transcript.duration - seconds
        case .anywhere, .first, .last: return true
        }
    }
}
