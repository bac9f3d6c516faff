import Testing

@testable import Calls

/// How often the checklist agrees with people who read the call.
@Suite struct ChecklistAccuracyTests {
    private struct Score {
        var right = 0
        var scored = 0
        var falseItems = 0
        var falseFound = 0
        var conversions = 0
        var conversionsRight = 0
        var mistakes: [String] = []

        var share: Double { Double(right) / Double(max(1, scored)) }

        mutating func add(_ truth: Dialogue, _ transcript: Transcript) throws {
            let analysis = try analyse(transcript, script: .standard)
            for assessment in analysis.assessments {
                guard let isTrue = truth.facts.checklist[assessment.criterion] ?? nil else { continue }
                scored += 1
                if !isTrue { falseItems += 1 }
                if !isTrue, assessment.verdict == .no { falseFound += 1 }
                if assessment.verdict == (isTrue ? .yes : .no) {
                    right += 1
                } else {
                    mistakes.append("\(truth.id) \(assessment.criterion) \(assessment.verdict)")
                }
            }
            guard let isConverted = truth.facts.conversion else { return }
            conversions += 1
            if analysis.conversion.verdict == (isConverted ? .yes : .no) {
                conversionsRight += 1
            } else {
                mistakes.append("\(truth.id) conversion \(analysis.conversion.verdict)")
            }
        }

        func show(_ name: String) {
            let always = Double(scored - falseItems) / Double(max(1, scored))
            print(
                """
                \(name): \(right) of \(scored) items right, \(falseFound) of \(falseItems) false ones found, \
                conversion \(conversionsRight) of \(conversions); a checker that always says yes would have \
                \(Int((always * 100).rounded())) % and 0 false ones. Wrong: \(mistakes)
                """
            )
        }
    }

    private func score(_ dialogues: [Dialogue], _ transcript: (Dialogue) throws -> Transcript) throws -> Score {
        var score = Score()
        for dialogue in dialogues { try score.add(dialogue, transcript(dialogue)) }
        return score
    }

    @Test func `recorded calls are judged right from what a recogniser heard`() throws {
        let calls = try Dialogue.all(in: "calls")
        try #require(calls.count >= 6)
        let score = try score(calls) { try $0.recognized() }
        score.show("Recorded calls, recognised")
        #expect(score.share >= 0.85)
        #expect(score.falseFound * 7 >= 5 * score.falseItems)
        #expect(score.conversionsRight * 6 >= 5 * score.conversions)
    }

    @Test func `recorded calls are judged right from what was said`() throws {
        let score = try score(Dialogue.all(in: "calls")) { $0.transcript }
        score.show("Recorded calls, as said")
        #expect(score.share >= 0.85)
        #expect(score.falseFound * 7 >= 5 * score.falseItems)
    }

    @Test func `the dialogues that the phrases were written with are judged right`() throws {
        let dialogues = try Dialogue.all(in: "dialogues/development")
        try #require(dialogues.count >= 20)
        let score = try score(dialogues) { $0.transcript }
        score.show("Development dialogues")
        #expect(score.falseItems * 10 >= score.scored * 4)
        #expect(score.share >= 0.95)
        #expect(score.falseFound * 10 >= score.falseItems * 9)
        #expect(score.conversionsRight * 10 >= score.conversions * 9)
    }

    /// Nobody may change a phrase because of these; they show what to expect of calls never seen.
    @Test func `dialogues that no phrase was written with are judged nearly as well`() throws {
        let dialogues = try Dialogue.all(in: "dialogues/held-out")
        try #require(dialogues.count >= 10)
        let score = try score(dialogues) { $0.transcript }
        score.show("Held-out dialogues")
        #expect(score.falseItems * 10 >= score.scored * 4)
        #expect(score.share >= 0.85)
        #expect(score.falseFound * 7 >= score.falseItems * 5)
        #expect(score.conversionsRight * 6 >= score.conversions * 5)
    }
}
