public import Database
public import Kernel
public import Logging
import Synchronization

/// What the work on one job knows of it.
public struct JobContext: Sendable {
    public let tenant: TenantID
    /// 1 for the first.
    public let attempt: Int
    public let maxAttempts: Int
    public let logger: Logger
    let job: ClaimedJob
    let store: JobStore
    let ending = JobEnding()

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
}

/// Remembers that a job has ended with its effects.
final class JobEnding: Sendable {
    let isCommitted = Mutex(false)
}
