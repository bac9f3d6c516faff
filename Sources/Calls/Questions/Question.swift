public import Foundation
public import Kernel

/// Something a person asked about the calls, in their own words.
public struct Question: Sendable, Hashable {
    public var id: QuestionID
    public var account: AccountID
    public var text: String
    public var language: Language
    public var origin: CallOrigin
    public var askedAt: Date
    /// Nil until answered.
    public var answer: Answer?
}

public typealias QuestionID = Identifier<Question>

/// What we found about a question; every claim names the call and the seconds where it can be heard.
public struct Answer: Codable, Sendable, Hashable {
    public enum Maker: String, Codable, Sendable, Hashable {
        /// The nearest passages as they were said.
        case search
        /// Sentences of a language model, each backed by citations that were checked to exist.
        case languageModel
    }

    public var maker: Maker
    /// Empty when `maker` is `search`, or when nothing was found.
    public var sentences: [AnswerSentence]
    /// The passages cited or, without a language model, the best ones; empty when nothing was found.
    public var citations: [Citation]
    public var coverage: SearchCoverage

    public init(maker: Maker, sentences: [AnswerSentence], citations: [Citation], coverage: SearchCoverage) {
        self.maker = maker
        self.sentences = sentences
        self.citations = citations
        self.coverage = coverage
    }

    public var isNothingFound: Bool { citations.isEmpty }
}

public struct AnswerSentence: Codable, Sendable, Hashable {
    public var text: String
    /// Places in the answer's `citations`; never empty.
    public var citations: [Int]

    public init(text: String, citations: [Int]) {
        self.text = text
        self.citations = citations
    }
}

/// Words of a call that answer a question.
public struct Citation: Codable, Sendable, Hashable {
    public var call: CallID
    public var happenedAt: Date
    public var speaker: Speaker
    public var quote: Quote

    public init(call: CallID, happenedAt: Date, speaker: Speaker, quote: Quote) {
        self.call = call
        self.happenedAt = happenedAt
        self.speaker = speaker
        self.quote = quote
    }
}

/// How much of what was said the search could look at; anything less than all is told to the person.
public struct SearchCoverage: Codable, Sendable, Hashable {
    /// The question had only words that everybody says, so this many newest passages were read; nil when all were.
    public var wordsInNewest: Int?
    /// Only this many newest passages were compared by meaning; nil when all were.
    public var meaningInNewest: Int?
    /// False when there is no engine for meaning or it was away: found by word stems only.
    public var isByMeaning: Bool

    public init(wordsInNewest: Int?, meaningInNewest: Int?, isByMeaning: Bool) {
        self.wordsInNewest = wordsInNewest
        self.meaningInNewest = meaningInNewest
        self.isByMeaning = isByMeaning
    }
}
