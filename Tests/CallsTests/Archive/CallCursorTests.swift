import Foundation
import Kernel
import Testing

@testable import Calls

struct CallCursorTests {
    @Test
    func `a cursor survives being part of an address`() throws {
        let cursor = CallCursor(happenedAt: Date(timeIntervalSince1970: 1_795_000_000.123456), id: CallID(42))
        let again = try #require(CallCursor(cursor.description))
        #expect(cursor.description == "1795000000123456-42")
        #expect(again.description == cursor.description)
        #expect(abs(again.happenedAt.timeIntervalSince(cursor.happenedAt)) < 0.000_001)
    }

    @Test(arguments: ["", "1", "1-", "-1", "1-2-3", "a-1", "1-0", "1--5", "' OR 1=1"])
    func `nothing else is a cursor`(text: String) {
        #expect(CallCursor(text) == nil)
    }

    @Test
    func `a hundred percent means the end`() {
        #expect(wholePercent(0, of: 10) == 0)
        #expect(wholePercent(9.99, of: 10) == 99)
        #expect(wholePercent(10, of: 10) == 100)
        // Sums of fractions may fall short of the whole by a rounding.
        #expect(wholePercent(0.1 + 0.2, of: 0.3) == 100)
        #expect(wholePercent(0.3 - 1e-12, of: 0.3) == 100)
        #expect(wholePercent(5, of: nil) == nil)
        #expect(wholePercent(0, of: 0) == nil)
    }

    @Test
    func `what could not be judged is in neither number of a score`() {
        let verdicts: [Verdict] = [.yes, .yes, .no, .notApplicable, .undecided]
        let score = CallScore(verdicts.map { Assessment(criterion: "x", verdict: $0, quote: nil, reason: .said) })
        #expect(score == CallScore(passed: 2, scored: 3))
        #expect(CallScore(passed: 0, scored: 0).share == nil)
        #expect(CallScore(passed: 1, scored: 4).share == 0.25)
    }
}
