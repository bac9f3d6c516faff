import Synchronization

/// The text form in which a COPY out gives its rows, a line each.
public enum CopyForm: Sendable {
    /// Tabs between the columns and `\N` for NULL, as COPY in reads it by itself.
    case text
    /// Commas, quotes where needed, and a line of headings.
    case csv
}

/// Takes the rows of a COPY in and hands them to the server as they come.
///
/// It waits while the server is slower than the rows, so memory stays the same for a thousand rows and ten million.
public final class CopyWriter: Sendable {
    /// So much is gathered before it is sent.
    private static let bytesAtOnce = 65_536

    private let connection: Connection
    private let buffer: Mutex<[UInt8]>

    /// Signature, flags and length of an extension, which there is not (PostgreSQL, COPY, binary format).
    init(connection: Connection) {
        self.connection = connection
        buffer = Mutex(Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0] + [UInt8](repeating: 0, count: 8))
    }

    /// Adds a row: a value for each column, nil for NULL, of the column's own type (`String` for `text` only).
    public func row<each Value: BindableValue>(_ values: repeat (each Value)?) async throws {
        var bytes: [UInt8] = []
        var count: Int16 = 0
        for value in repeat each values {
            count += 1
            guard let value = value?.parameter.bytes else {
                bytes += bigEndianBytes(Int32(-1))
                continue
            }
            bytes += bigEndianBytes(Int32(value.count))
            bytes += value
        }
        let full = buffer.withLock { buffer -> [UInt8]? in
            buffer += bigEndianBytes(count)
            buffer += bytes
            guard buffer.count >= Self.bytesAtOnce else { return nil }
            defer { buffer.removeAll(keepingCapacity: true) }
            return buffer
        }
        if let full { try await connection.putCopy(full) }
    }

    /// Sends what is left and the mark of the end.
    func finish() async throws -> Int {
        try await connection.putCopy(buffer.withLock { $0 } + bigEndianBytes(Int16(-1)))
        return try await connection.endCopyIn()
    }
}

/// The rows of a query, fetched a batch at a time.
///
/// The next batch is asked for when the last has been used, so a slow reader holds up the server and not memory. It
/// lives in its transaction: other statements may run in between, and nothing is left when reading stops early.
public struct RowStream: AsyncSequence, Sendable {
    let core: TransactionCore
    let sql: SQL
    let batch: Int

    public func makeAsyncIterator() -> Iterator { Iterator(stream: self) }

    public struct Iterator: AsyncIteratorProtocol {
        let stream: RowStream
        private var cursor: String?
        private var rows: ArraySlice<Row> = []
        private var isOver = false

        init(stream: RowStream) { self.stream = stream }

        public mutating func next() async throws -> Row? {
            if rows.isEmpty, !isOver { try await fetch() }
            return rows.popFirst()
        }

        private mutating func fetch() async throws {
            let name: String
            if let cursor {
                name = cursor
            } else {
                name = try stream.core.newCursor()
                let declaration: SQL = "DECLARE \(unsafeRaw: name) NO SCROLL CURSOR FOR \(stream.sql)"
                _ = try await stream.core.run([Statement(declaration, isKept: false)])
                cursor = name
            }
            let fetching: SQL = "FETCH \(unsafeRaw: String(stream.batch)) FROM \(unsafeRaw: name)"
            rows = ArraySlice(try await stream.core.run([Statement(fetching, isKept: false)]).flatMap(\.rows))
            isOver = rows.count < stream.batch
        }
    }
}

extension TransactionCore {
    /// Runs a COPY in; when `body` throws, the server takes nothing and the error is thrown on.
    func copy(into table: SQL, _ body: (CopyWriter) async throws -> Void) async throws -> Int {
        let limit = try await startCopy("COPY \(table) FROM STDIN (FORMAT binary)")
        let writer = CopyWriter(connection: connection)
        do {
            try await body(writer)
            let count = try await writer.finish()
            try await limitStatements(to: limit)
            return count
        } catch {
            try await giveUpCopy()
            throw error
        }
    }

    /// Leaves COPY mode after `body` failed; the connection is given up where that cannot be done.
    private func giveUpCopy() async throws {
        guard connection.isCopying else { return }
        do {
            _ = try await connection.endCopyIn(because: "given up")
        } catch DatabaseFault.server {
            // The server says that the COPY was given up, as it was told.
        } catch {
            connection.taint()
        }
    }

    /// Runs a COPY out and gives the number of rows; when `body` throws, the rest is not read.
    func copy(from query: SQL, as form: CopyForm, _ body: ([UInt8]) async throws -> Void) async throws -> Int {
        let limit =
            switch form {
            case .text: try await startCopy("COPY (\(query)) TO STDOUT (FORMAT text)")
            case .csv: try await startCopy("COPY (\(query)) TO STDOUT (FORMAT csv, HEADER)")
            }
        do {
            while let piece = try await connection.copyPiece() { try await body(piece) }
            let count = try await connection.endCopyOut()
            try await limitStatements(to: limit)
            return count
        } catch DatabaseFault.server(let error) {
            throw DatabaseFault.server(error)
        } catch {
            connection.taint()
            throw error
        }
    }

    /// Begins a COPY and gives the limit of time for statements, which is lifted: a COPY takes as long as its rows.
    private func startCopy(_ sql: SQL) async throws -> String {
        let statement = Statement(sql)
        guard statement.parameters.isEmpty else { throw DatabaseFault.misuse("PostgreSQL binds no values in COPY") }
        // It is sent as a script, in which others could follow.
        guard !statement.text.contains(";") else { throw DatabaseFault.misuse("a semicolon in a COPY") }
        try needsWhole()
        let name = "statement_timeout"
        let lifting: SQL = "SELECT current_setting(\(name)), set_config(\(name), '0', true)"
        guard let row = try await run([Statement(lifting)]).flatMap(\.rows).first else {
            throw DatabaseFault.unreadable("no limit of time")
        }
        let (limit, _) = try row.decode(String.self, String.self)
        try await connection.startCopy(statement.text)
        return limit
    }

    private func limitStatements(to limit: String) async throws {
        let limiting: SQL = "SELECT set_config('statement_timeout', \(limit), true)"
        _ = try await run([Statement(limiting)])
    }
}
