import Database
import Foundation
import Jobs
import Kernel
import Language
import Support
import Testing

@testable import Calls

struct AnalyseJobTests {
    private let script = Script(
        name: .tenant("Свой"),
        criteria: [
            Script.standard.criteria[0],
            Criterion(
                code: "delivery",
                title: .tenant("Предложил доставку"),
                check: .model(ModelQuestion(text: "Предложил ли оператор доставку?"))
            ),
        ]
    )

    /// A call with turns that is to be judged by a script with an item for a language model.
    private func scene(_ language: LanguageDouble?) async throws -> (Bench, Work, CallID) {
        let bench = try await Bench.alone()
        let work = Work(bench, speech: try SpeechDouble().engine, model: language?.chat)
        let call = try await bench.addCall(1, at: bench.clock.wall.now(), state: .analysing)
        let turns: [Turn] = [
            .sample(0, .operator, "Добрый день слушаю вас"), .sample(1, .client, "Нужна арматура двадцать тонн"),
            .sample(2, .operator, "Можем привезти завтра своей машиной"),
        ]
        try await bench.database.tenant(bench.tenant) { transaction in
            _ = try await ScriptStore(transaction).insertActive(script)
            try await TranscriptStore(transaction).replaceTurns(turns, of: call)
            try transaction.enqueue(CallJobs.analyse, CallJob(call: call), key: CallJob(call: call).key)
        }
        return (bench, work, call)
    }

    @Test
    func `without a language model its item says that it needs one, the others are judged`() async throws {
        let (bench, work, call) = try await scene(nil)
        try await work.run { _ = try await work.until(\.isEnd) }
        let card = try #require(try await bench.archive.card(call, tenant: bench.tenant))
        #expect(card.criteria == script.names)
        #expect(card.analysis?.assessments.map(\.verdict) == [.yes, .undecided])
        #expect(card.analysis?.assessments.last?.reason == .needsLanguageModel)
        #expect(card.item.score == CallScore(passed: 1, scored: 1))
        #expect(try await bench.number("SELECT count(*) FROM passages") ?? 0 > 0)
    }

    @Test
    func `with one its item is judged with a real quote, and what it took is kept`() async throws {
        let language = try LanguageDouble()
        let (bench, work, call) = try await scene(language)
        try language.say(
            #"{"verdict":"yes","quote":"привезти завтра своей машиной","turn":2,"explanation":"предложил"}"#
        )
        try await work.run { _ = try await work.until(\.isEnd) }
        let card = try #require(try await bench.archive.card(call, tenant: bench.tenant))
        #expect(card.analysis?.assessments.map(\.verdict) == [.yes, .yes])
        #expect(card.analysis?.assessments.last?.quote?.turn == 2)
        #expect(
            try await bench.number("SELECT sum(prompt_tokens)::bigint FROM model_usage WHERE purpose = 'assessment'")
                == 1000
        )
    }

    @Test
    func `a language model that stays away does not hold up the rest`() async throws {
        let language = try LanguageDouble()
        let (bench, work, call) = try await scene(language)
        language.setAway(true)
        try await work.run {
            try bench.test.runAsSuperuser("UPDATE cell.jobs SET attempt = 3 WHERE type = 'call.analyse'")
            _ = try await work.until(\.isEnd)
        }
        let card = try #require(try await bench.archive.card(call, tenant: bench.tenant))
        #expect(card.item.state == .done)
        #expect(card.analysis?.assessments.first?.verdict == .yes)
        #expect(card.analysis?.assessments.last?.reason == .languageModelFailed)
    }
}
