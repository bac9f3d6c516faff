import Database
import Kernel
import Logging
import Synchronization

/// Who does the jobs of a type.
struct JobRegistration: Sendable {
    typealias Work = @Sendable (JobContext, String) async throws -> JobOutcome
    typealias Burial = @Sendable (JobContext, String, TenantTransaction) async throws -> Void

    let work: Work
    let burial: Burial?
}

/// Does one claimed job and sees to its end: done, put off, tried again, given back, or buried.
struct JobPerformer: Sendable {
    let store: JobStore
    let inHand: JobsInHand
    let endings: JobEndings
    let counters: JobCounters
    let logger: Logger
    let registration: @Sendable (String) -> JobRegistration?

    /// Returns when the worker is free; `whenEnded` is called once, then or later, when the job is not in hand any more.
    func perform(_ job: ClaimedJob, whenEnded: @escaping @Sendable () -> Void) async {
        let context = JobContext(job: job, store: store, baseLogger: logger)
        // Only registered types are claimed.
        guard let registration = registration(job.type) else { return whenEnded() }
        guard let task = inHand.begin(job.inHand, { Task { try await work(context, registration) } }) else {
            context.logger.notice("the lease of a job was lost before it began")
            return whenEnded()
        }
        let result = await withTaskCancellationHandler {
            await task.result
        } onCancel: {
            task.cancel()
        }
        if case .success(.done) = result, !context.ending.isCommitted.withLock({ $0 }) {
            inHand.beginEnding(job.inHand)
            return endings.add(job) { isOurs in
                if isOurs { countDone(context) } else { context.noteLoss() }
                inHand.remove(job.inHand)
                whenEnded()
            }
        }
        // Not in hand any more before it is given back: the next attempt may begin here at the same moment.
        inHand.remove(job.inHand)
        guard !context.ending.isCommitted.withLock({ $0 }) else {
            countDone(context)
            return whenEnded()
        }
        // Ending a job must not be cut off by the shutdown that cancelled it, so it has a task of its own, waited for.
        let isCutOff = task.isCancelled
        await Task { await end(context, result, isCutOff: isCutOff, registration) }.value
        whenEnded()
    }

    private func work(_ context: JobContext, _ registration: JobRegistration) async throws -> JobOutcome {
        // It may be the job that kills its workers.
        guard context.attempt <= context.maxAttempts else {
            return JobOutcome.giveUp(reason: "its worker was lost too often")
        }
        return try await registration.work(context, context.job.payload)
    }

    private func end(
        _ context: JobContext,
        _ result: Result<JobOutcome, any Error>,
        isCutOff: Bool,
        _ registration: JobRegistration
    ) async {
        let job = context.job
        do {
            switch result {
            case .success(.done): break
            case .success(.again(let delay, let reason)):
                guard job.attempt < job.maxAttempts else { return try await bury(context, reason, registration) }
                try await store.putOff(job, for: delay, error: reason)
                counters.add(job.type, .putOff)
            case .success(.wait(let delay, let reason)):
                try await store.putOff(job, for: delay, error: reason, isCounted: false)
                counters.add(job.type, .putOff)
            case .success(.giveUp(let reason)): try await bury(context, reason, registration)
            case .failure(is CancellationError): try await store.release(job)
            // Whatever it says: a call that is cut off by the shutdown fails in the words of what it called.
            case .failure where isCutOff: try await store.release(job)
            case .failure(let refusal as any Refusal):
                try await bury(context, refusal.sentence(in: .english), registration)
            case .failure(let error): try await endFailed(context, error, registration)
            }
        } catch DatabaseFault.closingRefused {
            context.noteLoss()
        } catch {
            // The lease ends by itself and the job comes back.
            context.logger.warning("cannot end a job", metadata: ["error": "\(error.loggable)"])
        }
    }

    private func endFailed(
        _ context: JobContext,
        _ error: any Error,
        _ registration: JobRegistration
    ) async throws {
        let incident = Incident.new()
        context.logger.error(
            "a job failed",
            metadata: ["incident": "\(incident)", "error": "\(error.loggable)", "attempt": "\(context.attempt)"]
        )
        counters.add(context.job.type, .failed)
        let text = "\(error.loggable) (incident \(incident))"
        guard context.attempt < context.maxAttempts else { return try await bury(context, text, registration) }
        try await store.putOff(context.job, for: backoff(after: context.attempt), error: text)
    }

    private func countDone(_ context: JobContext) {
        counters.add(context.job.type, .done)
        context.logger.debug("a job is done")
    }

    /// Puts a job among the dead with what its room does then; a job whose room cannot do it is buried all the same.
    private func bury(_ context: JobContext, _ reason: String, _ registration: JobRegistration) async throws {
        context.logger.error("a job was given up", metadata: ["reason": "\(reason)"])
        do {
            try await store.database.tenant(context.tenant) { tx in
                try await registration.burial?(context, context.job.payload, tx)
                store.bury(context.job, because: reason, in: tx)
            }
        } catch DatabaseFault.closingRefused {
            throw DatabaseFault.closingRefused
        } catch  where !((error as? any Fault)?.isPassing ?? false) {
            // Without its effects, or it would come back for ever: the tenant is gone, the payload unreadable.
            context.logger.error("nobody was told of a job that was given up", metadata: ["error": "\(error.loggable)"])
            try await store.bury(context.job, because: reason)
        }
        counters.add(context.job.type, .dead)
    }
}
