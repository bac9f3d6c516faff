package import Database
import Foundation
import Kernel
import Speech

/// A piece of one channel that is transcribed in one request.
struct TranscriptWindow: Codable, Sendable, Hashable {
    var channel: Int
    /// From 0 within the channel.
    var number: Int
    /// Seconds from the start of the recording.
    var start: Double
    var end: Double
    var isFinished = false
}

/// The windows of a recording while it is transcribed, and the turns made of them.
package struct TranscriptStore {
    let transaction: TenantTransaction

    package init(_ transaction: TenantTransaction) { self.transaction = transaction }

    /// Keeps how the recording is cut; an earlier plan wins, because its results may be stored already.
    func plan(_ windows: [TranscriptWindow], of call: CallID) async throws {
        let isFirst =
            try await transaction.execute(
                """
                UPDATE calls
                SET total_seconds = \(windows.reduce(0) { $0 + $1.end - $1.start }), finished_seconds = 0
                WHERE id = \(call)
                  AND total_seconds IS NULL
                """
            ) == 1
        guard isFirst, !windows.isEmpty else { return }
        try await transaction.execute(
            """
            INSERT INTO transcript_windows (call_id, channel, number, start_seconds, end_seconds)
            SELECT \(call), planned.channel, planned.number, planned.start, planned."end"
            FROM jsonb_to_recordset(\(try JSONColumn.text(windows))::jsonb)
                AS planned (channel integer, number integer, start double precision, "end" double precision)
            """
        )
    }

    func windows(of call: CallID) async throws -> [TranscriptWindow] {
        let rows = try await transaction.query(
            """
            SELECT channel, number, start_seconds, end_seconds, words IS NOT NULL
            FROM transcript_windows
            WHERE call_id = \(call)
            ORDER BY start_seconds, channel, number
            """
        )
        return try rows.map { row in
            let (channel, number, start, end, isFinished) = try row.decode(
                Int.self,
                Int.self,
                Double.self,
                Double.self,
                Bool.self
            )
            return TranscriptWindow(channel: channel, number: number, start: start, end: end, isFinished: isFinished)
        }
    }

    /// Stores what was heard in a window and moves the call's progress on by it; a second result of one window is dropped.
    func finish(
        _ window: TranscriptWindow,
        of call: CallID,
        words: [RecognizedWord],
        isSuspicious: Bool
    ) async throws {
        try await transaction.execute(
            """
            WITH finished AS (
                UPDATE transcript_windows
                SET words = \(try JSONColumn.text(words))::jsonb, is_suspicious = \(isSuspicious)
                WHERE call_id = \(call)
                  AND channel = \(window.channel)
                  AND number = \(window.number)
                  AND words IS NULL
                RETURNING end_seconds - start_seconds AS seconds
            )
            UPDATE calls
            SET finished_seconds = finished_seconds + finished.seconds, is_waiting = false
            FROM finished
            WHERE calls.id = \(call)
            """
        )
    }

    /// The words of every channel in the order they were said.
    func words(of call: CallID) async throws -> [Int: [RecognizedWord]] {
        let rows = try await transaction.query(
            """
            SELECT channel, words
            FROM transcript_windows
            WHERE call_id = \(call)
              AND words IS NOT NULL
            ORDER BY channel, number
            """
        )
        var channels: [Int: [RecognizedWord]] = [:]
        for row in rows {
            let (channel, words) = try row.decode(Int.self, String.self)
            channels[channel, default: []] += try JSONColumn.value([RecognizedWord].self, words)
        }
        return channels
    }

    /// Puts turns in the place of whatever was there.
    package func replaceTurns(_ turns: [Turn], of call: CallID) async throws {
        try await transaction.execute("DELETE FROM turns WHERE call_id = \(call)")
        guard !turns.isEmpty else { return }
        try await transaction.execute(
            """
            INSERT INTO turns (call_id, number, channel, speaker, start_seconds, end_seconds, text, words)
            SELECT \(call), said.number, said.channel, said.speaker, said.start, said."end", said.text, said.words
            FROM jsonb_to_recordset(\(try JSONColumn.text(turns))::jsonb)
                AS said (number integer, channel integer, speaker text, start double precision,
                         "end" double precision, text text, words jsonb)
            """
        )
    }

    /// Turns in their order, all or those with some numbers.
    ///
    /// The words with their times are the larger part of a turn, and who only shows it does without them.
    static func turns(
        of call: CallID,
        in numbers: ClosedRange<Int> = 0...Int(Int32.max),
        hasWords: Bool = true
    ) -> Reading<[Turn]> {
        Reading(
            """
            SELECT number, channel, speaker, start_seconds, end_seconds, text, CASE WHEN \(hasWords) THEN words END
            FROM turns
            WHERE call_id = \(call)
              AND number BETWEEN \(numbers.lowerBound) AND \(numbers.upperBound)
            ORDER BY number
            """
        ) { try $0.map(turn) }
    }

    private static func turn(_ row: Row) throws -> Turn {
        let (number, channel, speaker, start, end, text, words) = try row.decode(
            Int.self,
            Int.self,
            String.self,
            Double.self,
            Double.self,
            String.self,
            String?.self
        )
        return Turn(
            number: number,
            channel: channel,
            speaker: Speaker(rawValue: speaker) ?? .unknown,
            start: start,
            end: end,
            text: text,
            words: try words.map { try JSONColumn.value([RecognizedWord].self, $0) } ?? []
        )
    }
}
