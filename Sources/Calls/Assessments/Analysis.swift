/// Judges a call by a script's phrases, without a language model: what that would decide stays undecided.
///
/// Throws when a pattern of the script cannot be read; scripts are checked before they are stored (`Script.check`).
public func analyse(_ transcript: Transcript, script: Script) throws(PatternMistake) -> CallAnalysis {
    let judge = Judge(transcript)
    var assessments: [Assessment] = []
    for criterion in script.criteria { assessments.append(try judge.assess(criterion)) }
    return CallAnalysis(
        assessments: assessments,
        conversion: try judge.conversion(),
        statistics: TalkStatistics(of: transcript)
    )
}

extension Script {
    /// Reads every pattern, so that a script with a mistake is never stored.
    public func check() throws(PatternMistake) {
        for rule in criteria.flatMap(\.check.rules) {
            _ = try PhraseRule.compile(rule.says + rule.unless + rule.unpromptedBy)
        }
    }
}

extension CriterionCheck {
    fileprivate var rules: [PhraseRule] {
        switch self {
        case .said(let rule), .never(let rule): [rule]
        case .answered(let rule): [rule.occasion, rule.answer, rule.dismissal]
        case .agreed(let rule): [rule.step, rule.acceptance, rule.refusal, rule.withdrawal]
        case .model: []
        }
    }
}
