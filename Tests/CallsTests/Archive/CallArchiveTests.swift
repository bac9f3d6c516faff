import Database
import Foundation
import Kernel
import Support
import Testing

@testable import Calls

struct CallArchiveTests {
    private let start = Date(timeIntervalSince1970: 1_795_000_000)

    @Test
    func `pages show every call once, newest first, even where moments are equal`() async throws {
        let bench = try await Bench.make()
        var calls: [(at: Date, id: CallID)] = []
        for seed in 0..<23 {
            let at = start.addingTimeInterval(Double(seed / 5) * 60)
            calls.append((at, try await bench.addCall(seed, at: at)))
        }
        var seen: [CallID] = []
        var cursor: CallCursor?
        repeat {
            let page = try await bench.archive.page(bench.tenant, after: cursor, limit: 4)
            #expect(page.items.count <= 4)
            seen += page.items.map(\.id)
            // As a link carries it.
            cursor = try page.next.map { try #require(CallCursor($0.description)) }
        } while cursor != nil
        #expect(seen == calls.sorted { ($0.at, $0.id) > ($1.at, $1.id) }.map(\.id))
    }

    @Test
    func `a call that arrives between two pages does not move the second`() async throws {
        let bench = try await Bench.make()
        for seed in 0..<4 { try await bench.addCall(seed, at: start.addingTimeInterval(Double(seed))) }
        let first = try await bench.archive.page(bench.tenant, limit: 2)
        try await bench.addCall(9, at: start.addingTimeInterval(99))
        let second = try await bench.archive.page(bench.tenant, after: first.next, limit: 2)
        #expect(second.items.map(\.happenedAt) == [1, 0].map { start.addingTimeInterval($0) })
        #expect(second.next == nil)
    }

    @Test
    func `the start of a call counts before its receipt`() async throws {
        let bench = try await Bench.make()
        let late = try await bench.addCall(1, at: start.addingTimeInterval(50), startedAt: start)
        let early = try await bench.addCall(2, at: start.addingTimeInterval(10))
        let page = try await bench.archive.page(bench.tenant)
        #expect(page.items.map(\.id) == [early, late])
        #expect(page.items.map(\.isStartKnown) == [false, true])
        #expect(page.items.last?.happenedAt == start)
    }

    @Test
    func `another company sees nothing of it`() async throws {
        let one = try await Bench.make()
        let other = try await Bench.make()
        let call = try await one.addAnalysed(1, at: start)
        #expect(try await other.archive.page(other.tenant).items.isEmpty)
        #expect(try await other.archive.card(call, tenant: other.tenant) == nil)
        #expect(try await other.archive.progress(call, tenant: other.tenant) == nil)
        #expect(try await other.player.byteCount(call, tenant: other.tenant) == nil)
        await #expect(throws: ClipRefusal.noCall) {
            try await other.clips.voice(Clip(call: call, start: 0, end: 1), tenant: other.tenant)
        }
    }

    @Test
    func `a card holds all that is known of a call`() async throws {
        let bench = try await Bench.make()
        let call = try await bench.addCall(1, at: start, state: .analysing, name: "звонок.wav")
        let turns = [
            Turn.sample(0, .operator, "Добрый день, компания Север Металл"),
            Turn.sample(1, .client, "Мне нужна арматура"),
        ]
        let quote = Quote(turn: 1, start: 3, end: 5, text: "Мне нужна арматура")
        let analysis = CallAnalysis(
            assessments: [
                Assessment(criterion: "greeting", verdict: .yes, quote: quote, reason: .said),
                Assessment(criterion: "polite", verdict: .no, quote: nil, reason: .explained("тон \"резкий\"")),
                Assessment(criterion: "farewell", verdict: .notApplicable, quote: nil, reason: .noOccasion),
            ],
            conversion: ConversionFinding(verdict: .yes, quote: quote, reason: .committed),
            statistics: .sample
        )
        try await bench.addTurns(turns, to: call)
        try await bench.database.tenant(bench.tenant) { transaction in
            let script = try await Scripts().active(in: transaction)
            #expect(
                try await AssessmentStore(transaction).replace(analysis, by: script.id, of: call, at: start)
            )
        }
        let card = try #require(try await bench.archive.card(call, tenant: bench.tenant))
        #expect(card.analysis == analysis)
        // What is shown needs no words with their times, and they are most of a turn.
        #expect(card.transcript.turns.allSatisfy { $0.words.isEmpty })
        #expect(card.transcript.turns.map(\.text) == turns.map(\.text))
        #expect(card.transcript.turns.map(\.start) == turns.map(\.start))
        #expect(!card.isWithoutSpeech)
        #expect(card.criteria == Script.standard.names)
        let greeting = try #require(card.criteria.first)
        #expect(card.assessment(of: greeting)?.quote == quote)
        #expect(card.item.score == CallScore(passed: 1, scored: 2))
        #expect(card.item.conversion == .yes)
        #expect(card.item.operatorSeconds == 25)
        #expect(card.item.fileName == "звонок.wav")
        #expect(card.item.state == .done)
        #expect(card.origin == .sample(message: 1))
        #expect(!card.isWithoutSpeech)
        #expect(card.channels == 2)
    }

    @Test
    func `an analysis is replaced whole, and only while the call is being analysed`() async throws {
        let bench = try await Bench.make()
        let call = try await bench.addAnalysed(1, at: start, ["greeting": .yes, "polite": .no])
        let other = CallAnalysis(
            assessments: [Assessment(criterion: "farewell", verdict: .no, quote: nil, reason: .notSaid)],
            conversion: ConversionFinding(verdict: .no, quote: nil, reason: .refused),
            statistics: .sample
        )
        let isReplaced = try await bench.database.tenant(bench.tenant) { transaction in
            let script = try await Scripts().active(in: transaction).id
            let store = AssessmentStore(transaction)
            let isReplacedWhenDone = try await store.replace(other, by: script, of: call, at: start)
            _ = try await CallStore(transaction).move(call, from: [.done], to: .analysing)
            return (isReplacedWhenDone, try await store.replace(other, by: script, of: call, at: start))
        }
        #expect(isReplaced == (false, true))
        let card = try #require(try await bench.archive.card(call, tenant: bench.tenant))
        #expect(card.analysis == other)
    }

    @Test
    func `places in the queue count unfinished calls of the company`() async throws {
        let bench = try await Bench.make()
        try await bench.addAnalysed(1, at: start)
        try await bench.addCall(2, at: start, state: .failed)
        let working = try await bench.addCall(3, at: start, state: .transcribing)
        let next = try await bench.addCall(4, at: start)
        let last = try await bench.addCall(5, at: start)
        let progress = try await [working, next, last].asyncMap { call in
            try await bench.archive.progress(call, tenant: bench.tenant)
        }
        #expect(progress.map { $0?.placeInQueue } == [nil, 2, 3])
        #expect(progress.map { $0?.state } == [.transcribing, .received, .received])
        #expect(progress.map { $0?.percent } == [nil, nil, nil])
    }

    @Test
    func `a failed call says why`() async throws {
        let bench = try await Bench.make()
        let call = try await bench.addCall(1, at: start, state: .failed)
        let progress = try await bench.archive.progress(call, tenant: bench.tenant)
        #expect(progress?.failure == .recogniserUnavailable)
        #expect(progress?.state == .failed)
        let texts = Language.allCases.map { CallFailure.recogniserUnavailable.sentence(in: $0) }
        #expect(Set(texts).count == 3)
    }
}

extension Array {
    func asyncMap<Value>(_ transform: (Element) async throws -> Value) async throws -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await transform(element)) }
        return values
    }
}
