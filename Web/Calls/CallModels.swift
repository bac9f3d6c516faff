import Calls
import Foundation
import Kernel

/// How far a call has come on its way from receipt to score.
enum CallStage: Sendable, Hashable {
    /// Waiting for its turn; the place counts from 1.
    case queued(place: Int?)
    /// The share of the audio that is transcribed, 0 to 1.
    case transcribing(done: Double)
    case analysing
    case done
    /// The sentence that tells the person what is wrong with the recording.
    case failed(reason: String)
}

/// A call as far as a line of a list tells.
struct CallSummary: Sendable, Hashable {
    var id: CallID
    var happenedAt: Date
    /// The name of the file; nil for a voice message.
    var title: String?
    /// Who gave us the recording.
    var sender: String?
    var duration: Double
    var stage: CallStage
    /// The service that the next step needs does not answer now.
    var isWaiting = false
    var conversion: Verdict?
    var passedItems: Int?
    var scoredItems: Int?
    /// Seconds that operator and client spoke; nil where it is unknown who spoke.
    var operatorSeconds: Double?
    var clientSeconds: Double?
}

/// One line of a checklist with what the call earned on it.
struct ChecklistLine: Sendable, Hashable {
    var title: String
    var verdict: Verdict
    var quote: Quote?
    var reason: String
}

/// A call with all that is known of it.
struct CallSheet: Sendable, Hashable {
    var summary: CallSummary
    /// Whether the time is that of receipt, because the start of the call is unknown.
    var isTimeOfReceipt: Bool
    /// Whether the file for players is made.
    var hasAudio: Bool
    /// Its sound was deleted because its time was over.
    var isAudioDeleted = false
    /// Nil until transcribed.
    var transcript: Transcript?
    var checklist: [ChecklistLine]
    var conversion: ConversionFinding?
    var statistics: TalkStatistics?
}
