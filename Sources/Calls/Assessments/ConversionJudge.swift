/// Decides by phrases whether a call reached its aim: the last clear word of the client counts.
struct ConversionJudge {
    private struct Event {
        let match: PhraseMatch
        let reason: ConversionReason
    }

    let search: PhraseSearch
    private var conversation: Conversation { search.conversation }

    func finding() throws(PatternMistake) -> ConversionFinding {
        guard !conversation.words.isEmpty else {
            return ConversionFinding(verdict: .undecided, quote: nil, reason: .noSpeech)
        }
        let commitments = try self.commitments()
        let refusals = try self.refusals(after: commitments.last)
        let callBacks = try self.callBacks(after: commitments.last)
        if let negative = (refusals + callBacks).max(by: Self.isEarlier),
            commitments.last.map({ Self.isEarlier($0, negative) }) ?? true
        {
            return ConversionFinding(
                verdict: .no,
                quote: conversation.quote(negative.match),
                reason: negative.reason
            )
        }
        guard let commitment = commitments.last else {
            return ConversionFinding(verdict: .undecided, quote: nil, reason: .unclear)
        }
        return ConversionFinding(verdict: .yes, quote: conversation.quote(commitment.match), reason: .committed)
    }

    private static func isEarlier(_ one: Event, _ other: Event) -> Bool {
        one.match.words.lowerBound < other.match.words.lowerBound
    }

    /// Where the client binds themselves, or accepts a step of an order, a visit or a payment.
    private func commitments() throws(PatternMistake) -> [Event] {
        let steps = try PhraseRule(says: ["@step_order"], unless: ["@step_excluded", "@information"]).matches(
            in: search
        )
        let own = try client(says: ["@commitment"], unless: ["@commitment_excluded"])
        let weak = try client(says: ["@commitment_weak"], unless: ["@commitment_excluded"])
        let acceptances = try client(says: ["@acceptance"], unless: ["@commitment_excluded"])
        let noes = try client(says: ["@not_accepting"])
        let callBacks = try PhraseRule(says: ["@step_call_back"], unless: ["@call_back_service"]).matches(in: search)

        func isNo(_ stretch: Int) -> Bool { noes.contains { $0.stretch == stretch } }
        func isAboutCallBack(_ stretch: Int) -> Bool {
            callBacks.contains { $0.stretch == stretch || $0.stretch == stretch - 1 }
        }
        func isTakenUp(_ stretch: Int) -> Bool {
            steps.contains { abs($0.stretch - stretch) <= 1 } || answersYes(after: stretch)
        }
        let bound = own.filter { !isNo($0.stretch) && isTakenUp($0.stretch) }
        let agreed = weak.filter { match in
            !isNo(match.stretch) && !isAboutCallBack(match.stretch)
                && steps.contains { abs($0.stretch - match.stretch) <= 1 }
        }
        let accepted = acceptances.filter { match in
            !isNo(match.stretch) && !isAboutCallBack(match.stretch)
                && steps.contains { $0.stretch == match.stretch - 1 && speaker(of: $0) != .client }
        }
        // Who complains may accept how it is made good; that is no sale.
        let complains = try !client(says: ["@complaint"]).isEmpty
        // Their own words are the better reason to show than a bare yes.
        let shown = (complains ? bound : accepted + agreed + bound).map { Event(match: $0, reason: .committed) }
        return stableByStretch(shown)
    }

    private func refusals(after commitment: Event?) throws(PatternMistake) -> [Event] {
        let strong = try client(says: ["@refusal"], unless: ["@refusal_excluded"]).map {
            Event(match: $0, reason: .refused)
        }
        let complaints = try client(says: ["@complaint"]).map { Event(match: $0, reason: .complaint) }
        let wrong = try PhraseRule(says: ["@wrong_number"]).matches(in: search)
            .map { Event(match: $0, reason: .wrongNumber) }
        // After an order "нет, спасибо" declines something beside it.
        let weak =
            commitment == nil
            ? try client(says: ["@refusal_weak"], unless: ["@refusal_excluded"]).map {
                Event(match: $0, reason: .refused)
            }
            : []
        return stableByStretch(weak + strong + complaints + wrong)
    }

    private func callBacks(after commitment: Event?) throws(PatternMistake) -> [Event] {
        let asked = try client(says: ["@call_back_request"], unless: ["@call_back_service"])
        let offered = try PhraseRule(speaker: .operator, says: ["@step_call_back"], unless: ["@call_back_service"])
            .matches(in: search)
            .filter { commitment == nil && answersYes(after: $0.stretch) }
        return stableByStretch((offered + asked).map { Event(match: $0, reason: .callBack) })
    }

    /// Whether the other side's next words accept.
    private func answersYes(after number: Int) -> Bool {
        guard number + 1 < conversation.stretches.count else { return false }
        let next = conversation.stretches[number + 1]
        return !search.matches(of: Self.acceptance, in: next).isEmpty
            && search.matches(of: Self.noes, in: next).isEmpty
    }

    private func client(says: [String], unless: [String] = []) throws(PatternMistake) -> [PhraseMatch] {
        try PhraseRule(speaker: .client, says: says, unless: unless).matches(in: search)
    }

    private func speaker(of match: PhraseMatch) -> Speaker { conversation.stretches[match.stretch].speaker }

    /// By stretch, keeping the order within one, so that `max` takes the last of the best.
    private func stableByStretch(_ events: [Event]) -> [Event] {
        events.enumerated()
            .sorted { ($0.element.match.stretch, $0.offset) < ($1.element.match.stretch, $1.offset) }
            .map(\.element)
    }

    private static let acceptance = Lexicon.patterns(named: "acceptance")
    private static let noes = Lexicon.patterns(named: "not_accepting")
}
