import Database
import Foundation
import Kernel

/// What people see of calls.
struct ArchiveStore {
    let transaction: TenantTransaction

    init(_ transaction: TenantTransaction) { self.transaction = transaction }

    /// The calls right behind a place in the list, newest first.
    func items(after cursor: CallCursor?, limit: Int) async throws -> [CallListItem] {
        try await transaction.query(Self.page(after: cursor, limit: limit)).map(Self.item)
    }

    static func page(after cursor: CallCursor?, limit: Int) -> SQL {
        let place: SQL =
            if let cursor {
                "WHERE (calls.happened_at, calls.id) < (\(cursor.happenedAt), \(cursor.id))"
            } else {
                ""
            }
        return """
            \(columns)
            \(place)
            ORDER BY calls.happened_at DESC, calls.id DESC
            LIMIT \(limit)
            """
    }

    static func item(_ id: CallID) -> Reading<CallListItem?> {
        Reading("\(columns) WHERE calls.id = \(id)") { try $0.first.map(item) }
    }

    /// The next calls in the queue.
    func waiting(limit: Int) async throws -> [CallID] {
        try await transaction.query(
            """
            SELECT id
            FROM calls
            WHERE state IN ('received', 'transcribing', 'analysing')
              AND state = 'received'
            ORDER BY id
            LIMIT \(limit)
            """
        ).map { try $0.decode(CallID.self) }
    }

    private static let columns: SQL = """
        SELECT calls.id, calls.happened_at, calls.started_at IS NOT NULL, recordings.file_name,
               recordings.duration_seconds, calls.state, calls.is_waiting, calls.total_seconds, calls.finished_seconds,
               calls.failure, calls.conversion, calls.passed_items, calls.scored_items,
               calls.operator_seconds, calls.client_seconds, recordings.player_bytes IS NOT NULL,
               (calls.origin ->> 'account')::bigint, recordings.audio_deleted_at IS NOT NULL
        FROM calls
        JOIN recordings ON recordings.id = calls.recording_id
        """

    private static func item(_ row: Row) throws -> CallListItem {
        let (
            id, happenedAt, isStartKnown, name, duration, state, isWaiting, total, finished, failure, conversion,
            passed, scored, operatorSeconds, clientSeconds, hasPlayerFile, account, isAudioDeleted
        ) =
            try row.decode(
                CallID.self,
                Date.self,
                Bool.self,
                String?.self,
                Double.self,
                String.self,
                Bool.self,
                Double?.self,
                Double.self,
                String?.self,
                String?.self,
                Int?.self,
                Int?.self,
                Double?.self,
                Double?.self,
                Bool.self,
                AccountID?.self,
                Bool.self
            )
        let known = try CallStore.known(state)
        return CallListItem(
            id: id,
            happenedAt: happenedAt,
            isStartKnown: isStartKnown,
            fileName: name,
            duration: duration,
            state: known,
            isWaitingForRecogniser: isWaiting,
            percent: known == .transcribing ? wholePercent(finished, of: total) : nil,
            failure: failure.flatMap(CallFailure.init),
            conversion: conversion.flatMap(Verdict.init),
            score: passed.flatMap { passed in scored.map { CallScore(passed: passed, scored: $0) } },
            operatorSeconds: operatorSeconds,
            clientSeconds: clientSeconds,
            hasPlayerFile: hasPlayerFile,
            account: account,
            isAudioDeleted: isAudioDeleted
        )
    }

    /// Everything about the call itself; turns and assessments have their own stores.
    static func details(_ id: CallID) -> Reading<CallDetails?> {
        Reading(
            """
            SELECT calls.received_at, calls.origin, recordings.speaker_channels, calls.statistics,
                   calls.conversion_finding,
                   (SELECT count(*) FROM transcript_windows WHERE call_id = calls.id),
                   (SELECT count(*) FROM calls AS ahead
                    WHERE ahead.state IN ('received', 'transcribing', 'analysing') AND ahead.id < calls.id)
            FROM calls
            JOIN recordings ON recordings.id = calls.recording_id
            WHERE calls.id = \(id)
            """
        ) { try $0.first.map(details) }
    }

    private static func details(_ row: Row) throws -> CallDetails {
        let (receivedAt, origin, channels, statistics, conversion, windows, ahead) = try row.decode(
            Date.self,
            String.self,
            Int.self,
            String?.self,
            String?.self,
            Int.self,
            Int.self
        )
        return CallDetails(
            receivedAt: receivedAt,
            origin: try JSONColumn.value(CallOrigin.self, origin),
            channels: channels,
            statistics: try statistics.map { try JSONColumn.value(TalkStatistics.self, $0) },
            conversion: try conversion.map { try JSONColumn.value(ConversionFinding.self, $0) },
            windowCount: windows,
            callsAhead: ahead
        )
    }
}

/// What a call's card needs beyond its line in the list.
struct CallDetails: Sendable {
    var receivedAt: Date
    var origin: CallOrigin
    var channels: Int
    var statistics: TalkStatistics?
    var conversion: ConversionFinding?
    var windowCount: Int
    /// Unfinished calls of the company that came before this one.
    var callsAhead: Int

    func progress(of item: CallListItem) -> CallProgress {
        CallProgress(
            call: item.id,
            state: item.state,
            placeInQueue: item.state == .received ? callsAhead + 1 : nil,
            percent: windowCount > 1 ? item.percent : nil,
            isWaitingForRecogniser: item.isWaitingForRecogniser,
            failure: item.failure,
            origin: origin
        )
    }
}

/// Rounded down, so that 100 means the end.
func wholePercent(_ finished: Double, of total: Double?) -> Int? {
    guard let total, total > 0 else { return nil }
    return min(100, max(0, Int((finished / total * 100 + 1e-6).rounded(.down))))
}
