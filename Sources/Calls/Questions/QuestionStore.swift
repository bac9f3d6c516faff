import Database
import Foundation
import Kernel

/// The log of questions and answers.
struct QuestionStore {
    let transaction: TenantTransaction

    init(_ transaction: TenantTransaction) { self.transaction = transaction }

    func insert(_ text: String, account: AccountID, origin: CallOrigin, at moment: Date) async throws -> QuestionID {
        let rows = try await transaction.query(
            """
            INSERT INTO questions (account_id, text, language, origin, asked_at)
            VALUES (\(account), \(text), \(origin.language), \(try JSONColumn.text(origin))::jsonb, \(moment))
            RETURNING id
            """
        )
        guard let row = rows.first else { throw DatabaseFault.unreadable("no id of a new question") }
        return try row.decode(QuestionID.self)
    }

    func find(_ id: QuestionID) async throws -> Question? {
        let rows = try await transaction.query(
            """
            SELECT account_id, text, language, origin, asked_at, answer
            FROM questions
            WHERE id = \(id)
            """
        )
        guard let row = rows.first else { return nil }
        let (account, text, language, origin, askedAt, answer) = try row.decode(
            AccountID.self,
            String.self,
            String.self,
            String.self,
            Date.self,
            String?.self
        )
        return Question(
            id: id,
            account: account,
            text: text,
            language: Language(tag: language),
            origin: try JSONColumn.value(CallOrigin.self, origin),
            askedAt: askedAt,
            answer: try answer.map { try JSONColumn.value(Answer.self, $0) }
        )
    }

    /// False when it was answered before.
    func answer(_ id: QuestionID, _ answer: Answer, at moment: Date) async throws -> Bool {
        try await transaction.execute(
            """
            UPDATE questions
            SET answer = \(try JSONColumn.text(answer))::jsonb, answered_at = \(moment)
            WHERE id = \(id)
              AND answer IS NULL
            """
        ) == 1
    }
}
