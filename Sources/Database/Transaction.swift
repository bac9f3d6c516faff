public import Kernel
import Synchronization

/// A transaction that is open: statements run in order, one at a time, and all or none of them happen.
public protocol Transaction: Sendable {
    /// Runs a statement and gives its rows.
    func query(_ sql: SQL) async throws -> [Row]

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
}

/// What a transaction tells the server of itself before its first statement.
public struct TransactionTraits: OptionSet, Sendable {
    public let rawValue: Int

    public init(rawValue: Int) { self.rawValue = rawValue }

    /// Its tables are empty at one time and long at another: plans that read a whole table are never kept for later.
    public static let usesIndexes = TransactionTraits(rawValue: 1)
    /// Row by row through indexes, which is never bad; another way may be very bad as soon as the table has grown.
    fileprivate static let byIndexes = ["seqscan", "hashjoin", "mergejoin"]
        .map { "set_config('enable_\($0)', 'off', true)" }.joined(separator: ", ")

    /// Its loss in a crash of the server does no harm, so that its commit does not wait for the disk.
    public static let mayBeLost = TransactionTraits(rawValue: 2)

    fileprivate var statements: [Statement] {
        (contains(.usesIndexes) ? [Statement(fixed: "SELECT \(Self.byIndexes)")] : [])
            + (contains(.mayBeLost) ? [Statement(fixed: "SELECT set_config('synchronous_commit', 'off', true)")] : [])
    }
}

/// A transaction of one of the three kinds below, which all do the same with different rights.
protocol CoreTransaction: Transaction {
    var core: TransactionCore { get }
}

extension CoreTransaction {
    public func query(_ sql: SQL) async throws -> [Row] { try await core.run(sql).rows }

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

/// What the three kinds of transaction share: BEGIN travels with the first statement, the closing part with COMMIT.
final class TransactionCore: Sendable {
    private struct Closing {
        let statement: Statement
        let mustAffect: Int?
        let order: String?
    }

    private struct State {
        var hasBegun = false
        var isCommitting = false
        var isRefusedEntry = false
        /// In the order in which they run: those without an order first.
        var closings: [Closing] = []
        var last: [String: Statement] = [:]
        var channels: Set<WakeUpChannel> = []

        /// Where the closings with an order begin.
        var unordered: Int { closings.firstIndex { $0.order != nil } ?? closings.endIndex }
    }

    private let connection: Connection
    private let tenant: TenantID?
    private let traits: TransactionTraits
    private let forgetsMemberships: Bool
    private let state = Mutex(State())

    /// With `forgetsMemberships` the server computes anew which tenants its login may enter.
    init(
        connection: Connection,
        tenant: TenantID?,
        traits: TransactionTraits = [],
        forgetsMemberships: Bool = false
    ) {
        self.connection = connection
        self.tenant = tenant
        self.traits = traits
        self.forgetsMemberships = forgetsMemberships
    }

    /// Whether COMMIT may have reached the server.
    var isCommitting: Bool { state.withLock { $0.isCommitting } }

    /// Whether the server did not let the login become the tenant, so that no statement of the body was run.
    var isRefusedEntry: Bool { state.withLock { $0.isRefusedEntry } }

    func addClosing(_ sql: SQL, mustAffect: Int? = nil, order: String? = nil) {
        let closing = Closing(statement: Statement(sql), mustAffect: mustAffect, order: order)
        state.withLock { state in
            guard let order else { return state.closings.insert(closing, at: state.unordered) }
            // Behind its equals: of two with one name the first comes first.
            let after = state.closings[state.unordered...].firstIndex { $0.order.map { $0 > order } ?? false }
            state.closings.insert(closing, at: after ?? state.closings.endIndex)
        }
    }

    func addLast(_ name: String, _ sql: SQL) {
        let statement = Statement(sql)
        state.withLock { $0.last[name] = statement }
    }

    func addWakeUp(_ channel: WakeUpChannel) {
        state.withLock { _ = $0.channels.insert(channel) }
    }

    /// The channels to raise after COMMIT.
    var channels: Set<WakeUpChannel> { state.withLock { $0.channels } }

    func run(_ sql: SQL) async throws -> Outcome {
        let opening = openingIfNeeded()
        let outcomes: [Outcome]
        do {
            outcomes = try await connection.exchange(opening + [Statement(sql)]) { noteBegin() }
        } catch DatabaseFault.server(let error) {
            if error.sqlState == "42501", let position = error.position, position < opening.count {
                state.withLock { $0.isRefusedEntry = true }
            }
            throw DatabaseFault.server(error)
        }
        guard let outcome = outcomes.last, outcomes.count == opening.count + 1 else {
            throw DatabaseFault.misuse("a statement had no outcome")
        }
        return outcome
    }

    /// Writes the closing part and commits; a transaction that did nothing costs nothing.
    func commit() async throws {
        let (hasBegun, closings, last) = state.withLock { state in
            (state.hasBegun, state.closings, state.last.sorted { $0.key < $1.key }.map(\.value))
        }
        var statements =
            hasBegun || closings.isEmpty && last.isEmpty ? [] : [Statement(fixed: "BEGIN")] + traits.statements
        guard hasBegun || !statements.isEmpty else { return }
        if hasBegun, tenant != nil, !(closings.isEmpty && last.isEmpty) { statements.append(Self.leaveTenant) }
        let closingStart = statements.count
        statements += closings.map(\.statement)
        if closings.contains(where: { $0.mustAffect != nil }) {
            // The counts are looked at before COMMIT is sent, at the price of one more round trip.
            let outcomes = try await connection.exchange(statements) { noteBegin() }
            for (closing, outcome) in zip(closings, outcomes[closingStart...])
            where closing.mustAffect.map({ $0 != outcome.affected }) ?? false {
                throw DatabaseFault.closingRefused
            }
            statements = []
        }
        let outcomes = try await connection.exchange(statements + last + [Statement(fixed: "COMMIT")]) {
            state.withLock { state in
                state.hasBegun = true
                state.isCommitting = true
            }
        }
        guard outcomes.last?.tag == "COMMIT" else {
            throw DatabaseFault.misuse("a failed statement was ignored and the transaction was rolled back")
        }
    }

    private func noteBegin() { state.withLock { $0.hasBegun = true } }

    /// Takes everything back, also in a cancelled task; false when the connection cannot be used any more.
    func rollBack() async -> Bool {
        guard state.withLock({ $0.hasBegun }) else { return true }
        guard connection.isUsable else { return false }
        do {
            _ = try await connection.exchange([Statement(fixed: "ROLLBACK")], isCancellable: false)
            return true
        } catch {
            return false
        }
    }

    private func openingIfNeeded() -> [Statement] {
        guard !state.withLock({ $0.hasBegun }) else { return [] }
        guard let tenant else { return [Statement(fixed: "BEGIN")] + traits.statements }
        let schema = tenant.schema
        // PostgreSQL remembers the memberships of the last role that it was asked about; now that is another one.
        let forgetting = Statement(fixed: "SELECT pg_has_role('zvonar_platform', 'zvonar_owner', 'MEMBER')")
        return (forgetsMemberships ? [forgetting] : []) + [
            Statement(fixed: "BEGIN"),
            // One cached statement for all tenants, which SET LOCAL would not be.
            Statement(
                fixed: "SELECT set_config('role', $1, true), set_config('search_path', $2, true)",
                parameters: [schema.parameter, "\(schema), ext".parameter]
            ),
        ]
    }

    /// The closing part is about tables that are empty at one time and long at another, see `usesIndexes`.
    private static let leaveTenant = Statement(
        fixed: "SELECT set_config('role', 'none', true), \(TransactionTraits.byIndexes)"
    )
}
