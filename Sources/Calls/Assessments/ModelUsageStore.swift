import Database
import Foundation
import Kernel
import Language

/// What a language model was used for.
enum ModelPurpose: Sendable {
    case assessment(CallID)
    case answer(QuestionID)
}

/// What the company's use of a language model took.
struct ModelUsageStore {
    let transaction: TenantTransaction

    init(_ transaction: TenantTransaction) { self.transaction = transaction }

    /// Keeps what was used, of which nothing came when no request was sent.
    func insert(
        _ usage: TokenUsage,
        for purpose: ModelPurpose,
        model: String,
        prices: TokenPrices?,
        at moment: Date
    ) async throws {
        guard usage.requests > 0 else { return }
        let (name, call, question): (String, CallID?, QuestionID?) =
            switch purpose {
            case .assessment(let call): ("assessment", call, nil)
            case .answer(let question): ("answer", nil, question)
            }
        try await transaction.execute(
            """
            INSERT INTO model_usage (used_at, purpose, call_id, question_id, model, requests, prompt_tokens,
                                     completion_tokens, is_complete, cost)
            VALUES (\(moment), \(name), \(call), \(question), \(model), \(usage.requests), \(usage.promptTokens),
                    \(usage.completionTokens), \(usage.isComplete), \(prices?.cost(of: usage)))
            """
        )
    }
}
