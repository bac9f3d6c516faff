/// Judges one call by the phrases that were said in it.
struct Judge {
    private let search: PhraseSearch
    private var conversation: Conversation { search.conversation }

    init(_ transcript: Transcript) {
        search = PhraseSearch(Conversation(transcript))
    }

    func assess(_ criterion: Criterion) throws(PatternMistake) -> Assessment {
        guard !conversation.words.isEmpty else { return result(criterion, .undecided, because: .noSpeech) }
        switch criterion.check {
        case .said(let rule): return try said(rule, criterion)
        case .never(let rule): return try never(rule, criterion)
        case .answered(let rule): return try answered(rule, criterion)
        case .agreed(let rule): return try agreed(rule, criterion)
        case .model: return result(criterion, .undecided, because: .needsLanguageModel)
        }
    }

    func conversion() throws(PatternMistake) -> ConversionFinding {
        try ConversionJudge(search: search).finding()
    }

    private func said(_ rule: PhraseRule, _ criterion: Criterion) throws(PatternMistake) -> Assessment {
        guard let match = try rule.matches(in: search).first else {
            return result(criterion, .no, because: .notSaid)
        }
        if isUnsure(rule, match) { return result(criterion, .undecided, match, because: .speakersUnknown) }
        return result(criterion, .yes, match, because: .said)
    }

    private func never(_ rule: PhraseRule, _ criterion: Criterion) throws(PatternMistake) -> Assessment {
        guard let match = try rule.matches(in: search).first else {
            return result(criterion, .yes, because: .nothingForbidden)
        }
        if isUnsure(rule, match) { return result(criterion, .undecided, match, because: .speakersUnknown) }
        return result(criterion, .no, match, because: .forbiddenSaid)
    }

    /// Every occasion should be answered; one answered later in the call is enough for those before it.
    private func answered(_ rule: AnswerRule, _ criterion: Criterion) throws(PatternMistake) -> Assessment {
        let occasions = try rule.occasion.matches(in: search)
        guard let first = occasions.first, let last = occasions.last else {
            return result(criterion, .notApplicable, because: .noOccasion)
        }
        let dismissals = try rule.dismissal.matches(in: search)
        let answers = try rule.answer.matches(in: search).filter { answer in
            !isDismissed(answer, by: dismissals)
        }
        for occasion in occasions.reversed() {
            let reach = stretches(after: occasion, count: rule.withinTurns)
            if let answer = answers.first(where: { reach.contains($0.stretch) }) {
                return result(criterion, .yes, answer, because: .said)
            }
        }
        // The words said after a dismissal do not undo it; without one the operator may simply not have been heard.
        let quoted = occasions.first { $0.stretch == last.stretch } ?? first
        if isUnsure(rule.answer, quoted) && !rule.answer.tellsSpeaker {
            return result(criterion, .undecided, quoted, because: .speakersUnknown)
        }
        return result(criterion, .no, quoted, because: .unanswered)
    }

    /// A sentence that sends the client away holds no answer.
    private func isDismissed(_ answer: PhraseMatch, by dismissals: [PhraseMatch]) -> Bool {
        let stretch = conversation.stretches[answer.stretch]
        let sentence = conversation.sentence(around: answer.words, in: stretch)
        return dismissals.contains { $0.stretch == answer.stretch && $0.words.overlaps(sentence) }
    }

    private func agreed(_ rule: AgreementRule, _ criterion: Criterion) throws(PatternMistake) -> Assessment {
        let steps = try rule.step.matches(in: search)
        let acceptances = try rule.acceptance.matches(in: search)
        let refusals = try rule.refusal.matches(in: search)
        let withdrawals = try rule.withdrawal.matches(in: search)
        var declined: PhraseMatch?
        for step in steps.reversed() {
            for number in stretches(after: step, count: rule.withinTurns) {
                if let refusal = refusals.first(where: { $0.stretch == number }) {
                    declined = declined ?? refusal
                    break
                }
                guard acceptances.contains(where: { $0.stretch == number }) else { continue }
                if let taken = withdrawals.last, taken.stretch > step.stretch, taken.stretch >= number {
                    declined = taken
                    break
                }
                return result(criterion, .yes, step, because: .said)
            }
        }
        if let declined { return result(criterion, .no, declined, because: .declined) }
        if !steps.isEmpty && !conversation.transcript.knowsSpeakers {
            return result(criterion, .undecided, steps.last, because: .speakersUnknown)
        }
        return result(criterion, .no, because: .notSaid)
    }

    /// The next times that the other side speaks.
    private func stretches(after match: PhraseMatch, count: Int) -> [Int] {
        let speaker = conversation.stretches[match.stretch].speaker
        return conversation.stretches[(match.stretch + 1)...]
            .filter { $0.speaker != speaker || speaker == .unknown }
            .prefix(count)
            .map(\.number)
    }

    /// Whether somebody else may have said it, for all that is known.
    private func isUnsure(_ rule: PhraseRule, _ match: PhraseMatch) -> Bool {
        rule.speaker != nil && !rule.tellsSpeaker && conversation.stretches[match.stretch].speaker == .unknown
    }

    private func result(
        _ criterion: Criterion,
        _ verdict: Verdict,
        _ match: PhraseMatch? = nil,
        because reason: AssessmentReason
    ) -> Assessment {
        Assessment(
            criterion: criterion.code,
            verdict: verdict,
            quote: match.map(conversation.quote),
            reason: reason
        )
    }
}
