import Calls
import Database
import Foundation
import Kernel
import Speech

/// A company with many scored calls, the newest of them with their words, and somebody who is signed in.
struct PanelWorld: Sendable {
    let database: BenchDatabase
    let tenant: TenantID
    let session = Token.random()
    let callCount: Int
    /// So many of the newest calls have turns and a checklist.
    let wholeCount: Int

    init(_ bench: Bench) async throws {
        database = try await bench.database("panel")
        tenant = try await database.tenant()
        callCount = bench.count(100_000, quick: 300)
        wholeCount = bench.count(1_000, quick: 60)
        try database.psql(
            """
            INSERT INTO platform.tenants (id, name, zone, language, state) OVERRIDING SYSTEM VALUE
            VALUES (\(tenant), 'Север Металл', 'Europe/Moscow', 'ru', 'ready');
            INSERT INTO platform.accounts (telegram_id, first_name, language) VALUES (700, 'Анна Ковалёва', 'ru');
            INSERT INTO platform.memberships (tenant, account, role) VALUES (\(tenant), 1, 'owner');
            INSERT INTO platform.sessions (hash, account, tenant, expires_at)
            VALUES ('\\x\(hexadecimal(session.hash))', 1, \(tenant), now() + interval '1 day');
            """
        )
        let samples = try SampleCall.all()
        try addCalls(samples.count)
        try await analyse(samples)
        try multiply(samples.count)
    }

    /// Calls 1… as they are before their analysis.
    private func addCalls(_ count: Int) throws {
        try database.psql(
            """
            SET ROLE t_\(tenant);
            SET search_path = t_\(tenant), ext;
            INSERT INTO recordings (sha256, file_name, source, container, codec, mime, sample_rate, channels,
                                    speaker_channels, duration_seconds, byte_count, player_bytes, received_at)
            SELECT sha256(int4send(n)), 'Заказ арматуры, счёт на почту.wav', 'telegram', 'wav', 'pcm_s16le', 'audio/x-wav',
                   8000, 2, 2, 43.848, 700000, 300000, now()
            FROM generate_series(1, \(count)) AS n;
            INSERT INTO calls (recording_id, state, origin, received_at)
            SELECT id, 'analysing', '{"bot": 1, "chat": 700, "slot": "s", "account": 1, "language": "ru"}', now()
            FROM recordings ORDER BY id;
            """
        )
    }

    /// Scores them as the product does.
    private func analyse(_ samples: [SampleCall]) async throws {
        try await database.database.tenant(tenant) { tx in
            let (script, standard) = try await Scripts().active(in: tx)
            for (number, sample) in samples.enumerated() {
                let call = CallID(Int64(number + 1))
                let analysis = try Calls.analyse(sample.transcript, script: standard)
                try await TranscriptStore(tx).replaceTurns(sample.transcript.turns, of: call)
                guard try await AssessmentStore(tx).replace(analysis, by: script, of: call, at: Date()) else {
                    throw Wrong("call \(call) was not being analysed")
                }
            }
        }
    }

    /// All other calls are like the first ones.
    private func multiply(_ count: Int) throws {
        try database.psql(
            """
            SET ROLE t_\(tenant);
            SET search_path = t_\(tenant), ext;
            INSERT INTO recordings (sha256, file_name, source, container, codec, mime, sample_rate, channels,
                                    speaker_channels, duration_seconds, byte_count, player_bytes, received_at)
            SELECT sha256(int4send(n)), 'Запись ' || n || '.wav', source, container, codec, mime, sample_rate, channels,
                   speaker_channels, duration_seconds + n % 60, byte_count, player_bytes, received_at
            FROM generate_series(\(count + 1), \(callCount)) AS n
            JOIN recordings ON recordings.id = n % \(count) + 1;
            INSERT INTO calls (recording_id, script_id, state, started_at, received_at, origin, total_seconds,
                               finished_seconds, operator_seconds, client_seconds, statistics, conversion,
                               conversion_finding, passed_items, scored_items, finished_at)
            SELECT recordings.id, script_id, state, now() - (\(callCount) - recordings.id) * interval '7 minutes',
                   calls.received_at, origin, total_seconds, finished_seconds, operator_seconds, client_seconds, statistics,
                   conversion, conversion_finding, passed_items, scored_items, finished_at
            FROM recordings
            JOIN calls ON calls.id = recordings.id % \(count) + 1
            WHERE recordings.id > \(count)
            ORDER BY recordings.id;
            UPDATE calls SET started_at = now() - interval '5 years' WHERE id <= \(count);
            INSERT INTO turns
            SELECT calls.id, number, channel, speaker, turns.start_seconds, turns.end_seconds, text, words
            FROM calls
            JOIN turns ON turns.call_id = calls.id % \(count) + 1
            WHERE calls.id > \(max(count, callCount - wholeCount));
            INSERT INTO assessments
            SELECT calls.id, criterion, position, verdict, finding, details
            FROM calls
            JOIN assessments ON assessments.call_id = calls.id % \(count) + 1
            WHERE calls.id > \(max(count, callCount - wholeCount));
            """
        )
        try database.psql("VACUUM ANALYZE;")
    }
}

/// A recorded call of Tests/Fixtures as if every word had been heard right.
private struct SampleCall: Decodable {
    struct Line: Decodable {
        let speaker: Speaker
        let channel: Int
        let start: Double
        let end: Double
        let text: String
    }

    let duration_s: Double
    let turns: [Line]

    static func all() throws -> [SampleCall] {
        let folder = BenchDatabase.root.appending(path: "Tests/Fixtures/calls")
        return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "json" }.sorted { $0.path < $1.path }
            .map { try JSONDecoder().decode(SampleCall.self, from: Data(contentsOf: $0)) }
    }

    var transcript: Transcript {
        Transcript(
            duration: duration_s,
            channels: 2,
            turns: turns.enumerated().map { number, line in
                Turn(
                    number: number,
                    channel: line.channel,
                    speaker: line.speaker,
                    start: line.start,
                    end: line.end,
                    text: line.text,
                    words: line.words
                )
            }
        )
    }
}

extension SampleCall.Line {
    /// Its words, each as long as the others.
    fileprivate var words: [RecognizedWord] {
        let parts = text.split(separator: " ")
        let length = (end - start) / Double(max(1, parts.count))
        return parts.enumerated().map { place, part in
            let begin = start + Double(place) * length
            return RecognizedWord(text: String(part), start: begin, end: begin + length, probability: 0.97)
        }
    }
}
