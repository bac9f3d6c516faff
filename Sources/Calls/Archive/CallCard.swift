public import Foundation
public import Kernel
public import Language

/// One line of the list of calls.
public struct CallListItem: Sendable, Hashable {
    public var id: CallID
    public var happenedAt: Date
    /// False when the call's start is unknown and its receipt stands in for it.
    public var isStartKnown: Bool
    public var fileName: String?
    /// Seconds.
    public var duration: Double
    public var state: CallState
    public var isWaitingForRecogniser: Bool
    /// 0…100 while transcribing.
    public var percent: Int?
    public var failure: CallFailure?
    /// Nil until analysed.
    public var conversion: Verdict?
    public var score: CallScore?
    /// Nil until analysed, and zero where it is unknown who spoke.
    public var operatorSeconds: Double?
    public var clientSeconds: Double?
    /// Whether the file for players is made already.
    public var hasPlayerFile: Bool
    /// Who gave us the recording; nil when it was no person.
    public var account: AccountID?
    /// Whether its sound was deleted because its time was over.
    public var isAudioDeleted = false
}

/// How many items of the checklist a call earned, of those that got a yes or a no.
public struct CallScore: Codable, Sendable, Hashable {
    public var passed: Int
    public var scored: Int

    public init(passed: Int, scored: Int) {
        self.passed = passed
        self.scored = scored
    }

    /// Counts verdicts: what did not apply or could not be decided is in neither number.
    public init(_ assessments: [Assessment]) {
        passed = assessments.count { $0.verdict == .yes }
        scored = passed + assessments.count { $0.verdict == .no }
    }

    /// 0…1; nil when nothing could be scored.
    public var share: Double? { scored > 0 ? Double(passed) / Double(scored) : nil }
}

/// Where the next page of the list begins: right behind this call.
public struct CallCursor: Sendable, Hashable {
    let happenedAt: Date
    let id: CallID

    init(happenedAt: Date, id: CallID) {
        self.happenedAt = happenedAt
        self.id = id
    }

    /// Reads what `description` wrote; nil for anything else.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let micros = Int64(parts[0]), let id = CallID(parts[1]) else { return nil }
        self.init(happenedAt: Date(timeIntervalSince1970: Double(micros) / 1_000_000), id: id)
    }
}

extension CallCursor: CustomStringConvertible {
    /// Microseconds and number, safe in an address.
    public var description: String { "\(Int64((happenedAt.timeIntervalSince1970 * 1_000_000).rounded()))-\(id)" }
}

public struct CallPage: Sendable, Hashable {
    public var items: [CallListItem]
    /// Nil on the last page.
    public var next: CallCursor?
}

/// Everything that is known about one call.
public struct CallCard: Sendable, Hashable {
    public var item: CallListItem
    public var receivedAt: Date
    /// 2 where operator and client were recorded apart, else 1.
    public var channels: Int
    public var progress: CallProgress
    public var origin: CallOrigin
    /// Empty until transcribed; its turns come without the words they are made of.
    public var transcript: Transcript
    /// The items of the script it was scored by, in their order; empty until analysed.
    public var criteria: [CriterionName]
    /// Nil until analysed.
    public var analysis: CallAnalysis?
    /// What else a language model was asked to find out, by the code of the criterion.
    public var details: [String: JSONValue]

    public var id: CallID { item.id }

    /// Nobody said anything that could be recognised; only meaningful for a call that is done.
    public var isWithoutSpeech: Bool { transcript.isEmpty }

    public func assessment(of criterion: CriterionName) -> Assessment? {
        analysis?.assessments.first { $0.criterion == criterion.code }
    }
}
