import Audio
import Database
import Foundation
import Kernel

/// A call as work on it needs to see it.
struct StoredCall: Sendable {
    var id: CallID
    var state: CallState
    var isWaiting: Bool
    var origin: CallOrigin
    /// Of its recording.
    var facts: AudioFacts
    var playerBytes: Int?
    var isAudioDeleted: Bool
    /// Nil until the recording was cut into windows.
    var totalSeconds: Double?
    var finishedSeconds: Double
}

/// The rows of `calls` as work moves them on; what people see is read by `ArchiveStore`.
struct CallStore {
    let transaction: TenantTransaction

    init(_ transaction: TenantTransaction) { self.transaction = transaction }

    static func known(_ state: String) throws -> CallState {
        guard let known = CallState(rawValue: state) else { throw DatabaseFault.unreadable("call state \(state)") }
        return known
    }

    func insert(
        _ recording: RecordingID,
        origin: CallOrigin,
        startedAt: Date?,
        receivedAt: Date
    ) async throws -> CallID {
        let rows = try await transaction.query(
            """
            INSERT INTO calls (recording_id, origin, started_at, received_at)
            VALUES (\(recording), \(try JSONColumn.text(origin))::jsonb, \(startedAt), \(receivedAt))
            RETURNING id
            """
        )
        guard let row = rows.first else { throw DatabaseFault.unreadable("no id of a new call") }
        return try row.decode(CallID.self)
    }

    func find(_ id: CallID) async throws -> StoredCall? {
        let rows = try await transaction.query(
            """
            SELECT calls.state, calls.is_waiting, calls.origin, calls.total_seconds, calls.finished_seconds,
                   recordings.player_bytes, recordings.container, recordings.codec, recordings.sample_rate,
                   recordings.channels, recordings.speaker_channels, recordings.duration_seconds, recordings.mime,
                   recordings.byte_count, recordings.sha256, recordings.audio_deleted_at IS NOT NULL
            FROM calls
            JOIN recordings ON recordings.id = calls.recording_id
            WHERE calls.id = \(id)
            """
        )
        guard let row = rows.first else { return nil }
        let (
            state, isWaiting, origin, total, finished, playerBytes, container, codec, rate, channels, speakers,
            duration, mime, bytes, sha256, isAudioDeleted
        ) =
            try row.decode(
                String.self,
                Bool.self,
                String.self,
                Double?.self,
                Double.self,
                Int?.self,
                String.self,
                String.self,
                Int.self,
                Int.self,
                Int.self,
                Double.self,
                String.self,
                Int.self,
                [UInt8].self,
                Bool.self
            )
        return StoredCall(
            id: id,
            state: try Self.known(state),
            isWaiting: isWaiting,
            origin: try JSONColumn.value(CallOrigin.self, origin),
            facts: AudioFacts(
                container: container,
                codec: codec,
                sampleRate: rate,
                channels: channels,
                speakerChannels: speakers,
                duration: duration,
                mime: mime,
                byteCount: bytes,
                sha256: sha256
            ),
            playerBytes: playerBytes,
            isAudioDeleted: isAudioDeleted,
            totalSeconds: total,
            finishedSeconds: finished
        )
    }

    /// Keeps a call as it is until the transaction ends; others may hold it as well.
    func hold(_ id: CallID) async throws {
        _ = try await transaction.query("SELECT FROM calls WHERE id = \(id) FOR SHARE")
    }

    /// Moves a call on; false when it is not in one of the states `from`, so another worker was there first.
    func move(_ id: CallID, from: [CallState], to state: CallState) async throws -> Bool {
        try await transaction.execute(
            """
            UPDATE calls
            SET state = \(state.rawValue), failure = NULL
            WHERE id = \(id)
              AND state = ANY(\(from.map(\.rawValue)))
            """
        ) == 1
    }

    /// Starts a failed call afresh, to be reported to whoever sent it now; finished windows stay.
    func restart(_ id: CallID, origin: CallOrigin) async throws {
        try await transaction.execute(
            """
            UPDATE calls
            SET state = 'received', failure = NULL, is_waiting = false, origin = \(try JSONColumn.text(origin))::jsonb
            WHERE id = \(id)
            """
        )
    }

    /// False when it was so already: the person has been told.
    func setWaiting(_ isWaiting: Bool, _ id: CallID) async throws -> Bool {
        try await transaction.execute(
            """
            UPDATE calls
            SET is_waiting = \(isWaiting)
            WHERE id = \(id)
              AND is_waiting <> \(isWaiting)
            """
        ) == 1
    }

    /// False when the call had ended already.
    func fail(_ id: CallID, _ failure: CallFailure, at moment: Date) async throws -> Bool {
        try await transaction.execute(
            """
            UPDATE calls
            SET state = 'failed', failure = \(failure.rawValue), is_waiting = false, finished_at = \(moment)
            WHERE id = \(id)
              AND state IN ('received', 'transcribing', 'analysing')
            """
        ) == 1
    }
}
