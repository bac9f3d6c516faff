import Database
import Foundation
import HTTP
import Kernel
import Language
import Speech
import Support
import Testing

@testable import Calls

/// Recorded calls the whole way from file to answer, through the bundled speech service.
@Suite(.serialized)
struct RecordedCallTests {
    @Test
    func `recorded calls become scored ones that answer a question`() async throws {
        let bench = try await Bench.alone()
        let client = try HTTPClient(reactor: TestDatabase.reactor)
        let base = try SpeechService.shared().base
        let speech = OpenAISpeechEngine(client: client, base: base, key: nil, model: "whisper-base")
        let questions = Questions(
            database: bench.database,
            embedding: nil,
            clock: bench.clock.wall,
            logger: TestDatabase.logger
        )
        let work = Work(bench, speech: speech, questions: questions)
        let names = ["08-appliance-complaint-rude", "11-metal-callback-14", "ringing-425hz"]
        let (cards, answer) = try await work.run {
            var cards: [CallCard] = []
            for name in names {
                let file = try Fixtures.recording(name)
                let call = try await bench.recordings.receive(bench.incoming(file), tenant: bench.tenant).call
                #expect(try await work.until(\.isEnd).last == .analysed(call))
                cards.append(try #require(try await bench.archive.card(call, tenant: bench.tenant)))
            }
            let id = try await bench.database.tenant(bench.tenant) { transaction in
                try await questions.ask(
                    "кто просил перезвонить?",
                    account: AccountID(7),
                    origin: .sample(),
                    in: transaction
                )
            }
            _ = try await work.until { $0 == .answered(id) }
            let question = try await bench.database.tenant(bench.tenant) { transaction in
                try await questions.question(id, in: transaction)
            }
            return (cards, try #require(question?.answer))
        }
        #expect(cards.map(\.isWithoutSpeech) == [false, false, true])
        #expect(cards[0].assessment(of: Script.standard.names[6])?.verdict == .no)
        #expect(cards[0].assessment(of: Script.standard.names[6])?.quote != nil)
        #expect(cards[1].analysis?.conversion.verdict != .yes)
        #expect(Set(cards[1].transcript.turns.map(\.speaker)) == [.operator, .client])
        #expect(answer.citations.first?.call == cards[1].id)
        #expect(try bench.leftovers() == [])
    }
}
