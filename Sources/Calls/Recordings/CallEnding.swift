import Database
import Foundation
public import Jobs
public import Kernel

extension TenantTransaction {
    /// Has the progress message edited and pages refreshed.
    func reportProgress(of call: CallID) throws {
        let job = CallJob(call: call)
        try enqueue(CallJobs.progressed, job, key: job.key)
        touch(.calls)
        touch(.call(call))
    }

    /// Ends a call without a score and has the person told why; does nothing when it has ended already.
    func fail(_ call: CallID, _ failure: CallFailure, at moment: Date) async throws {
        guard try await CallStore(self).fail(call, failure, at: moment) else { return }
        let job = CallJob(call: call)
        try enqueue(CallJobs.failed, job, key: job.key)
        touch(.calls)
        touch(.call(call))
    }
}

extension LiveTopic {
    /// The list of calls, and what is counted over it.
    public static let calls = LiveTopic("calls")

    /// One call's page.
    public static func call(_ id: CallID) -> LiveTopic { LiveTopic("call-\(id)") }
}
