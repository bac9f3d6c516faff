import Audio
import Database
import Foundation
import Kernel

/// Which recordings a company has; their bytes are elsewhere, under the same SHA-256.
struct RecordingIndexStore {
    let transaction: TenantTransaction

    init(_ transaction: TenantTransaction) { self.transaction = transaction }

    /// The call made of these bytes before.
    ///
    /// Locks it, so that of two who send a failed recording again only one starts it.
    func call(of sha256: [UInt8]) async throws -> (id: CallID, state: CallState)? {
        let rows = try await transaction.query(
            """
            SELECT calls.id, calls.state
            FROM calls
            JOIN recordings ON recordings.id = calls.recording_id
            WHERE recordings.sha256 = \(sha256)
            FOR UPDATE OF calls
            """
        )
        guard let row = rows.first else { return nil }
        let (id, state) = try row.decode(CallID.self, String.self)
        return (id, try CallStore.known(state))
    }

    /// Nil when the same bytes came in at the same moment and won.
    func insert(
        _ facts: AudioFacts,
        name: String?,
        source: String,
        receivedAt: Date
    ) async throws -> RecordingID? {
        let rows = try await transaction.query(
            """
            INSERT INTO recordings (sha256, file_name, source, container, codec, mime, sample_rate, channels,
                                    speaker_channels, duration_seconds, byte_count, received_at)
            VALUES (\(facts.sha256), \(name), \(source), \(facts.container), \(facts.codec), \(facts.mime),
                    \(facts.sampleRate), \(facts.channels), \(facts.speakerChannels), \(facts.duration), \(facts.byteCount), \(receivedAt))
            ON CONFLICT (sha256) DO NOTHING
            RETURNING id
            """
        )
        return try rows.first.map { try $0.decode(RecordingID.self) }
    }

    /// Keeps the size of the derived file for players, from which on it is known to be there.
    func setPlayerBytes(_ count: Int, of call: CallID) async throws {
        try await transaction.execute(
            """
            UPDATE recordings
            SET player_bytes = \(count)
            WHERE id = (SELECT recording_id FROM calls WHERE id = \(call))
              AND audio_deleted_at IS NULL
            """
        )
    }

    /// Says of the oldest recordings that their sound is gone; gives which, for their files to be deleted.
    func expireAudio(before: Date, at moment: Date, limit: Int) async throws -> [(call: CallID, sha256: [UInt8])] {
        try await transaction.query(
            """
            WITH expired AS (
                SELECT recordings.id, calls.id AS call_id
                FROM recordings
                JOIN calls ON calls.recording_id = recordings.id
                WHERE recordings.audio_deleted_at IS NULL
                  AND recordings.received_at < \(before)
                  AND calls.state IN ('done', 'failed')
                ORDER BY recordings.received_at
                LIMIT \(limit)
                FOR UPDATE
            )
            UPDATE recordings
            SET audio_deleted_at = \(moment), player_bytes = NULL
            FROM expired
            WHERE recordings.id = expired.id
            RETURNING expired.call_id, recordings.sha256
            """
        ).map { try $0.decode(CallID.self, [UInt8].self) }
    }

    /// Says that the sound of a failed call was sent again: it is as young as a new one.
    func noteAudio(of sha256: [UInt8], at moment: Date) async throws {
        try await transaction.execute(
            """
            UPDATE recordings
            SET audio_deleted_at = NULL, received_at = greatest(received_at, \(moment))
            WHERE sha256 = \(sha256)
            """
        )
    }

    /// Whether the sound is still said to be gone; if so, nobody can send it again until the transaction ends.
    func holdDeletedAudio(of sha256: [UInt8]) async throws -> Bool {
        let rows = try await transaction.query(
            "SELECT FROM recordings WHERE sha256 = \(sha256) AND audio_deleted_at IS NOT NULL FOR UPDATE"
        )
        return !rows.isEmpty
    }

    /// The SHA-256 of every recording whose sound is kept, for the sweep that removes files without a row.
    func allHashes() async throws -> [[UInt8]] {
        try await transaction.query("SELECT sha256 FROM recordings WHERE audio_deleted_at IS NULL").map {
            try $0.decode([UInt8].self)
        }
    }
}
