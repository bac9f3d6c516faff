import Foundation
import Kernel
import Language
import Support
import Testing

@testable import Calls

@Suite struct ModelAssessorTests {
    private let script = Script(
        name: .tenant("Мой"),
        criteria: Script.standard.criteria.prefix(1) + [
            Criterion(
                code: "upsell",
                title: .tenant("Допродажа"),
                check: .model(ModelQuestion(text: "Предложил ли оператор что-то ещё?", details: ["type": "string"]))
            )
        ]
    )
    private let call = Transcript.spoken([
        operatorSays("Здравствуйте, слушаю вас."), clientSays("Нужен лист."),
        operatorSays("Лист есть. Может быть, вам нужен ещё и уголок?"),
    ])

    private func outcome(_ replies: ScriptedEngine.Reply...) async throws -> ModelAssessor.Outcome {
        try await ScriptedEngine.with(replies) { server, client in
            let endpoint = OpenAIEndpoint(client: client, base: server.url("/v1"), key: nil, model: "test")
            let outcome = try await ModelAssessor(OpenAIChatModel(endpoint)).assess(call, script: script)
            let sent = try #require(server.requests.first).text
            #expect(sent.contains("Предложил ли оператор что-то ещё?"))
            #expect(sent.contains("[2] operator: Лист есть."))
            return outcome
        }
    }

    private func answer(_ verdict: String, quote: String, turn: Int = 2) throws -> ScriptedEngine.Reply {
        let body = """
            {"verdict":"\(verdict)","quote":"\(quote)","turn":\(turn),"explanation":"так","details":"уголок"}
            """
        return try .says(body)
    }

    @Test func `without a model the point is undecided and says what it needs`() throws {
        let analysis = try analyse(call, script: script)
        #expect(analysis.assessments.last?.verdict == .undecided)
        #expect(analysis.assessments.last?.reason.wording(.russian) == "нужна языковая модель")
    }

    @Test func `a verdict counts with a quote that was said, at its second`() async throws {
        let outcome = try await outcome(answer("yes", quote: "может быть вам нужен уголок"))
        let assessment = try #require(outcome.assessments.first)
        #expect(outcome.assessments.count == 1)
        #expect(assessment.verdict == .yes)
        #expect(assessment.quote?.text == "Может быть, вам нужен ещё и уголок?")
        #expect(assessment.quote?.turn == 2)
        #expect(assessment.reason == .explained("так"))
        #expect(outcome.details["upsell"] == "уголок")
        #expect(outcome.usage.promptTokens == 100)
        let merged = try analyse(call, script: script).replacing(outcome.assessments)
        #expect(merged.assessments.map(\.verdict) == [.yes, .yes])
    }

    @Test func `an invented quote leaves the point undecided`() async throws {
        let outcome = try await outcome(answer("yes", quote: "возьмите ещё два мешка цемента"))
        #expect(outcome.assessments.map(\.verdict) == [.undecided])
        #expect(outcome.assessments.map(\.reason) == [.quoteNotFound])
    }

    @Test func `a no because it was never said needs no quote`() async throws {
        let outcome = try await outcome(answer("no", quote: "", turn: -1))
        #expect(outcome.assessments.map(\.verdict) == [.no])
    }

    @Test func `a model that declines leaves the point undecided, and its tokens count`() async throws {
        let outcome = try await outcome(.says(nil, refusal: "no"))
        #expect(outcome.assessments.map(\.reason) == [.languageModelFailed])
        #expect(outcome.usage.completionTokens == 10)
    }

    @Test func `a model that is away is asked again later`() async throws {
        let failure = await #expect(throws: LanguageFailure.self) {
            try await outcome(.refuses(503, "{}"))
        }
        #expect(failure?.isPassing == true)
    }
}
