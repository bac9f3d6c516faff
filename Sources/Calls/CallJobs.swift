public import Jobs
public import Kernel

/// The kinds of work on a call's way; who handles them is decided where the product is put together.
public enum CallJobs {
    /// Handled by Calls: audio to turns.
    ///
    /// Two hundred tries at five minutes at most outlast a night without an engine.
    public static let transcribe = JobType<CallJob>("call.transcribe", lane: .heavy, maxAttempts: 200)
    /// Handled by Calls: turns to assessments and the search index.
    public static let analyse = JobType<CallJob>("call.analyse", lane: .network, maxAttempts: 8)
    /// Handled by Calls: gives passages the meaning that was missing when they were indexed.
    public static let embed = JobType<CallJob>("call.embed", lane: .network, maxAttempts: 200)
    /// Handled by Calls: makes the file for players.
    public static let derive = JobType<CallJob>("call.derive", lane: .heavy)
    /// Handled by Bot: edits the progress message.
    public static let progressed = JobType<CallJob>("call.progressed")
    /// Handled by Bot: sends the result.
    public static let analysed = JobType<CallJob>("call.analysed")
    /// Handled by Bot: says why there is no result.
    public static let failed = JobType<CallJob>("call.failed")

    /// Handled by Calls: looks for an answer.
    public static let asked = JobType<QuestionJob>("question.asked", lane: .network, maxAttempts: 5)
    /// Handled by Bot: sends the answer.
    public static let answered = JobType<QuestionJob>("question.answered")

    /// Handled by Calls: makes the digest of a day.
    public static let digestDue = JobType<DigestDue>("digest.due")
    /// Handled by Bot: sends the digest.
    public static let digestMade = JobType<DigestMade>("digest.made")
}

public struct CallJob: Codable, Sendable, Hashable {
    public var call: CallID

    public init(call: CallID) { self.call = call }

    /// At most one waiting job of a kind a call.
    public var key: String { "call-\(call)" }
}

public struct QuestionJob: Codable, Sendable, Hashable {
    public var question: QuestionID

    public init(question: QuestionID) { self.question = question }
}

public struct DigestDue: Codable, Sendable, Hashable {
    public var kind: DigestKind
    public var day: LocalDay
    /// The tenant's IANA zone, such as `Europe/Moscow`.
    public var zone: String

    public init(kind: DigestKind, day: LocalDay, zone: String) {
        self.kind = kind
        self.day = day
        self.zone = zone
    }
}

public struct DigestMade: Codable, Sendable, Hashable {
    public var digest: DigestID

    public init(digest: DigestID) { self.digest = digest }
}
