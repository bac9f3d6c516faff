public import Database
public import Kernel
public import Logging
import Synchronization

/// What the work on one job knows of it.
public struct JobContext: Sendable {
    let job: ClaimedJob
    let store: JobStore
    let baseLogger: Logger
    let ending = JobEnding()

    public var tenant: TenantID { job.tenant }
    /// 1 for the first.
    public var attempt: Int { job.attempt }
    public var maxAttempts: Int { job.maxAttempts }

    /// Says with every line which job of whom it is about.
    public var logger: Logger {
        var logger = baseLogger
        logger[metadataKey: "job"] = "\(job.type) \(job.id)"
        logger[metadataKey: "tenant"] = "\(job.tenant)"
        return logger
    }

    /// Commits the effects of `body` and the end of the job in one transaction.
    ///
    /// When the lease was lost meanwhile all is rolled back: another worker does the job.
    public func finish(_ body: (TenantTransaction) async throws -> Void) async throws -> JobOutcome {
        try await store.database.tenant(tenant) { tx in
            try await body(tx)
            store.finish(job, in: tx)
        }
        ending.isCommitted.withLock { $0 = true }
        return .done
    }

    func noteLoss() { logger.notice("the lease of a job was lost before it ended") }
}

/// Remembers that a job has ended with its effects.
final class JobEnding: Sendable {
    let isCommitted = Mutex(false)
}
