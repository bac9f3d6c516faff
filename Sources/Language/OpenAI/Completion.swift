import Foundation

/// What `/chat/completions` answers, as far as we read it.
struct Completion {
    private struct Body: Decodable {
        let choices: [Choice]
        let usage: Usage?
    }

    private struct Choice: Decodable {
        let message: Message
        let finish_reason: String?
    }

    private struct Message: Decodable {
        let content: String?
        let refusal: String?
    }

    private struct Usage: Decodable {
        let prompt_tokens: Int?
        let completion_tokens: Int?
    }

    let usage: TokenUsage
    private let choice: Choice

    init(_ body: [UInt8]) throws {
        let decoded: Body
        do {
            decoded = try JSONDecoder().decode(Body.self, from: Data(body))
        } catch {
            let start = String(decoding: body.prefix(64), as: UTF8.self).lowercased()
            throw LanguageFault.nonsense(start.contains("<") ? "a web page" : "no completion")
        }
        guard let choice = decoded.choices.first else { throw LanguageFault.nonsense("no choices") }
        self.choice = choice
        usage = TokenUsage(
            requests: 1,
            promptTokens: decoded.usage?.prompt_tokens ?? 0,
            completionTokens: decoded.usage?.completion_tokens ?? 0,
            isComplete: decoded.usage?.prompt_tokens != nil && decoded.usage?.completion_tokens != nil
        )
    }

    /// The model's words, or the fault that stands in their place.
    func text() throws(LanguageFault) -> String {
        if let refusal = choice.message.refusal, !refusal.isEmpty { throw .declined }
        switch choice.finish_reason {
        case "length": throw .cutOff
        case "content_filter": throw .declined
        default: break
        }
        guard let content = choice.message.content, !content.isEmpty else { throw .nonsense("an empty answer") }
        return content
    }
}

/// Finds the JSON in what a model wrote.
enum AnswerText {
    /// The text without thoughts (`<think>…</think>`), fences and words around the outermost braces.
    static func json(in text: String) -> String {
        var text = text[...]
        if let end = text.range(of: "</think>", options: .backwards) { text = text[end.upperBound...] }
        guard let start = text.firstIndex(of: "{"), let end = text.lastIndex(of: "}"), start < end else {
            return String(text)
        }
        return String(text[start...end])
    }
}
