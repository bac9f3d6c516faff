import Foundation

/// Invented passages whose words are as frequent as those of real calls: by Zipf's law, in the order of the recorded ones.
///
/// The same number gives the same corpus.
struct SpokenCorpus {
    /// The most frequent first.
    let vocabulary: [String]
    private var random: SplitMix
    private let logarithm: Double

    /// Words of the recorded calls in Tests/Fixtures, and then words derived from them up to `wordCount`.
    init(wordCount: Int = 30_000, seed: UInt64 = 7) throws {
        var counts: [String: Int] = [:]
        for file in try Self.fixtures() {
            for word in Self.words(of: try String(contentsOf: file, encoding: .utf8)) { counts[word, default: 0] += 1 }
        }
        let spoken = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key)
        vocabulary = Array((spoken + Self.derived(from: spoken, known: Set(spoken))).prefix(wordCount))
        random = SplitMix(state: seed)
        logarithm = log(Double(vocabulary.count))
    }

    /// Between four words and twenty, as a turn of a call has.
    mutating func passage() -> String {
        var text = ""
        for place in 0..<(4 + Int(random.next() % 17)) {
            if place > 0 { text.append(" ") }
            // The word of rank r comes with a probability of 1/r.
            let rank = Int(exp(random.fraction() * logarithm)) - 1
            text.append(vocabulary[min(max(0, rank), vocabulary.count - 1)])
        }
        return text
    }

    private static func fixtures() throws -> [URL] {
        let folder = BenchDatabase.root.appending(path: "Tests/Fixtures")
        var files: [URL] = []
        for part in ["calls", "dialogues/development", "dialogues/held-out"] {
            files += try FileManager.default.contentsOfDirectory(
                at: folder.appending(path: part),
                includingPropertiesForKeys: nil
            )
        }
        return files.filter { $0.pathExtension == "json" }.sorted { $0.path < $1.path }
    }

    private static func words(of text: String) -> [String] {
        text.lowercased().split { !("а"..."я").contains($0) && $0 != "ё" }.map(String.init)
    }

    /// Other words of the same roots, such as `перезаказывали`.
    private static func derived(from words: [String], known: Set<String>) -> [String] {
        let prefixes = ["по", "за", "пере", "при", "от", "вы", "про", "под", "на", "раз"]
        let endings = ["ный", "ками", "ость", "овал", "ение", "чик", "ливо", "ством"]
        let roots = words.filter { $0.count >= 5 }.map { String($0.dropLast(2)) }
        var seen = known
        var result: [String] = []
        for ending in endings {
            for prefix in prefixes {
                for root in roots where seen.insert(prefix + root + ending).inserted {
                    result.append(prefix + root + ending)
                }
            }
        }
        return result
    }
}

/// Random numbers that come alike in every run.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// From 0 to just below 1.
    mutating func fraction() -> Double { Double(next() >> 11) * 0x1p-53 }
}
