import CPostgres

/// A statement with its values, ready to be sent.
struct Statement: Sendable {
    let text: String
    let parameters: [Parameter]
    /// Whether the server may keep it prepared for the next time.
    let isKept: Bool

    init(_ sql: SQL, isKept: Bool = true) {
        (text, parameters) = sql.render()
        self.isKept = isKept
    }

    /// Statements of our own: BEGIN, COMMIT and the like.
    init(fixed text: String, parameters: [Parameter] = []) {
        self.text = text
        self.parameters = parameters
        isKept = true
    }

    var key: StatementKey { StatementKey(text: text, types: parameters.map(\.typeOID)) }
}

/// What a prepared statement is found by: one text may be used with different types.
struct StatementKey: Hashable, Sendable {
    let text: String
    let types: [UInt32]
}

/// What a statement gave.
struct Outcome: Sendable {
    let buffer: ResultBuffer?
    /// The command tag, such as `UPDATE 3`.
    let tag: String
    let affected: Int

    /// Whether a statement ended the transaction, began one within it, or changed its session for those who come next.
    ///
    /// Our own such statements are not run in anybody's name, see `TransactionCore`.
    var changesSession: Bool {
        // Nearly all are one of these.
        guard !tag.utf8.starts(with: Self.select), !tag.utf8.starts(with: Self.insert) else { return false }
        return Self.ofSession.contains(tag.prefix { $0 != " " })
    }

    private static let select = Array("SELECT ".utf8)
    private static let insert = Array("INSERT ".utf8)
    private static let ofSession: Set<Substring> = [
        "BEGIN", "START", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "PREPARE", "DEALLOCATE", "SET", "RESET",
        "DISCARD", "LISTEN", "UNLISTEN", "LOAD", "DO",
    ]

    var rows: [Row] {
        guard let buffer else { return [] }
        return (0..<buffer.rowCount).map { Row(buffer: buffer, index: $0) }
    }
}

func outcome(_ result: OpaquePointer) -> Outcome {
    let tag = PQcmdStatus(result).map { String(cString: $0) } ?? ""
    let affected = PQcmdTuples(result).flatMap { Int(String(cString: $0)) } ?? 0
    guard PQresultStatus(result) == PGRES_TUPLES_OK else {
        PQclear(result)
        return Outcome(buffer: nil, tag: tag, affected: affected)
    }
    return Outcome(buffer: ResultBuffer(result), tag: tag, affected: affected)
}

func serverError(_ result: OpaquePointer, position: Int? = nil) -> ServerError {
    func field(_ code: Character) -> String? {
        PQresultErrorField(result, Int32(code.asciiValue ?? 0)).map { String(cString: $0) }
    }
    return ServerError(
        sqlState: field("C") ?? "XX000",
        message: field("M") ?? "",
        constraint: field("n"),
        position: position
    )
}
