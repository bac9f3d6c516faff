import Calls
import Database
import Foundation
import Jobs
import Kernel
import Language
import Speech
import Support

/// What Bot would be told.
enum Told: Sendable, Equatable {
    case progressed(CallProgress)
    case analysed(CallID)
    case failed(CallID, CallFailure?)
    case answered(QuestionID)
    case digest(DigestID)

    /// Whether a call has ended, well or not.
    var isEnd: Bool {
        switch self {
        case .analysed, .failed: true
        default: false
        }
    }

    var progress: CallProgress? {
        if case .progressed(let progress) = self { progress } else { nil }
    }

    var isWaiting: Bool { progress?.isWaitingForRecogniser ?? false }
}

/// The jobs of Calls at work, with Bot's kinds reporting to the test.
struct Work: Sendable {
    let told = Signal<Told>()
    let runner: JobRunner

    init(
        _ bench: Bench,
        speech: any SpeechEngine,
        index: SearchIndex? = nil,
        model: (any ChatModel)? = nil,
        questions: Questions? = nil
    ) {
        runner = JobRunner(
            database: bench.database,
            workers: [.quick: 2, .network: 2, .heavy: 1],
            logger: TestDatabase.logger
        )
        let (database, clock, logger) = (bench.database, bench.clock.wall, TestDatabase.logger)
        let transcribe = TranscribeJob(
            database: database,
            files: bench.files,
            audio: bench.audio,
            speech: speech,
            clock: clock,
            logger: logger
        )
        let index = index ?? SearchIndex(database: database, embedding: nil, logger: logger)
        let analyse = AnalyseJob(
            database: database,
            scripts: Scripts(),
            index: index,
            model: model,
            clock: clock,
            logger: logger
        )
        runner.register(CallJobs.transcribe, work: transcribe.handle, whenDead: transcribe.handleDead)
        runner.register(CallJobs.analyse, work: analyse.handle, whenDead: analyse.handleDead)
        runner.register(CallJobs.embed, work: index.handle)
        runner.register(CallJobs.derive, work: bench.player.handle)
        runner.register(CallJobs.digestDue, work: bench.digests.handle)
        if let questions { runner.register(CallJobs.asked, work: questions.handle) }
        registerBot(bench.archive)
    }

    private func registerBot(_ archive: CallArchive) {
        runner.register(CallJobs.progressed) { [told] context, job in
            if let progress = try await archive.progress(job.call, tenant: context.tenant) {
                told.send(.progressed(progress))
            }
            return .done
        }
        runner.register(CallJobs.analysed) { [told] _, job in
            told.send(.analysed(job.call))
            return .done
        }
        runner.register(CallJobs.failed) { [told] context, job in
            let item = try await archive.item(job.call, tenant: context.tenant)
            told.send(.failed(job.call, item?.failure))
            return .done
        }
        runner.register(CallJobs.answered) { [told] _, job in
            told.send(.answered(job.question))
            return .done
        }
        runner.register(CallJobs.digestMade) { [told] _, job in
            told.send(.digest(job.digest))
            return .done
        }
    }

    /// Runs the jobs while the test looks on.
    func run<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask {
                await runner.run()
                return nil
            }
            defer {
                runner.stop()
                group.cancelAll()
            }
            let value = try await body()
            return value
        }
    }

    /// Everything told until one that fits, which is the last.
    func until(_ isLast: (Told) -> Bool) async throws -> [Told] {
        var all: [Told] = []
        while true {
            let next = try await told.next(within: .seconds(120))
            all.append(next)
            if isLast(next) { return all }
        }
    }
}

/// The jobs told something else than the test waited for.
struct NothingTold: Error {}

extension Bench {
    /// Waits until the transcription was put off after so many attempts.
    func untilPutOff(attempts: Int) async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline {
            let count = try await database.cell { transaction in
                let rows = try await transaction.query(
                    """
                    SELECT count(*) FROM cell.jobs
                    WHERE type = 'call.transcribe' AND state = 'later' AND attempt >= \(attempts)
                    """
                )
                return try rows.first?.decode(Int.self)
            }
            if count == 1 { return }
            await Task.yield()
        }
        throw NothingTold()
    }

    /// Makes jobs that were put off due now.
    func hurry() throws { try test.runAsSuperuser("UPDATE cell.jobs SET run_at = now() WHERE state = 'later'") }
}
