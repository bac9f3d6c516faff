import Foundation
import Synchronization

/// A model behind `POST /chat/completions` in OpenAI's form: OpenAI itself, llama.cpp, vLLM, or a proxy to others.
///
/// An answer that does not fit its schema is given back once with what is wrong; when that does not help, or the engine knows
/// no `json_schema`, plain `json_object` is asked for. What an engine does not know is remembered until the next start.
public final class OpenAIChatModel: ChatModel {
    private struct Dialect: Sendable {
        var knowsSchemas = true
        var knowsJSONMode = true
        /// Reasoning models know only the newer name, older local servers only the older one.
        var tokenLimit = "max_tokens"
    }

    private enum Format { case schema, json, text }

    private let endpoint: OpenAIEndpoint
    private let temperature: Double?
    private let dialect = Mutex(Dialect())

    /// - Parameters:
    ///   - endpoint: Where the engine answers.
    ///   - temperature: Sent only when set, as reasoning models refuse it.
    public init(_ endpoint: OpenAIEndpoint, temperature: Double? = nil) {
        self.endpoint = endpoint
        self.temperature = temperature
    }

    public var name: String { endpoint.model }

    public func answer(_ request: ChatRequest) async throws -> ChatAnswer {
        var usage = TokenUsage()
        do {
            return try await answer(request, usage: &usage)
        } catch let fault as LanguageFault {
            throw LanguageFailure(fault, usage: usage)
        }
    }

    private func answer(_ request: ChatRequest, usage: inout TokenUsage) async throws -> ChatAnswer {
        let opening = try Self.opening(request)
        let format = preferredFormat
        let first = try await ask(opening, request, format, usage: &usage)
        guard case .failure(let mistake) = Self.read(first, request.schema) else {
            return try Self.accepted(first, request.schema, usage)
        }
        let repair = opening + [message("assistant", first), message("user", Self.complaint(mistake))]
        let second = try await ask(repair, request, format, usage: &usage)
        if case .success = Self.read(second, request.schema) {
            return try Self.accepted(second, request.schema, usage)
        }
        guard format == .schema else { throw LanguageFault.nonsense("not of the form asked for, twice") }
        let third = try await ask(opening, request, .json, usage: &usage)
        return try Self.accepted(third, request.schema, usage)
    }

    private var preferredFormat: Format {
        dialect.withLock { $0.knowsSchemas ? .schema : $0.knowsJSONMode ? .json : .text }
    }

    /// One request, sent again in simpler words when the engine does not know some of them.
    private func ask(
        _ messages: [JSONValue],
        _ request: ChatRequest,
        _ format: Format,
        usage: inout TokenUsage
    ) async throws -> String {
        var format = format
        while true {
            do {
                let body = body(messages, request, format)
                let completion = try Completion(try await endpoint.post("chat/completions", body))
                usage = usage + completion.usage
                return try completion.text()
            } catch LanguageFault.badRequest(OpenAIRefusal.responseFormat) where format != .text {
                format = format == .schema ? .json : .text
                dialect.withLock { dialect in
                    dialect.knowsSchemas = false
                    if format == .text { dialect.knowsJSONMode = false }
                }
            } catch LanguageFault.badRequest(OpenAIRefusal.tokenLimit)
                where dialect.withLock({ $0.tokenLimit }) == "max_tokens"
            {
                dialect.withLock { $0.tokenLimit = "max_completion_tokens" }
            }
        }
    }

    private func body(_ messages: [JSONValue], _ request: ChatRequest, _ format: Format) -> JSONValue {
        var body: [String: JSONValue] = [
            "model": .string(endpoint.model),
            "messages": .array(messages),
            dialect.withLock({ $0.tokenLimit }): .number(Double(request.maximumTokens)),
        ]
        if let temperature { body["temperature"] = .number(temperature) }
        switch format {
        case .schema:
            body["response_format"] = [
                "type": "json_schema",
                "json_schema": ["name": .string(request.schema.name), "strict": true, "schema": request.schema.schema],
            ]
        case .json: body["response_format"] = ["type": "json_object"]
        case .text: break
        }
        return .object(body)
    }

    /// The schema is told in words too: llama.cpp enforces it without showing it to the model.
    private static func opening(_ request: ChatRequest) throws -> [JSONValue] {
        let form = "Answer with one JSON object and nothing else. Its JSON schema: \(try request.schema.schema.text())"
        return [
            ["role": "system", "content": .string(request.instructions + "\n\n" + form)],
            ["role": "user", "content": .string(request.question)],
        ]
    }

    private func message(_ role: String, _ content: String) -> JSONValue {
        ["role": .string(role), "content": .string(content)]
    }

    private static func complaint(_ mistake: Mistake) -> String {
        "That answer cannot be used: \(mistake.sentence). Answer again with the corrected JSON object and nothing else."
    }

    private struct Mistake: Error { let sentence: String }

    private static func read(_ text: String, _ schema: JSONSchema) -> Result<JSONValue, Mistake> {
        let value: JSONValue
        do {
            value = try JSONDecoder().decode(JSONValue.self, from: Data(AnswerText.json(in: text).utf8))
        } catch {
            return .failure(Mistake(sentence: "it is no JSON"))
        }
        let mistakes = schema.mistakes(in: value)
        return mistakes.isEmpty
            ? .success(value) : .failure(Mistake(sentence: mistakes.prefix(8).joined(separator: "; ")))
    }

    private static func accepted(_ text: String, _ schema: JSONSchema, _ usage: TokenUsage) throws -> ChatAnswer {
        switch read(text, schema) {
        case .success(let value): return ChatAnswer(value: value, usage: usage)
        case .failure: throw LanguageFault.nonsense("not of the form asked for, three times")
        }
    }
}
