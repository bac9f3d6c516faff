public import Kernel
import Synchronization

/// A transaction that is open: statements run in order, one at a time, and all or none of them happen.
public protocol Transaction: Sendable {
    /// Runs a statement and gives its rows.
    func query(_ sql: SQL) async throws -> [Row]

    /// Runs statements that do not depend on each other in one round trip and gives the rows of each.
    func query(together statements: [SQL]) async throws -> [[Row]]

    /// The rows of a query as they are needed, `batch` at a time, however many there are.
    func stream(_ sql: SQL, batch: Int) throws -> RowStream

    /// Puts rows into a table, such as `notes (id, text)`, much faster than statements do; gives their number.
    ///
    /// All or none of them are taken. `body` must not run other statements of this transaction.
    @discardableResult
    func copy(into table: SQL, _ body: (CopyWriter) async throws -> Void) async throws -> Int

    /// Gives the rows of a query without values to `body` in pieces of whole lines; gives their number.
    @discardableResult
    func copy(from query: SQL, as form: CopyForm, _ body: ([UInt8]) async throws -> Void) async throws -> Int

    /// Runs a statement and gives the number of rows that it changed.
    @discardableResult func execute(_ sql: SQL) async throws -> Int

    /// Adds a statement to the closing part, which runs with the login's own rights just before COMMIT.
    ///
    /// Only modules of this package that keep state of the cell use it. With `mustAffect` the transaction is rolled back
    /// with `DatabaseFault.closingRefused` unless the statement changes that many rows.
    func atClosing(_ sql: SQL, mustAffect: Int?)

    /// Adds a statement to the closing part that may wait for a row of another transaction.
    ///
    /// Such statements run after the others and in the order of their names, so that two transactions cannot wait for
    /// each other.
    func atClosing(_ sql: SQL, inOrderOf name: String)

    /// Raises a live counter as the very last statement, in the order of the names so that two transactions cannot wait
    /// for each other.
    func atVeryEnd(_ name: String, _ sql: SQL)

    /// Wakes those who wait on a channel, here and in other processes, once the transaction has been committed.
    func wake(_ channel: WakeUpChannel)
}

extension Transaction {
    public func atClosing(_ sql: SQL) { atClosing(sql, mustAffect: nil) }

    public func stream(_ sql: SQL) throws -> RowStream { try stream(sql, batch: 1000) }
}

/// What a transaction tells the server of itself before its first statement.
public struct TransactionTraits: OptionSet, Sendable {
    public let rawValue: Int

    public init(rawValue: Int) { self.rawValue = rawValue }

    /// Its tables are empty at one time and long at another: plans that read a whole table are never kept for later.
    public static let usesIndexes = TransactionTraits(rawValue: 1)
    /// Row by row through indexes, which is never bad; another way may be very bad as soon as the table has grown.
    static let byIndexes = ["seqscan", "hashjoin", "mergejoin"]
        .map { "set_config('enable_\($0)', 'off', true)" }.joined(separator: ", ")

    /// Its loss in a crash of the server does no harm, so that its commit does not wait for the disk.
    public static let mayBeLost = TransactionTraits(rawValue: 2)

    /// The body makes one call, and COMMIT travels with it: a single round trip.
    ///
    /// What the body throws afterwards takes nothing back, nothing may be added to the closing part after the call, and a
    /// connection that is lost leaves it `commitUncertain`: for what may be done a second time.
    public static let oneExchange = TransactionTraits(rawValue: 4)

    var extent: TransactionCore.Extent { contains(.oneExchange) ? .oneWriting : .whole }

    /// The login itself with its own path, whatever was left in the session.
    static let asLogin = "set_config('role', 'none', true), set_config('search_path', 'ext', true)"

    /// All that a transaction tells, in one statement.
    func statements(asLogin: Bool) -> [Statement] {
        let told = intersection([.usesIndexes, .mayBeLost])
        return Self.openings[told.rawValue + (asLogin ? 4 : 0)]
    }

    /// For each set of what is told, then for each of them as the login.
    private static let openings = (0..<8).map { number -> [Statement] in
        let traits = TransactionTraits(rawValue: number)
        let settings =
            (number >= 4 ? [asLogin] : []) + (traits.contains(.usesIndexes) ? [byIndexes] : [])
            + (traits.contains(.mayBeLost) ? ["set_config('synchronous_commit', 'off', true)"] : [])
        return settings.isEmpty ? [] : [Statement(fixed: "SELECT \(settings.joined(separator: ", "))")]
    }
}

/// A transaction of one of the three kinds below, which all do the same with different rights.
protocol CoreTransaction: Transaction {
    var core: TransactionCore { get }
}

extension CoreTransaction {
    public func query(_ sql: SQL) async throws -> [Row] { try await core.run(sql).rows }

    public func query(together statements: [SQL]) async throws -> [[Row]] {
        try await core.run(statements.map { Statement($0) }).map(\.rows)
    }

    public func stream(_ sql: SQL, batch: Int) throws -> RowStream {
        guard batch > 0 else { throw DatabaseFault.misuse("a stream of batches without rows") }
        return RowStream(core: core, sql: sql, batch: batch)
    }

    @discardableResult
    public func copy(into table: SQL, _ body: (CopyWriter) async throws -> Void) async throws -> Int {
        try await core.copy(into: table, body)
    }

    @discardableResult
    public func copy(
        from query: SQL,
        as form: CopyForm,
        _ body: ([UInt8]) async throws -> Void
    ) async throws -> Int {
        try await core.copy(from: query, as: form, body)
    }

    @discardableResult public func execute(_ sql: SQL) async throws -> Int { try await core.run(sql).affected }

    public func atClosing(_ sql: SQL, mustAffect: Int?) { core.addClosing(sql, mustAffect: mustAffect) }

    public func atClosing(_ sql: SQL, inOrderOf name: String) { core.addClosing(sql, order: name) }

    public func atVeryEnd(_ name: String, _ sql: SQL) { core.addLast(name, sql) }

    public func wake(_ channel: WakeUpChannel) { core.addWakeUp(channel) }
}

/// A transaction as a tenant's role, in the tenant's schema.
public struct TenantTransaction: CoreTransaction {
    public let tenant: TenantID
    let core: TransactionCore
}

/// A transaction as the cell's login: jobs, schedule, outbox, live counters.
public struct CellTransaction: CoreTransaction {
    let core: TransactionCore
}

/// A transaction as the platform's login: tenants, accounts, the inbox, leases.
public struct PlatformTransaction: CoreTransaction {
    let core: TransactionCore
}
