import Database
import Foundation
import Jobs
import Kernel
import Language
import Support
import Testing

@testable import Calls

struct QuestionsTests {
    private let rude = ["груб", "хам", "нахам"]
    /// Words that share neither a stem nor a topic of the thesaurus.
    private let apology = ["прощени", "извинени"]

    /// A tenant with one call in which the operator is rude, and everything that answers questions about it.
    private func scene(
        _ language: LanguageDouble,
        usesModel: Bool = false,
        _ body: @escaping @Sendable (Scene) async throws -> Void
    ) async throws {
        let bench = try await Bench.alone()
        let (database, logger) = (bench.database, TestDatabase.logger)
        let questions = Questions(
            database: database,
            embedding: language.embedding,
            model: usesModel ? language.chat : nil,
            prices: TokenPrices(promptMillion: 100, completionMillion: 400),
            clock: bench.clock.wall,
            logger: logger
        )
        let index = SearchIndex(database: database, embedding: language.embedding, logger: logger)
        let work = Work(bench, speech: try SpeechDouble().engine, index: index, questions: questions)
        let call = try await bench.addAnalysed(1, at: bench.clock.wall.now())
        let turns: [Turn] = [
            .sample(0, .operator, "Добрый день сервис бытовой техники слушаю"),
            .sample(1, .client, "Ваш мастер вчера хамил моей жене"),
            .sample(2, .operator, "Примите извинения мастер больше не приедет"),
            .sample(3, .client, "Пришлите другого завтра после обеда"),
        ]
        try await bench.addTurns(turns, to: call)
        try await work.run {
            try await body(Scene(bench: bench, questions: questions, index: index, work: work, call: call))
        }
    }

    private struct Scene: Sendable {
        let bench: Bench
        let questions: Questions
        let index: SearchIndex
        let work: Work
        let call: CallID

        func ask(_ text: String) async throws -> Answer {
            let id = try await bench.database.tenant(bench.tenant) { transaction in
                try await questions.ask(text, account: AccountID(7), origin: .sample(), in: transaction)
            }
            _ = try await work.until { $0 == .answered(id) }
            let question = try await bench.database.tenant(bench.tenant) { transaction in
                try await questions.question(id, in: transaction)
            }
            return try #require(question?.answer)
        }

        func embed() async throws {
            try await bench.database.tenant(bench.tenant) { transaction in
                try transaction.enqueue(CallJobs.embed, CallJob(call: call), key: "embed")
            }
            try await until("SELECT count(*) FROM passages WHERE embedding IS NULL", is: 0)
        }

        func until(_ sql: SQL, is number: Int) async throws {
            let deadline = ContinuousClock.now + .seconds(60)
            while ContinuousClock.now < deadline {
                if try await bench.number(sql) == number { return }
                await Task.yield()
            }
            throw NothingTold()
        }
    }

    @Test
    func `what was meant is found though no word agrees, with its place`() async throws {
        let language = try LanguageDouble(topics: [apology])
        try await scene(language) { scene in
            try await scene.embed()
            let answer = try await scene.ask("у кого просили прощения?")
            #expect(answer.maker == .search)
            #expect(answer.citations.map(\.quote.turn) == [2])
            #expect(answer.citations.first?.call == scene.call)
            #expect(answer.citations.first?.speaker == .operator)
            #expect(answer.citations.first?.quote.start == 6)
            #expect(answer.coverage == SearchCoverage(wordsInNewest: nil, meaningInNewest: nil, isByMeaning: true))
        }
    }

    @Test
    func `with the engine for meaning away words still find, and the answer says so`() async throws {
        let language = try LanguageDouble(topics: [apology])
        try await scene(language) { scene in
            try await scene.embed()
            language.setAway(true)
            let answer = try await scene.ask("приедет ли другой мастер завтра")
            #expect(!answer.isNothingFound)
            #expect(!answer.coverage.isByMeaning)
            let paraphrase = try await scene.ask("у кого просили прощения?")
            #expect(paraphrase.isNothingFound)
        }
    }

    @Test
    func `passages indexed while the engine was away get their meaning when it is back`() async throws {
        let language = try LanguageDouble(topics: [rude])
        language.setAway(true)
        try await scene(language) { scene in
            try await scene.bench.database.tenant(scene.bench.tenant) { transaction in
                try await scene.index.store(
                    [.init(firstTurn: 0, lastTurn: 0, speaker: .client, start: 0, end: 2, text: "мне нахамили у вас")],
                    of: scene.call,
                    in: transaction
                )
            }
            #expect(try await scene.bench.number("SELECT count(embedding) FROM passages") == 0)
            language.setAway(false)
            let deadline = ContinuousClock.now + .seconds(60)
            while try await scene.bench.number("SELECT count(embedding) FROM passages") == 0 {
                guard ContinuousClock.now < deadline else { throw NothingTold() }
                try scene.bench.hurry()
            }
            #expect(try await scene.ask("грубость").citations.map(\.quote.text) == ["мне нахамили у вас"])
        }
    }

    @Test
    func `a question about what nobody said has no answer`() async throws {
        let language = try LanguageDouble(topics: [rude])
        try await scene(language) { scene in
            try await scene.embed()
            let answer = try await scene.ask("какая погода на Марсе")
            #expect(answer.isNothingFound)
            #expect(answer.sentences.isEmpty)
        }
    }

    @Test
    func `a language model's sentences stand only on words that were said`() async throws {
        let language = try LanguageDouble(topics: [rude])
        try await scene(language, usesModel: true) { scene in
            try await scene.embed()
            try language.say(
                """
                {"sentences":[
                {"text":"Клиент пожаловался на хамство мастера.","evidence":[{"passage":1,"quote":"мастер вчера хамил"}]},
                {"text":"Клиент подал в суд.","evidence":[{"passage":1,"quote":"я подал на вас в суд"}]},
                {"text":"Мастер уволен.","evidence":[{"passage":9,"quote":"мастер вчера хамил"}]},
                {"text":"Так бывает.","evidence":[]}]}
                """
            )
            let answer = try await scene.ask("жаловался ли кто-то на грубость?")
            #expect(answer.maker == .languageModel)
            #expect(
                answer.sentences == [AnswerSentence(text: "Клиент пожаловался на хамство мастера.", citations: [0])]
            )
            #expect(answer.citations.map(\.quote.turn) == [1])
            #expect(answer.citations.first?.quote.text.contains("хамил") == true)
            #expect(language.questions.first?.contains("Ваш мастер вчера хамил") == true)
            let rows = try await scene.bench.database.tenant(scene.bench.tenant) { transaction in
                try await transaction.query("SELECT model, prompt_tokens, completion_tokens, cost FROM model_usage")
            }
            let (model, prompt, completion, cost) = try #require(rows.first).decode(
                String.self,
                Int.self,
                Int.self,
                Double?.self
            )
            #expect(rows.count == 1)
            #expect((model, prompt, completion) == ("writer", 1000, 50))
            #expect(abs((cost ?? 0) - 0.12) < 1e-9)
        }
    }

    @Test
    func `a model that only invents is not shown, the passages are`() async throws {
        let language = try LanguageDouble(topics: [rude])
        try await scene(language, usesModel: true) { scene in
            try await scene.embed()
            try language.say(
                #"{"sentences":[{"text":"Суд.","evidence":[{"passage":1,"quote":"увидимся в суде завтра"}]}]}"#
            )
            let answer = try await scene.ask("жаловался ли кто-то на грубость?")
            #expect(answer.maker == .search)
            #expect(answer.citations.map(\.quote.turn) == [1])
        }
    }

    @Test
    func `one company's question does not find what another's calls hold`() async throws {
        let language = try LanguageDouble(topics: [rude])
        try await scene(language) { scene in
            try await scene.embed()
            let other = try await Bench.make(in: scene.bench.test)
            let id = try await other.database.tenant(other.tenant) { transaction in
                try await scene.questions.ask("кто хамил?", account: AccountID(8), origin: .sample(), in: transaction)
            }
            _ = try await scene.work.until { $0 == .answered(id) }
            let question = try await other.database.tenant(other.tenant) { transaction in
                try await scene.questions.question(id, in: transaction)
            }
            #expect(question?.answer?.isNothingFound == true)
        }
    }

    @Test
    func `two companies were told the same, and each is quoted its own, though the model names the other's words`()
        async throws
    {
        let language = try LanguageDouble(topics: [rude])
        try await scene(language, usesModel: true) { scene in
            try await scene.embed()
            let other = try await Bench.make(in: scene.bench.test)
            let call = try await other.addAnalysed(1, at: other.clock.wall.now())
            #expect(call == scene.call, "the same number in both")
            let turns: [Turn] = [
                .sample(0, .operator, "Добрый день сервис бытовой техники слушаю"),
                .sample(1, .client, "Ваш мастер вчера хамил партнёру Бекову"),
            ]
            try await other.addTurns(turns, to: call)
            let next = Scene(
                bench: other,
                questions: scene.questions,
                index: scene.index,
                work: scene.work,
                call: call
            )
            try await next.embed()
            let both = """
                {"sentences":[
                {"text":"Хамили жене.","evidence":[{"passage":1,"quote":"хамил моей жене"},{"passage":2,"quote":"хамил моей жене"}]},
                {"text":"Хамили партнёру.","evidence":[{"passage":1,"quote":"хамил партнёру Бекову"},{"passage":2,"quote":"хамил партнёру Бекову"}]}]}
                """
            for (scene, own, foreign) in [(scene, "жене", "Бекову"), (next, "Бекову", "жене")] {
                try language.say(both)
                let answer = try await scene.ask("кому вчера хамил мастер?")
                #expect(answer.maker == .languageModel)
                #expect(answer.sentences.map(\.text) == [own == "жене" ? "Хамили жене." : "Хамили партнёру."])
                #expect(!answer.citations.isEmpty)
                for citation in answer.citations {
                    let card = try await scene.bench.archive.card(citation.call, tenant: scene.bench.tenant)
                    let said = card?.transcript.turns.first { $0.number == citation.quote.turn }?.text
                    #expect(said?.contains(citation.quote.text) == true)
                    #expect(!citation.quote.text.contains(foreign))
                }
                let sent = try #require(language.questions.last)
                #expect(sent.contains(own) && !sent.contains(foreign))
            }
        }
    }

    @Test
    func `an empty and an endless question are refused`() async throws {
        let bench = try await Bench.make()
        let questions = Questions(
            database: bench.database,
            embedding: nil,
            model: nil,
            clock: bench.clock.wall,
            logger: TestDatabase.logger
        )
        for (text, refusal) in [(" \n", QuestionRefusal.empty), (String(repeating: "а", count: 1001), .tooLong)] {
            await #expect(throws: refusal) {
                try await bench.database.tenant(bench.tenant) { transaction in
                    try await questions.ask(text, account: AccountID(7), origin: .sample(), in: transaction)
                }
            }
        }
    }
}
