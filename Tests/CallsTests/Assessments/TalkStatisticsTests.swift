import Speech
import Testing

@testable import Calls

@Suite struct TalkStatisticsTests {
    private func turn(_ speaker: Speaker, _ words: (Double, Double)...) -> Turn {
        Turn(
            number: 0,
            channel: speaker == .client ? 1 : 0,
            speaker: speaker,
            start: words.first?.0 ?? 0,
            end: words.last?.1 ?? 0,
            text: "",
            words: words.map { RecognizedWord(text: "слово", start: $0.0, end: $0.1) }
        )
    }

    @Test func `speech is counted from words, breaths included, pauses not`() {
        let transcript = Transcript(
            duration: 20,
            channels: 2,
            turns: [turn(.operator, (1, 2), (2.5, 3), (5, 6)), turn(.client, (7, 9))]
        )
        let statistics = TalkStatistics(of: transcript)
        #expect(statistics.operatorSeconds == 3)
        #expect(statistics.clientSeconds == 2)
        #expect(statistics.silenceSeconds == 15)
        #expect(statistics.longestSilenceSeconds == 2)
    }

    @Test func `speech of both at once is silence of nobody`() {
        let transcript = Transcript(
            duration: 10,
            channels: 2,
            turns: [turn(.operator, (0, 4)), turn(.client, (3, 6))]
        )
        #expect(TalkStatistics(of: transcript).silenceSeconds == 4)
    }

    @Test func `going on over the other's words interrupts, a short yes does not`() {
        let client = turn(.client, (0, 1), (1, 2), (2, 4))
        let interrupting = turn(.operator, (3, 3.5), (3.5, 4.5), (4.5, 5))
        let nodding = turn(.operator, (2, 2.3))
        #expect(
            TalkStatistics(of: Transcript(duration: 6, channels: 2, turns: [client, interrupting]))
                .operatorInterruptions == 1
        )
        #expect(
            TalkStatistics(of: Transcript(duration: 6, channels: 2, turns: [client, nodding])).operatorInterruptions
                == 0
        )
        #expect(
            TalkStatistics(of: Transcript(duration: 6, channels: 2, turns: [client, interrupting])).clientInterruptions
                == 0
        )
    }

    @Test func `talk shares of a recorded call are near the truth`() throws {
        let call = try #require(try Dialogue.all(in: "calls").first { $0.id == "01-metal-order-good" })
        let statistics = TalkStatistics(of: try call.recognized())
        #expect(abs(statistics.operatorSeconds - 20.29) < 3)
        #expect(abs(statistics.clientSeconds - 15.84) < 3)
    }

    @Test func `one channel counts for nobody in particular`() {
        let statistics = TalkStatistics(of: Transcript(duration: 4, channels: 1, turns: [turn(.unknown, (1, 3))]))
        #expect(statistics.unknownSeconds == 2)
        #expect(statistics.operatorSeconds == 0)
    }
}
