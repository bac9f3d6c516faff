public import Kernel

/// Why a model gave no answer that is of use; tells nothing of what was asked.
public enum LanguageFault: Fault, Hashable {
    case unreachable(String)
    /// Too many requests, or a model that is still loading.
    case busy(retryAfterSeconds: Double?)
    case failing(status: Int)
    case badKey
    /// The country or region is not served.
    case forbidden
    case quotaExhausted
    case unknownModel
    case tooLong
    /// The engine does not know something that it was sent, by the engine's own word for it.
    case badRequest(String)
    /// The model declined to answer.
    case declined
    /// The answer broke off at the limit of tokens.
    case cutOff
    /// The answer is none of the form asked for.
    case nonsense(String)

    public var isPassing: Bool {
        switch self {
        case .unreachable, .busy, .failing, .quotaExhausted, .nonsense, .badKey, .forbidden: true
        case .unknownModel, .tooLong, .badRequest, .declined, .cutOff: false
        }
    }

    public var description: String {
        switch self {
        case .unreachable(let why): "the language model is not reachable: \(why)"
        case .busy: "the language model is busy"
        case .failing(let status): "the language model failed with status \(status)"
        case .badKey: "the key for the language model is not accepted"
        case .forbidden: "the language model does not serve this region"
        case .quotaExhausted: "the quota of the language model is exhausted"
        case .unknownModel: "the language model is not known to its engine"
        case .tooLong: "the text is too long for the language model"
        case .badRequest(let code): "the language model refused the request: \(code)"
        case .declined: "the language model declined to answer"
        case .cutOff: "the answer of the language model was cut off"
        case .nonsense(let what): "the language model answered nonsense: \(what)"
        }
    }
}

/// A fault after tokens were spent.
public struct LanguageFailure: Fault {
    public let fault: LanguageFault
    public let usage: TokenUsage

    public init(_ fault: LanguageFault, usage: TokenUsage) {
        self.fault = fault
        self.usage = usage
    }

    public var isPassing: Bool { fault.isPassing }

    public var description: String { fault.description }
}
