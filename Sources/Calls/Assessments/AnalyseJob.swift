import Audio
public import Database
import Foundation
public import Jobs
public import Kernel
public import Language
public import Logging

/// Judges a transcript by the company's script and puts it into the search index.
///
/// Everything is written together with the end of the job, so a call has either its whole analysis or none.
public struct AnalyseJob: Sendable {
    /// Tries of a language model that is away before its items stay undecided: the phrases' verdicts are not held up longer.
    private static let modelAttempts = 4

    private let database: Database
    private let scripts: Scripts
    private let index: SearchIndex
    private let model: (any ChatModel)?
    private let prices: TokenPrices?
    private let clock: WallClock
    private let logger: Logger

    public init(
        database: Database,
        scripts: Scripts,
        index: SearchIndex,
        model: (any ChatModel)? = nil,
        prices: TokenPrices? = nil,
        clock: WallClock,
        logger: Logger
    ) {
        self.database = database
        self.scripts = scripts
        self.index = index
        self.model = model
        self.prices = prices
        self.clock = clock
        self.logger = logger
    }

    /// Handles `call.analyse`.
    public func handle(_ context: JobContext, _ job: CallJob) async throws -> JobOutcome {
        guard let work = try await load(job.call, tenant: context.tenant) else { return .done }
        var analysis = try analyse(work.transcript, script: work.script)
        do {
            let judged = try await judgedByModel(work, context)
            analysis = analysis.replacing(judged.assessments)
            return try await finish(work, analysis, judged, context)
        } catch let failure as LanguageFailure {
            // Spent is spent, whether the job is tried again or not.
            try await database.tenant(context.tenant) { try await keep(failure.usage, of: job.call, in: $0) }
            return .again(after: TranscribeJob.pause(attempt: context.attempt), because: "\(failure)")
        }
    }

    /// Handles the end of all tries, in the transaction that ends them.
    public func handleDead(_ context: JobContext, _ job: CallJob, _ transaction: TenantTransaction) async throws {
        try await transaction.fail(job.call, .analysisFailed, at: clock.now())
    }

    private struct Loaded: Sendable {
        var call: CallID
        var transcript: Transcript
        var scriptID: ScriptID
        var script: Script
    }

    /// Nil when the call is not at this stage.
    private func load(_ id: CallID, tenant: TenantID) async throws -> Loaded? {
        try await database.tenant(tenant) { transaction in
            guard let call = try await CallStore(transaction).find(id), call.state == .analysing else { return nil }
            let turns = try await transaction.read(TranscriptStore.turns(of: id))
            let (scriptID, script) = try await scripts.active(in: transaction)
            return Loaded(
                call: id,
                transcript: Transcript(
                    duration: call.facts.duration,
                    channels: call.facts.speakerChannels,
                    turns: turns
                ),
                scriptID: scriptID,
                script: script
            )
        }
    }

    /// The items of the script that ask a language model; without one they stay as the rules left them.
    private func judgedByModel(_ work: Loaded, _ context: JobContext) async throws -> ModelAssessor.Outcome {
        let asking = work.script.criteria.filter(\.check.needsModel)
        guard let model, !asking.isEmpty else {
            return ModelAssessor.Outcome(assessments: [], details: [:], usage: TokenUsage())
        }
        do {
            return try await ModelAssessor(model).assess(work.transcript, script: work.script)
        } catch let failure as LanguageFailure where context.attempt >= Self.modelAttempts {
            logger.warning("no language model", metadata: ["call": "\(work.call)", "reason": "\(failure)"])
            let undecided = asking.map { criterion in
                Assessment(criterion: criterion.code, verdict: .undecided, quote: nil, reason: .languageModelFailed)
            }
            return ModelAssessor.Outcome(assessments: undecided, details: [:], usage: failure.usage)
        }
    }

    private func finish(
        _ work: Loaded,
        _ analysis: CallAnalysis,
        _ judged: ModelAssessor.Outcome,
        _ context: JobContext
    ) async throws -> JobOutcome {
        let passages = Passage.cut(work.transcript)
        return try await context.finish { transaction in
            try await keep(judged.usage, of: work.call, in: transaction)
            let assessments = AssessmentStore(transaction)
            let isOurs = try await assessments.replace(
                analysis,
                details: judged.details,
                by: work.scriptID,
                of: work.call,
                at: clock.now()
            )
            guard isOurs else { return }
            try await index.store(passages, of: work.call, in: transaction)
            let job = CallJob(call: work.call)
            try transaction.enqueue(CallJobs.analysed, job, key: job.key)
            try transaction.reportProgress(of: work.call)
        }
    }

    private func keep(_ usage: TokenUsage, of call: CallID, in transaction: TenantTransaction) async throws {
        guard let model else { return }
        try await ModelUsageStore(transaction)
            .insert(usage, for: .assessment(call), model: model.name, prices: prices, at: clock.now())
    }
}
