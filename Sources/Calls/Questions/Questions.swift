public import Database
import Foundation
public import Jobs
public import Kernel
public import Language
public import Logging

/// Questions in people's own words, answered from what was said in the company's calls.
public struct Questions: Sendable {
    /// Passages shown without a language model.
    static let shownPassages = 5
    /// Passages that a language model reads.
    static let readPassages = 12
    /// Tries of a language model that is away before the person gets the passages as they are.
    static let modelAttempts = 2

    private let database: Database
    private let embedding: (any EmbeddingModel)?
    private let model: (any ChatModel)?
    private let prices: TokenPrices?
    private let search = PassageSearch()
    private let clock: WallClock
    private let logger: Logger

    public init(
        database: Database,
        embedding: (any EmbeddingModel)?,
        model: (any ChatModel)? = nil,
        prices: TokenPrices? = nil,
        clock: WallClock,
        logger: Logger
    ) {
        self.database = database
        self.embedding = embedding
        self.model = model
        self.prices = prices
        self.clock = clock
        self.logger = logger
    }

    /// Keeps a question and has it answered.
    @discardableResult
    public func ask(
        _ text: String,
        account: AccountID,
        origin: CallOrigin,
        in transaction: TenantTransaction
    ) async throws -> QuestionID {
        let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !text.isEmpty else { throw QuestionRefusal.empty }
        guard text.count <= QuestionRefusal.longest else { throw QuestionRefusal.tooLong }
        let id = try await QuestionStore(transaction).insert(text, account: account, origin: origin, at: clock.now())
        try transaction.enqueue(CallJobs.asked, QuestionJob(question: id))
        return id
    }

    /// A question with its answer; nil when the company has no such question.
    public func question(_ id: QuestionID, in transaction: TenantTransaction) async throws -> Question? {
        try await QuestionStore(transaction).find(id)
    }

    /// Handles `question.asked`.
    public func handle(_ context: JobContext, _ job: QuestionJob) async throws -> JobOutcome {
        let asked = try await database.read(context.tenant) { try await QuestionStore($0).find(job.question) }
        guard let question = asked, question.answer == nil else { return .done }
        let meaning = try await meaning(of: question)
        let found = try await database.tenant(context.tenant) { transaction in
            try await search.find(question.text, meaning: meaning, limit: Self.readPassages, in: transaction)
        }
        do {
            let (answer, usage) = try await answer(question, found, context)
            return try await context.finish { transaction in
                try await keep(usage, of: question.id, in: transaction)
                guard try await QuestionStore(transaction).answer(question.id, answer, at: clock.now()) else { return }
                try transaction.enqueue(CallJobs.answered, job)
            }
        } catch let failure as LanguageFailure {
            // Spent is spent, whether the job is tried again or not.
            try await database.tenant(context.tenant) { try await keep(failure.usage, of: question.id, in: $0) }
            return .again(after: .seconds(3), because: "\(failure)")
        }
    }

    /// Sentences of the language model where there is one and it can back them, else the best passages.
    private func answer(
        _ question: Question,
        _ found: PassageSearch.Found,
        _ context: JobContext
    ) async throws -> (Answer, TokenUsage) {
        let passages = Answer(
            maker: .search,
            sentences: [],
            citations: found.passages.prefix(Self.shownPassages).map(\.citation),
            coverage: found.coverage
        )
        guard let model, !found.passages.isEmpty else { return (passages, TokenUsage()) }
        let sources = try await database.tenant(context.tenant) { transaction in
            var sources: [AnswerWriter.Source] = []
            for passage in found.passages {
                let transcript = try await PassageStore(transaction).transcript(of: passage)
                sources.append(AnswerWriter.Source(passage: passage, transcript: transcript))
            }
            return sources
        }
        do {
            let draft = try await AnswerWriter(model: model).write(question.text, from: sources)
            // A model that says things of which none was said is not believed in that nothing was said either.
            guard !draft.sentences.isEmpty || draft.droppedCount == 0 else { return (passages, draft.usage) }
            let answer = Answer(
                maker: .languageModel,
                sentences: draft.sentences,
                citations: draft.citations,
                coverage: found.coverage
            )
            return (answer, draft.usage)
        } catch let failure as LanguageFailure where !failure.isPassing || context.attempt >= Self.modelAttempts {
            logger.warning("no language model", metadata: ["question": "\(question.id)", "reason": "\(failure)"])
            return (passages, failure.usage)
        }
    }

    private func keep(_ usage: TokenUsage, of question: QuestionID, in transaction: TenantTransaction) async throws {
        guard let model else { return }
        try await ModelUsageStore(transaction)
            .insert(usage, for: .answer(question), model: model.name, prices: prices, at: clock.now())
    }

    /// Nil without an engine, or when it is away: then the answer is found by words alone and says so.
    private func meaning(of question: Question) async throws -> (unit: [Float], model: String)? {
        guard let embedding else { return nil }
        do {
            guard
                let unit = try await embedding.embed([QuestionWording.subject(of: question.text)]).first
                    .flatMap(unitVector)
            else { return nil }
            return (unit, embedding.name)
        } catch let fault as any Fault {
            logger.warning("no embedding of a question", metadata: ["reason": "\(fault)"])
            return nil
        }
    }
}

extension StoredPassage {
    var citation: Citation {
        Citation(
            call: call,
            happenedAt: happenedAt,
            speaker: passage.speaker,
            quote: Quote(turn: passage.firstTurn, start: passage.start, end: passage.end, text: passage.text)
        )
    }
}

/// Why a question is not taken.
public enum QuestionRefusal: Refusal, Hashable {
    /// Longer ones are no questions, and cost a language model dearly.
    public static let longest = 1_000

    case empty
    case tooLong

    public func sentence(in language: Kernel.Language) -> String { wording(language) }

    private var wording: Wording {
        switch self {
        case .empty:
            Wording(ru: "Напишите вопрос словами.", en: "Write the question in words.", kk: "Сұрақты сөзбен жазыңыз.")
        case .tooLong:
            Wording(
                ru: "Вопрос слишком длинный: уложитесь в \(Self.longest) знаков.",
                en: "The question is too long: keep it within \(Self.longest) characters.",
                kk: "Сұрақ тым ұзақ: \(Self.longest) таңбадан асырмаңыз."
            )
        }
    }
}
