/// A language model that answers with JSON of a given form.
public protocol ChatModel: Sendable {
    /// The model's name, for people and for accounts.
    var name: String { get }

    /// The answer, checked against the schema.
    ///
    /// Throws `LanguageFault`; what was spent on answers that were no use is then in `LanguageFailure.usage`.
    func answer(_ request: ChatRequest) async throws -> ChatAnswer
}

public struct ChatRequest: Sendable, Hashable {
    /// What the model is to be and do.
    public var instructions: String
    /// What it is asked about; material, not orders.
    public var question: String
    public var schema: JSONSchema
    public var maximumTokens: Int

    public init(instructions: String, question: String, schema: JSONSchema, maximumTokens: Int = 2000) {
        self.instructions = instructions
        self.question = question
        self.schema = schema
        self.maximumTokens = maximumTokens
    }
}

public struct ChatAnswer: Sendable, Hashable {
    /// JSON that the schema allows.
    public var value: JSONValue
    public var usage: TokenUsage

    public init(value: JSONValue, usage: TokenUsage) {
        self.value = value
        self.usage = usage
    }
}

/// What an answer took, repairs included; the caller keeps the accounts of its tenant.
public struct TokenUsage: Codable, Sendable, Hashable {
    public var requests: Int
    public var promptTokens: Int
    public var completionTokens: Int
    /// False when the engine did not tell the tokens of every request.
    public var isComplete: Bool

    public init(requests: Int = 0, promptTokens: Int = 0, completionTokens: Int = 0, isComplete: Bool = true) {
        self.requests = requests
        self.promptTokens = promptTokens
        self.completionTokens = completionTokens
        self.isComplete = isComplete
    }

    public static func + (one: TokenUsage, other: TokenUsage) -> TokenUsage {
        TokenUsage(
            requests: one.requests + other.requests,
            promptTokens: one.promptTokens + other.promptTokens,
            completionTokens: one.completionTokens + other.completionTokens,
            isComplete: one.isComplete && other.isComplete
        )
    }
}

/// What an engine asks for its tokens.
public struct TokenPrices: Codable, Sendable, Hashable {
    /// Money for a million tokens, in the currency of the settings.
    public var promptMillion: Double
    public var completionMillion: Double

    public init(promptMillion: Double, completionMillion: Double) {
        self.promptMillion = promptMillion
        self.completionMillion = completionMillion
    }

    public func cost(of usage: TokenUsage) -> Double {
        (Double(usage.promptTokens) * promptMillion + Double(usage.completionTokens) * completionMillion) / 1_000_000
    }
}

/// A model that turns texts into vectors whose nearness is nearness of meaning.
public protocol EmbeddingModel: Sendable {
    var name: String { get }

    /// One vector a text, in the order of the texts, of length 1.
    func embed(_ texts: [String]) async throws -> [[Float]]
}
