import Foundation
import Support
import Testing

@testable import Language

@Suite struct ChatModelTests {
    private let request = ChatRequest(
        instructions: "Оцени звонок.",
        question: "Клиент доволен?",
        schema: JSONSchema(
            name: "call verdict",
            schema: [
                "type": "object", "additionalProperties": false, "required": ["verdict"],
                "properties": ["verdict": ["type": "string", "enum": ["yes", "no"]]],
            ]
        )
    )
    private let good = #"{"verdict":"yes"}"#

    private func failure(_ replies: [ScriptedEngine.Reply]) async throws -> LanguageFailure {
        try await withEngine(replies) { endpoint, _ in
            let failure = await #expect(throws: LanguageFailure.self) {
                try await OpenAIChatModel(endpoint).answer(request)
            }
            return try #require(failure)
        }
    }

    @Test func `a request carries the schema, the key and the question, and the answer its tokens`() async throws {
        try await withEngine([.says(good)]) { endpoint, server in
            let answer = try await OpenAIChatModel(endpoint).answer(request)
            #expect(answer.value == ["verdict": "yes"])
            #expect(answer.usage == TokenUsage(requests: 1, promptTokens: 100, completionTokens: 10))
            let sent = try #require(server.requests.first)
            #expect(sent.target == "/v1/chat/completions")
            #expect(sent["authorization"] == "Bearer sk-test")
            let body = try sent.json
            #expect(body["model"]?.string == "gpt-test")
            #expect(body["temperature"] == nil)
            let format = body["response_format"]
            #expect(format?["type"]?.string == "json_schema")
            #expect(format?["json_schema"]?["name"]?.string == "call_verdict")
            #expect(format?["json_schema"]?["schema"] == request.schema.schema)
            #expect(body["messages"]?.array?.last?["content"]?.string == "Клиент доволен?")
        }
    }

    @Test(arguments: [
        "```json\n{\"verdict\":\"yes\"}\n```",
        "<think>Скорее {да}.</think>{\"verdict\":\"yes\"}",
        "Вот ответ: {\"verdict\":\"yes\"}. Удачи!",
    ])
    func `fences, thoughts and words around the JSON are taken off`(content: String) async throws {
        try await withEngine([.says(content, reasoning: "hm")]) { endpoint, _ in
            let value = try await OpenAIChatModel(endpoint).answer(request).value
            #expect(value == ["verdict": "yes"])
        }
    }

    @Test func `a wrong answer is given back once with what is wrong`() async throws {
        try await withEngine([.says(#"{"verdict":"maybe","mood":1}"#), .says(good)]) { endpoint, server in
            let answer = try await OpenAIChatModel(endpoint).answer(request)
            #expect(answer.usage.requests == 2)
            #expect(answer.usage.promptTokens == 200)
            let messages = try #require(try server.requests.last?.json["messages"]?.array)
            #expect(messages.count == 4)
            #expect(messages[2]["content"]?.string == #"{"verdict":"maybe","mood":1}"#)
            let complaint = try #require(messages[3]["content"]?.string)
            #expect(complaint.contains("$.verdict must be one of \"yes\", \"no\""))
            #expect(complaint.contains("$.mood is not allowed"))
        }
    }

    @Test func `after two wrong answers plain JSON is asked for`() async throws {
        try await withEngine([.says("да"), .says("нет"), .says(good)]) { endpoint, server in
            let requests = try await OpenAIChatModel(endpoint).answer(request).usage.requests
            #expect(requests == 3)
            let format = try server.requests.last?.json["response_format"]?["type"]?.string
            #expect(format == "json_object")
        }
    }

    @Test func `three wrong answers are nonsense, and what they cost is told`() async throws {
        let failure = try await failure([.says("да"), .says("да"), .says("да")])
        #expect(failure.usage == TokenUsage(requests: 3, promptTokens: 300, completionTokens: 30))
        guard case .nonsense = failure.fault else {
            Issue.record("\(failure)")
            return
        }
    }

    @Test func `an engine without schemas is asked for plain JSON, from then on at once`() async throws {
        let refusal = #"{"error":{"code":400,"message":"Failed to parse grammar","type":"invalid_request_error"}}"#
        try await withEngine([.refuses(400, refusal), .says(good), .says(good)]) { endpoint, server in
            let model = OpenAIChatModel(endpoint)
            let first = try await model.answer(request).value
            #expect(first == ["verdict": "yes"])
            let second = try await model.answer(request).value
            #expect(second == ["verdict": "yes"])
            let formats = try server.requests.map { try $0.json["response_format"]?["type"]?.string }
            #expect(formats == ["json_schema", "json_object", "json_object"])
        }
    }

    @Test func `a reasoning model is told the limit of tokens by its newer name`() async throws {
        let refusal =
            #"{"error":{"message":"Unsupported parameter","param":"max_tokens","code":"unsupported_parameter"}}"#
        try await withEngine([.refuses(400, refusal), .says(good)]) { endpoint, server in
            _ = try await OpenAIChatModel(endpoint).answer(request)
            let limit = try server.requests.last?.json["max_completion_tokens"]?.number
            #expect(limit == 2000)
            let older = try server.requests.last?.json["max_tokens"]
            #expect(older == nil)
        }
    }

    @Test func `an answer cut off at the limit is none, though its tokens count`() async throws {
        let failure = try await failure([.says(#"{"verdict":"y"#, finish: "length")])
        #expect(failure.fault == .cutOff)
        #expect(failure.usage.completionTokens == 10)
    }

    @Test func `a model that declines is not asked again`() async throws {
        #expect(try await failure([.says(nil, refusal: "I cannot")]).fault == .declined)
        #expect(try await failure([.says("{}", finish: "content_filter")]).fault == .declined)
    }

    @Test func `tokens that an engine does not tell are not invented`() async throws {
        try await withEngine([.says(good, usage: nil)]) { endpoint, _ in
            let usage = try await OpenAIChatModel(endpoint).answer(request).usage
            #expect(usage == TokenUsage(requests: 1, isComplete: false))
        }
    }

    @Test(arguments: [
        (401, #"{"error":{"message":"Incorrect API key","code":"invalid_api_key"}}"#, LanguageFault.badKey),
        (403, #"{"error":{"code":"unsupported_country_region_territory"}}"#, .forbidden),
        (404, #"{"error":{"code":"model_not_found"}}"#, .unknownModel),
        (400, #"{"error":{"code":"context_length_exceeded","message":"maximum"}}"#, .tooLong),
        (400, #"{"error":{"type":"exceed_context_size_error","code":400,"n_ctx":4096}}"#, .tooLong),
        (
            400, #"{"object":"error","message":"secret words","type":"BadRequestError","code":400}"#,
            .badRequest("BadRequestError")
        ),
        (422, #"{"detail":[{"msg":"field required"}]}"#, .badRequest("status 422")),
        (429, #"{"error":{"type":"insufficient_quota","code":"insufficient_quota"}}"#, .quotaExhausted),
        (500, "oops", .failing(status: 500)),
        (502, "<html>Bad Gateway</html>", .busy(retryAfterSeconds: nil)),
        (
            503, #"{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}"#,
            .busy(retryAfterSeconds: nil)
        ),
    ])
    func `refusals are told apart`(status: Int, body: String, fault: LanguageFault) async throws {
        #expect(try await failure([.refuses(status, body)]).fault == fault)
    }

    @Test func `a busy engine says when to come back`() async throws {
        let limited = #"{"error":{"code":"rate_limit_exceeded"}}"#
        let seconds = try await failure([.refuses(429, limited, ["Retry-After": "7"])])
        #expect(seconds.fault == .busy(retryAfterSeconds: 7))
        let milliseconds = try await failure([.refuses(429, limited, ["retry-after-ms": "250", "Retry-After": "1"])])
        #expect(milliseconds.fault == .busy(retryAfterSeconds: 0.25))
        #expect(milliseconds.isPassing)
    }

    @Test(arguments: ["<!doctype html>", "{}", #"{"choices":[]}"#, #"{"choices":[{"message":{"content":""}}]}"#])
    func `a success without a completion is nonsense`(body: String) async throws {
        guard case .nonsense = try await failure([.refuses(200, body)]).fault else {
            Issue.record("taken for an answer: \(body)")
            return
        }
    }

    @Test func `an engine that cannot be reached is a passing fault without the key`() async throws {
        let server = try LoopbackServer { _ in }
        try await withEngine([]) { endpoint, _ in
            server.stop()
            let closed = OpenAIEndpoint(client: endpoint.client, base: server.url("/v1"), key: "sk-secret", model: "m")
            let failure = await #expect(throws: LanguageFailure.self) {
                try await OpenAIChatModel(closed).answer(request)
            }
            #expect(failure?.isPassing == true)
            #expect(failure?.description.contains("sk-secret") == false)
        }
    }

    @Test func `tokens become money by the engine's prices`() {
        let usage = TokenUsage(requests: 1, promptTokens: 500_000, completionTokens: 100_000)
        #expect(TokenPrices(promptMillion: 2, completionMillion: 10).cost(of: usage) == 2)
    }
}
