import Database
import Foundation
import Kernel

/// The company's scripts with their criteria.
struct ScriptStore {
    let transaction: TenantTransaction

    init(_ transaction: TenantTransaction) { self.transaction = transaction }

    func activeID() async throws -> ScriptID? {
        try await transaction.query("SELECT id FROM scripts WHERE is_active").first.map { try $0.decode(ScriptID.self) }
    }

    /// Nil when another one became active at the same moment.
    func insertActive(_ script: Script) async throws -> ScriptID? {
        let rows = try await transaction.query(
            """
            INSERT INTO scripts (title)
            VALUES (\(try JSONColumn.text(script.name))::jsonb)
            ON CONFLICT (is_active) WHERE is_active DO NOTHING
            RETURNING id
            """
        )
        guard let id = try rows.first.map({ try $0.decode(ScriptID.self) }) else { return nil }
        for (position, criterion) in script.criteria.enumerated() {
            try await transaction.execute(
                """
                INSERT INTO criteria (script_id, position, code, definition)
                VALUES (\(id), \(position), \(criterion.code), \(try JSONColumn.text(criterion))::jsonb)
                """
            )
        }
        return id
    }

    /// The criteria of the script that a call was judged by, in their order, without the phrases that do it.
    static func names(ofScriptOf call: CallID) -> Reading<[CriterionName]> {
        Reading(
            """
            SELECT code, definition -> 'title'
            FROM criteria
            WHERE script_id = (SELECT script_id FROM calls WHERE id = \(call))
            ORDER BY position
            """
        ) { rows in
            try rows.map { row in
                let (code, title) = try row.decode(String.self, String.self)
                return CriterionName(code: code, title: try JSONColumn.value(CriterionTitle.self, title))
            }
        }
    }

    /// With its criteria in their order.
    func script(_ id: ScriptID) async throws -> Script? {
        let rows = try await transaction.query("SELECT title FROM scripts WHERE id = \(id)")
        guard let title = try rows.first?.decode(String.self) else { return nil }
        let definitions = try await transaction.query(
            """
            SELECT definition
            FROM criteria
            WHERE script_id = \(id)
            ORDER BY position
            """
        )
        return Script(
            name: try JSONColumn.value(CriterionTitle.self, title),
            criteria: try definitions.map { try JSONColumn.value(Criterion.self, try $0.decode(String.self)) }
        )
    }
}
