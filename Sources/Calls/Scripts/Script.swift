public import Kernel
public import Language

/// A checklist by which calls are judged; data that a tenant keeps and changes.
public struct Script: Codable, Sendable, Hashable {
    public var name: CriterionTitle
    public var criteria: [Criterion]

    public init(name: CriterionTitle, criteria: [Criterion]) {
        self.name = name
        self.criteria = criteria
    }
}

public struct Criterion: Codable, Sendable, Hashable {
    /// Short and unique in its script, such as `greeting`.
    public var code: String
    public var title: CriterionTitle
    public var check: CriterionCheck

    public init(code: String, title: CriterionTitle, check: CriterionCheck) {
        self.code = code
        self.title = title
        self.check = check
    }
}

/// A criterion as people see it.
public struct CriterionName: Sendable, Hashable {
    public var code: String
    public var title: CriterionTitle

    public init(code: String, title: CriterionTitle) {
        self.code = code
        self.title = title
    }
}

/// Our own text in every language of the product, or a tenant's in theirs.
public enum CriterionTitle: Codable, Sendable, Hashable {
    case own(ru: String, en: String, kk: String)
    case tenant(String)

    public func callAsFunction(_ language: Kernel.Language) -> String {
        switch self {
        case .own(let ru, let en, let kk): Wording(ru: ru, en: en, kk: kk)(language)
        case .tenant(let text): text
        }
    }
}

/// How a criterion is judged; what `criteria.definition` keeps.
public enum CriterionCheck: Codable, Sendable, Hashable {
    /// Must be said.
    case said(PhraseRule)
    /// Must never be said.
    case never(PhraseRule)
    /// Whenever the occasion arises, an answer must follow.
    case answered(AnswerRule)
    /// One side names a step and the other accepts it.
    case agreed(AgreementRule)
    /// A question for a language model.
    case model(ModelQuestion)

    /// Whether it needs a language model.
    public var needsModel: Bool {
        if case .model = self { true } else { false }
    }
}

public struct AnswerRule: Codable, Sendable, Hashable {
    public var occasion: PhraseRule
    public var answer: PhraseRule
    /// Sends the other side away; with it only an answer after it counts.
    public var dismissal: PhraseRule
    /// How many times to speak the answering side has.
    public var withinTurns: Int

    public init(occasion: PhraseRule, answer: PhraseRule, dismissal: PhraseRule, withinTurns: Int) {
        self.occasion = occasion
        self.answer = answer
        self.dismissal = dismissal
        self.withinTurns = withinTurns
    }
}

public struct AgreementRule: Codable, Sendable, Hashable {
    public var step: PhraseRule
    public var acceptance: PhraseRule
    /// The other side's no to the step.
    public var refusal: PhraseRule
    /// What takes an agreed step back later.
    public var withdrawal: PhraseRule
    /// How many times to speak the accepting side has.
    public var withinTurns: Int

    public init(
        step: PhraseRule,
        acceptance: PhraseRule,
        refusal: PhraseRule,
        withdrawal: PhraseRule,
        withinTurns: Int
    ) {
        self.step = step
        self.acceptance = acceptance
        self.refusal = refusal
        self.withdrawal = withdrawal
        self.withinTurns = withinTurns
    }
}

/// A question that a language model answers with a quote.
public struct ModelQuestion: Codable, Sendable, Hashable {
    public var text: String
    /// What else the model is to find out, as JSON Schema of an object; its answer is kept beside the verdict.
    public var details: JSONValue?

    public init(text: String, details: JSONValue? = nil) {
        self.text = text
        self.details = details
    }
}
