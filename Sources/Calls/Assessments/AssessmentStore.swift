package import Database
package import Foundation
import Kernel
package import Language

/// What calls earned, and what it cost to find out.
package struct AssessmentStore {
    let transaction: TenantTransaction

    package init(_ transaction: TenantTransaction) { self.transaction = transaction }

    /// Puts a call's analysis in the place of an older one and ends the call; false when it was not being analysed.
    ///
    /// `details` is what else a language model found out, by the code of the criterion.
    package func replace(
        _ analysis: CallAnalysis,
        details: [String: JSONValue] = [:],
        by script: ScriptID,
        of call: CallID,
        at moment: Date
    ) async throws -> Bool {
        let score = CallScore(analysis.assessments)
        let isOurs =
            try await transaction.execute(
                """
                UPDATE calls
                SET state = 'done', failure = NULL, is_waiting = false, script_id = \(script), finished_at = \(moment),
                    statistics = \(try JSONColumn.text(analysis.statistics))::jsonb,
                    operator_seconds = \(analysis.statistics.operatorSeconds),
                    client_seconds = \(analysis.statistics.clientSeconds),
                    conversion = \(analysis.conversion.verdict.rawValue),
                    conversion_finding = \(try JSONColumn.text(analysis.conversion))::jsonb,
                    passed_items = \(score.passed), scored_items = \(score.scored)
                WHERE id = \(call)
                  AND state = 'analysing'
                """
            ) == 1
        guard isOurs else { return false }
        try await transaction.execute("DELETE FROM assessments WHERE call_id = \(call)")
        try await transaction.execute(
            """
            INSERT INTO assessments (call_id, criterion, position, verdict, finding, details)
            SELECT \(call), found.finding ->> 'criterion', found.position, found.finding ->> 'verdict', found.finding,
                   \(try JSONColumn.text(details))::jsonb -> (found.finding ->> 'criterion')
            FROM jsonb_array_elements(\(try JSONColumn.text(analysis.assessments))::jsonb)
                WITH ORDINALITY AS found (finding, position)
            """
        )
        return true
    }

    /// In the order of the script; and what else a language model found out, by the code of the criterion.
    static func assessments(of call: CallID) -> Reading<(found: [Assessment], details: [String: JSONValue])> {
        Reading(
            """
            SELECT criterion, finding, details
            FROM assessments
            WHERE call_id = \(call)
            ORDER BY position
            """
        ) { rows in try assessments(in: rows) }
    }

    private static func assessments(in rows: [Row]) throws -> (found: [Assessment], details: [String: JSONValue]) {
        var found: [Assessment] = []
        var details: [String: JSONValue] = [:]
        for row in rows {
            let (criterion, finding, detail) = try row.decode(String.self, String.self, String?.self)
            found.append(try JSONColumn.value(Assessment.self, finding))
            details[criterion] = try detail.map { try JSONColumn.value(JSONValue.self, $0) }
        }
        return (found, details)
    }
}
