/// A question and how its answer is understood, so that several may be asked in one round trip.
public struct Reading<Value>: Sendable {
    let sql: SQL
    let value: @Sendable ([Row]) throws -> Value

    public init(_ sql: SQL, _ value: @escaping @Sendable ([Row]) throws -> Value) {
        self.sql = sql
        self.value = value
    }
}

extension Transaction {
    public func read<Value>(_ reading: Reading<Value>) async throws -> Value {
        try reading.value(try await query(reading.sql))
    }

    /// Asks what does not depend on each other in one round trip.
    public func read<each Value>(together readings: repeat Reading<each Value>) async throws -> (repeat each Value) {
        var statements: [SQL] = []
        for reading in repeat each readings { statements.append(reading.sql) }
        var answers = try await query(together: statements).makeIterator()
        func value<One>(_ reading: Reading<One>) throws -> One {
            guard let rows = answers.next() else { throw DatabaseFault.misuse("a statement had no outcome") }
            return try reading.value(rows)
        }
        return (repeat try value(each readings))
    }
}
