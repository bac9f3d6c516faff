import Foundation

/// What speaks for a passage as an answer.
struct PassageEvidence: Sendable, Hashable {
    var id: PassageID
    /// How much of the question's words it holds, 0…1, rare words counting more; nil when it was not found by words.
    var wordShare: Double?
    /// The cosine between question and passage; nil when it was not found by meaning.
    var cosine: Double?
}

/// Merges what was found by words and by meaning, and decides whether any of it is an answer.
struct RankFusion: Sendable {
    /// Softens the lead of the first places (Cormack, Clarke, Büttcher 2009 use 60 for long lists; ours are of 50).
    var smoothing = 20.0
    /// Words are the surer sign once paraphrases of the field are among them (`Thesaurus`); meaning finds the rest.
    ///
    /// This and the two below are calibrated on Tests/Fixtures/questions.json.
    var meaningWeight = 0.5
    /// Below these a passage only resembles an answer by chance.
    var leastWordShare = 0.35
    var leastCosine = 0.36

    /// The ids worth showing, the best first; empty when nothing was found.
    func merge(byWords words: [PassageEvidence], byMeaning meaning: [PassageEvidence], limit: Int) -> [PassageID] {
        var scores: [PassageID: Double] = [:]
        var evidence: [PassageID: (share: Double, cosine: Double)] = [:]
        for (place, found) in words.enumerated() {
            scores[found.id, default: 0] += 1 / (smoothing + Double(place) + 1)
            evidence[found.id, default: (0, 0)].share = found.wordShare ?? 0
        }
        for (place, found) in meaning.enumerated() {
            scores[found.id, default: 0] += meaningWeight / (smoothing + Double(place) + 1)
            evidence[found.id, default: (0, 0)].cosine = found.cosine ?? 0
        }
        return evidence.filter { isAnswer($0.value.share, $0.value.cosine) }.keys
            .sorted { one, other in
                let (first, second) = (scores[one] ?? 0, scores[other] ?? 0)
                return first == second ? one > other : first > second
            }
            .prefix(limit).map(\.self)
    }

    private func isAnswer(_ share: Double, _ cosine: Double) -> Bool {
        share >= leastWordShare || cosine >= leastCosine
    }
}
