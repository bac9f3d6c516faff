import Database
import Foundation
import HTTP
import Kernel
import Language
import Support
import Testing

@testable import Calls

/// Whether questions as people ask them find what was said, and nothing where nothing was.
///
/// Real PostgreSQL and the real embeddings of the bundled service, over the recorded calls as recognised and all dialogues.
@Suite struct QuestionAccuracyTests {
    private struct Question: Decodable {
        struct Place: Decodable {
            var call: String
            var turns: [Int]
        }

        var text: String
        /// `keyword`, `paraphrase`, or `none` for a question without an answer.
        var kind: String
        var answers: [Place]
    }

    private struct QuestionSets: Decodable {
        /// Thresholds and weights were chosen with these.
        var calibration: [Question]
        /// Nothing may be chosen by these.
        var heldOut: [Question]
    }

    private struct Score {
        var answerable: [String: Int] = [:]
        var found: [String: Int] = [:]
        var unanswerable = 0
        var falseFinds: [String] = []
        var missed: [String] = []

        var recall: Double {
            Double(found.values.reduce(0, +)) / Double(max(1, answerable.values.reduce(0, +)))
        }

        func show(_ name: String) {
            print(
                """
                \(name): recall@5 \(recall) (\(found) of \(answerable)), found where nothing is \(falseFinds.count) of \
                \(unanswerable) \(falseFinds); missed: \(missed)
                """
            )
        }
    }

    private let start = Date(timeIntervalSince1970: 1_795_000_000)

    @Test func `questions find their passages, and a question about nothing finds nothing`() async throws {
        let sets = try JSONDecoder().decode(
            QuestionSets.self,
            from: Data(contentsOf: Dialogue.folder.appending(path: "questions.json"))
        )
        try #require(sets.calibration.count >= 30)
        try #require(sets.calibration.count { $0.kind == "none" } >= 10)
        let client = try HTTPClient(reactor: TestDatabase.reactor)
        let endpoint = OpenAIEndpoint(
            client: client,
            base: try SpeechService.shared().base,
            key: nil,
            model: "use-multilingual"
        )
        let engine = OpenAIEmbeddingModel(endpoint)
        let bench = try await Bench.make()
        let calls = try await fill(bench, by: engine)

        let calibration = try await score(sets.calibration, bench, engine, calls)
        calibration.show("Questions of the calibration")
        #expect(calibration.recall >= 0.6)
        #expect(calibration.falseFinds.count * 10 <= 2 * calibration.unanswerable)
        let heldOut = try await score(sets.heldOut, bench, engine, calls)
        heldOut.show("Held-out questions")
        #expect(heldOut.recall >= 0.6)
        #expect(heldOut.falseFinds.count * 10 <= 2 * heldOut.unanswerable)
        await client.close()
    }

    /// All calls with the meaning of their passages; answers which fixture a call is.
    private func fill(_ bench: Bench, by engine: OpenAIEmbeddingModel) async throws -> [CallID: String] {
        var transcripts = try Dialogue.all(in: "calls").map { ($0.id, try $0.recognized()) }
        for set in ["development", "held-out"] {
            transcripts += try Dialogue.all(in: "dialogues/\(set)").map { ($0.id, $0.transcript) }
        }
        var calls: [CallID: String] = [:]
        for (seed, (name, transcript)) in transcripts.enumerated() {
            let call = try await bench.addAnalysed(1000 + seed, at: start)
            calls[call] = name
            try await bench.addTurns(transcript.turns, to: call)
            let passages = try await bench.database.tenant(bench.tenant) { transaction in
                try await PassageStore(transaction).withoutEmbedding(by: engine.name, call: call, limit: 1000)
            }
            let vectors = try await engine.embed(passages.map(\.text))
            try await bench.database.tenant(bench.tenant) { transaction in
                for (passage, vector) in zip(passages, vectors) {
                    let embedding = try #require(StoredEmbedding(vector))
                    try await PassageStore(transaction).setEmbedding(embedding, by: engine.name, of: passage.id)
                }
            }
        }
        return calls
    }

    private func score(
        _ questions: [Question],
        _ bench: Bench,
        _ engine: OpenAIEmbeddingModel,
        _ calls: [CallID: String]
    ) async throws -> Score {
        var score = Score()
        let vectors = try await engine.embed(questions.map { QuestionWording.subject(of: $0.text) })
        for (question, vector) in zip(questions, vectors) {
            let found = try await bench.database.tenant(bench.tenant) { transaction in
                try await PassageSearch()
                    .find(question.text, meaning: (vector, engine.name), limit: 5, in: transaction).passages
            }
            if question.kind == "none" {
                score.unanswerable += 1
                if !found.isEmpty { score.falseFinds.append(question.text) }
                continue
            }
            score.answerable[question.kind, default: 0] += 1
            let isFound = found.contains { passage in
                question.answers.contains { answer in
                    answer.call == calls[passage.call]
                        && answer.turns.contains { (passage.passage.firstTurn...passage.passage.lastTurn).contains($0) }
                }
            }
            if isFound { score.found[question.kind, default: 0] += 1 } else { score.missed.append(question.text) }
        }
        return score
    }
}
