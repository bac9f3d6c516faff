package import Database
import Foundation
import Kernel

/// Finds the passages that answer a question, by the stems of its words and by its meaning.
package struct PassageSearch: Sendable {
    /// A word in a larger part of all passages than this does not select, it only ranks: everybody says it.
    static let frequentShare = 0.02
    /// Places of each list that take part in the merging.
    static let listLimit = 50

    var fusion = RankFusion()

    package init() {}

    package struct Found: Sendable {
        /// The best first.
        package var passages: [StoredPassage]
        package var coverage: SearchCoverage
    }

    /// The best passages for a question; `meaning` is its direction by an engine with that engine's name.
    package func find(
        _ text: String,
        meaning: (unit: [Float], model: String)?,
        limit: Int,
        in transaction: TenantTransaction
    ) async throws -> Found {
        let store = PassageSearchStore(transaction)
        let total = try await store.count()
        let (words, wordsInNewest) = try await byWords(text, total: total, store)
        var nearest: (hits: [PassageHit], compared: Int) = ([], 0)
        if let meaning {
            nearest = try await store.nearest(to: meaning.unit, model: meaning.model, limit: Self.listLimit)
        }
        let best = fusion.merge(
            byWords: words,
            byMeaning: nearest.hits.map { PassageEvidence(id: $0.id, wordShare: nil, cosine: $0.score) },
            limit: limit
        )
        let stored = try await PassageStore(transaction).passages(best)
        let places = Dictionary(uniqueKeysWithValues: best.enumerated().map { ($1, $0) })
        return Found(
            passages: stored.sorted { places[$0.id, default: 0] < places[$1.id, default: 0] },
            coverage: SearchCoverage(
                wordsInNewest: wordsInNewest,
                meaningInNewest: nearest.compared >= PassageSearchStore.comparedLimit ? nearest.compared : nil,
                isByMeaning: meaning != nil
            )
        )
    }

    /// What holds the question's words, and how many newest passages were read when only those could be.
    private func byWords(
        _ text: String,
        total: Int,
        _ store: PassageSearchStore
    ) async throws -> (evidence: [PassageEvidence], inNewest: Int?) {
        let stems = try await store.stems(of: QuestionWording.telling(of: text))
        guard !stems.isEmpty, total > 0 else { return ([], nil) }
        let frequent = Int(Double(total) * Self.frequentShare)
        let searched = stems + Set(stems.flatMap(Thesaurus.related)).subtracting(stems).sorted()
        let counts = try await store.frequencies(
            of: searched,
            total: total,
            limit: max(frequent, PassageSearchStore.rankedLimit) + 1
        )
        let asked = Self.weights(of: stems, counts: counts, total: total)
        let weights = asked + Self.related(to: asked)
        // Where everything can be ranked, no word is too frequent to select.
        let selecting = searched.filter { total <= PassageSearchStore.rankedLimit || counts[$0] ?? 0 <= frequent }
        let isByNewest = selecting.allSatisfy { counts[$0] ?? 0 == 0 } && selecting.count < searched.count
        let hits =
            isByNewest
            ? try await store.rankedNewest(by: weights, limit: Self.listLimit)
            : try await store.ranked(
                by: weights,
                selecting: selecting,
                expected: selecting.reduce(0) { $0 + (counts[$1] ?? 0) },
                total: total,
                limit: Self.listLimit
            )
        let whole = Double(asked.reduce(0) { $0 + $1.weight })
        let evidence = hits.map { PassageEvidence(id: $0.id, wordShare: min(1, $0.score / whole), cosine: nil) }
        return (evidence, isByNewest ? min(total, PassageSearchStore.rankedLimit) : nil)
    }

    /// Rarer words say more (inverse document frequency); one that occurs nowhere lowers the share of all.
    private static func weights(
        of stems: [String],
        counts: [String: Int],
        total: Int
    ) -> [(stem: String, weight: Float)] {
        stems.map { stem in (stem, Float(log(1 + Double(total) / (Double(counts[stem] ?? 0) + 0.5)))) }
    }

    /// Words for the same things, at a part of the weight of those that were asked for.
    private static func related(to asked: [(stem: String, weight: Float)]) -> [(stem: String, weight: Float)] {
        var weights: [String: Float] = [:]
        for (stem, weight) in asked {
            for other in Thesaurus.related(to: stem) {
                weights[other] = max(weights[other] ?? 0, weight * Float(Thesaurus.weight))
            }
        }
        for (stem, _) in asked { weights[stem] = nil }
        return weights.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}
