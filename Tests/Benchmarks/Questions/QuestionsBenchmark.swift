import Calls
import Database
import Foundation
import Kernel

extension Benchmark {
    static let questions = Benchmark(
        name: "questions",
        summary: "full-text retrieval over a million passages of one tenant"
    ) { bench in
        let made = try await bench.database("questions")
        let tenant = try await made.tenant()
        var corpus = try SpokenCorpus()
        let count = bench.count(1_000_000, quick: 5_000)
        let seconds = try await seconds { try fill(made, tenant, &corpus, passages: count, calls: count / 50, bench) }
        say("  \(count) passages stored and indexed in \(rounded(seconds)) s")
        let words = try QuestionWords(corpus.vocabulary, in: made, tenant, passages: count)
        for kind in QuestionWords.Kind.allCases {
            let samples = try await measure(words.questions(kind, count: bench.count(100, quick: 4)), made, tenant) {
                try check($0, of: kind, passages: count, bench)
            }
            bench.report.add("a question of \(kind.rawValue), p50", samples.p50, .milliseconds)
            bench.report.add("a question of \(kind.rawValue), p95", samples.p95, .milliseconds, target: .atMost(50))
        }
        made.database.close()
    }
}

private func measure(
    _ questions: [String],
    _ made: BenchDatabase,
    _ tenant: TenantID,
    check: (PassageSearch.Found) throws -> Void
) async throws -> Samples {
    var samples = Samples()
    // The first round brings the pages into memory.
    for round in 0..<3 {
        for question in questions {
            let began = ContinuousClock.now
            let found = try await made.database.tenant(tenant) { tx in
                try await PassageSearch().find(question, meaning: nil, limit: 12, in: tx)
            }
            if round > 0 { samples.add((ContinuousClock.now - began) / .milliseconds(1)) }
            try check(found)
        }
    }
    return samples
}

/// Words that everybody says do not select; with nothing else the newest are read, and that is said.
private func check(
    _ found: PassageSearch.Found,
    of kind: QuestionWords.Kind,
    passages: Int,
    _ bench: Bench
) throws {
    try bench.check(!found.passages.isEmpty, "nothing was found for \(kind.rawValue)")
    let isByNewest = found.coverage.wordsInNewest != nil
    try bench.check(isByNewest == (kind == .everywhere), "\(kind.rawValue): wordsInNewest \(isByNewest)")
}

/// Passages of a tenant's calls, put there by COPY.
private func fill(
    _ made: BenchDatabase,
    _ tenant: TenantID,
    _ corpus: inout SpokenCorpus,
    passages: Int,
    calls: Int,
    _ bench: Bench
) throws {
    let file = bench.folder.appending(path: "passages.tsv")
    _ = FileManager.default.createFile(atPath: file.path, contents: nil)
    guard let handle = FileHandle(forWritingAtPath: file.path) else { throw Wrong("\(file.path) cannot be written") }
    var lines: [UInt8] = []
    for number in 0..<passages {
        let (call, turn) = (number * calls / passages + 1, number % 50)
        lines += "\(call)\t\(turn)\t\(turn)\tclient\t\(turn * 4)\t\(turn * 4 + 4)\t\(corpus.passage())\n".utf8
        guard lines.count > 1 << 20 || number == passages - 1 else { continue }
        try handle.write(contentsOf: lines)
        lines = []
    }
    try handle.close()
    try made.psql(
        """
        SET ROLE t_\(tenant);
        SET search_path = t_\(tenant), ext;
        SET maintenance_work_mem = '512MB';
        INSERT INTO recordings (sha256, source, container, codec, mime, sample_rate, channels, speaker_channels,
                                duration_seconds, byte_count, received_at)
        SELECT sha256(int4send(n)), 'bench', 'wav', 'pcm', 'audio/x-wav', 8000, 2, 2, 200, 1000, now()
        FROM generate_series(1, \(calls)) AS n;
        INSERT INTO calls (recording_id, state, origin, received_at)
        SELECT id, 'done', '{}', now() - (\(calls) - id) * interval '1 minute' FROM recordings ORDER BY id;
        DROP INDEX passages_search;
        \\copy passages (call_id, first_turn, last_turn, speaker, start_seconds, end_seconds, text) FROM '\(file.path)'
        CREATE INDEX passages_search ON passages USING gin (search) WITH (fastupdate = off);
        VACUUM ANALYZE passages;
        """
    )
    try FileManager.default.removeItem(at: file)
}

/// Questions made of words by how many passages hold them.
private struct QuestionWords {
    enum Kind: String, CaseIterable {
        case rare = "rare words"
        case common = "common words"
        case everywhere = "everywhere words"
        case mixed = "everywhere words and a rare one"
    }

    private var rare: [String] = []
    private var common: [String] = []
    private var everywhere: [String] = []

    init(_ vocabulary: [String], in made: BenchDatabase, _ tenant: TenantID, passages: Int) throws {
        let ranks = Array(0..<100) + stride(from: 100, to: 600, by: 10) + stride(from: 6_000, to: 30_000, by: 300)
        let candidates = ranks.map { vocabulary[min($0, vocabulary.count - 1)] }.filter {
            // A word that is taken out of questions, or brings others with it, would make another kind of question.
            QuestionWording.telling(of: "\($0) щщщ") == "\($0) щщщ" && !Thesaurus.knows($0)
        }
        let answer = try made.psql(
            """
            SET search_path = t_\(tenant), ext;
            SELECT word, (SELECT count(*) FROM passages WHERE search @@ plainto_tsquery('russian', word))
            FROM unnest('{\(candidates.joined(separator: ","))}'::text[]) AS word;
            """
        )
        for line in answer.split(separator: "\n") {
            let columns = line.split(separator: "|")
            guard columns.count == 2, let count = Int(columns[1]) else { continue }
            let share = Double(count) / Double(passages)
            // What statistics say of a word is right to a tenth or so, so none stands at the limit itself.
            switch share {
            case 0.024...: everywhere.append(String(columns[0]))
            case 0.002..<0.017: common.append(String(columns[0]))
            case 0.000_002..<0.001: rare.append(String(columns[0]))
            default: continue
            }
        }
        guard rare.count > 3, common.count > 3, everywhere.count > 3 else {
            throw Wrong("the corpus has other words: \(rare.count) rare, \(common.count) common, \(everywhere.count)")
        }
    }

    /// Of two or three words each, alike in every run.
    func questions(_ kind: Kind, count: Int) -> [String] {
        var random = SplitMix(state: 11)
        func pick(_ words: [String]) -> String { words.randomElement(using: &random) ?? "" }
        return (0..<count).map { _ in
            switch kind {
            case .rare: [pick(rare), pick(rare)]
            case .common: [pick(common), pick(common)]
            case .everywhere: [pick(everywhere), pick(everywhere)]
            case .mixed: [pick(everywhere), pick(everywhere), pick(rare)]
            }
        }.map { $0.joined(separator: " ") }
    }
}
