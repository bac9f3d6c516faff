import Calls
import Kernel

/// What a result message is made of: the analysis of one call, with a token for each thing a button needs.
struct CallReport: Sendable {
    /// One item of the checklist.
    struct Item: Sendable {
        let title: CriterionTitle
        let verdict: Verdict
        let reason: Wording
        let quote: Quote?
        /// What a press on "listen" sends; nil without a quote.
        let clip: Token?
    }

    let call: CallID
    let fileName: String?
    let isWithoutSpeech: Bool
    let knowsSpeakers: Bool
    let statistics: TalkStatistics
    let conversion: ConversionFinding
    let conversionClip: Token?
    let items: [Item]
    /// Names the call in the buttons below.
    let token: Token
}
