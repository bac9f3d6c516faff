import Kernel
import Synchronization

/// What the three kinds of transaction share: BEGIN travels with the first statement, the closing part with COMMIT.
final class TransactionCore: Sendable {
    /// How much a transaction may do.
    enum Extent {
        /// Any number of statements between BEGIN and COMMIT.
        case whole
        /// One exchange that only reads: the server begins and ends a transaction around it by itself.
        case oneReading
        /// One exchange with BEGIN and COMMIT in it.
        case oneWriting
    }

    private struct Closing {
        let statement: Statement
        let order: String?
    }

    private struct State {
        var hasBegun = false
        var hasRead = false
        var isCommitting = false
        var isRefusedEntry = false
        /// In the order in which they run: those without an order first.
        var closings: [Closing] = []
        var last: [String: Statement] = [:]
        var channels: Set<WakeUpChannel> = []
        var cursors = 0
        /// How long the ending was that travelled with the one call.
        var sentEnding = 0

        /// The closing part and COMMIT.
        var ending: [Statement] {
            closings.map(\.statement) + last.sorted { $0.key < $1.key }.map(\.value) + [TransactionCore.commit]
        }

        /// Where the closings with an order begin.
        var unordered: Int { closings.firstIndex { $0.order != nil } ?? closings.endIndex }
    }

    let connection: Connection
    private let tenant: TenantID?
    private let isOfCell: Bool
    private let extent: Extent
    private let traits: TransactionTraits
    private let forgetsMemberships: Bool
    private let state = Mutex(State())

    /// With `forgetsMemberships` the server computes anew which tenants its login may enter.
    ///
    /// `isOfCell` is for a connection on which tenants have been: whatever one of them left there, it begins as the login.
    init(
        connection: Connection,
        tenant: TenantID?,
        isOfCell: Bool = false,
        extent: Extent,
        traits: TransactionTraits = [],
        forgetsMemberships: Bool = false
    ) {
        self.connection = connection
        self.tenant = tenant
        self.isOfCell = isOfCell
        self.extent = extent
        self.traits = traits
        self.forgetsMemberships = forgetsMemberships
    }

    /// Whether COMMIT may have reached the server.
    var isCommitting: Bool { state.withLock { $0.isCommitting } }

    /// Whether the server did not let the login become the tenant, so that no statement of the body was run.
    var isRefusedEntry: Bool { state.withLock { $0.isRefusedEntry } }

    /// The count is looked at by the server, so that COMMIT can travel with the statement.
    func addClosing(_ sql: SQL, mustAffect: Int? = nil, order: String? = nil) {
        let checked = mustAffect.map { count -> SQL in
            "WITH closing AS (\(sql) RETURNING 1) SELECT ext.must_change(count(*), \(count)) FROM closing"
        }
        let closing = Closing(statement: Statement(checked ?? sql), order: order)
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

    /// Throws where a transaction of one exchange is asked for what takes several.
    func needsWhole() throws {
        guard extent == .whole else { throw DatabaseFault.misuse("a COPY or a stream in one exchange") }
    }

    /// A cursor's name that this transaction has not used.
    func newCursor() throws -> String {
        try needsWhole()
        return state.withLock { state in
            state.cursors += 1
            return "c\(state.cursors)"
        }
    }

    func run(_ sql: SQL) async throws -> Outcome {
        guard let outcome = try await run([Statement(sql)]).first else {
            throw DatabaseFault.misuse("a statement had no outcome")
        }
        return outcome
    }

    /// Runs statements in one round trip, with what opens the transaction where that is still to be done.
    func run(_ statements: [Statement]) async throws -> [Outcome] {
        let opening = try opening()
        guard !opening.isEmpty || !statements.isEmpty else { return [] }
        let ending = extent == .oneWriting ? state.withLock { $0.ending } : []
        do {
            let outcomes = try await connection.exchange(opening + statements + ending) { noteBegin() }
            guard outcomes.count == opening.count + statements.count + ending.count else {
                throw DatabaseFault.misuse("a statement had no outcome")
            }
            try check(outcomes[opening.count...].dropLast(ending.isEmpty ? 0 : 1))
            if !ending.isEmpty { try Self.checkCommit(outcomes) }
            return Array(outcomes[opening.count..<(opening.count + statements.count)])
        } catch DatabaseFault.server(let error) {
            if error.sqlState == "42501", let position = error.position, position < opening.count {
                state.withLock { $0.isRefusedEntry = true }
            }
            throw error.sqlState == "ZV001" ? DatabaseFault.closingRefused : DatabaseFault.server(error)
        }
    }

    private static func checkCommit(_ outcomes: [Outcome]) throws {
        guard outcomes.last?.tag == "COMMIT" else {
            throw DatabaseFault.misuse("a failed statement was ignored and the transaction was rolled back")
        }
    }

    /// Writes the closing part and commits; a transaction that did nothing costs nothing.
    func commit() async throws {
        let (hasBegun, ending, channels) = state.withLock { ($0.hasBegun, $0.ending, $0.channels) }
        let isSilent = ending.count == 1
        switch extent {
        case .whole: break
        case .oneReading:
            guard isSilent, channels.isEmpty else { throw DatabaseFault.misuse("a reading with effects") }
            return
        case .oneWriting:
            guard hasBegun, ending.count == state.withLock({ $0.sentEnding }) else {
                throw DatabaseFault.misuse("a transaction of one exchange without a call, or with effects behind it")
            }
            return
        }
        guard hasBegun || !isSilent else { return }
        var statements = hasBegun ? [] : [Self.begin] + traits.statements(asLogin: isOfCell)
        if hasBegun, tenant != nil, !isSilent { statements.append(Self.leaveTenant) }
        let own = statements.count
        statements += ending
        do {
            let outcomes = try await connection.exchange(statements) {
                state.withLock { state in
                    state.hasBegun = true
                    state.isCommitting = true
                }
            }
            try check(outcomes[own...].dropLast())
            try Self.checkCommit(outcomes)
        } catch DatabaseFault.server(let error) where error.sqlState == "ZV001" {
            throw DatabaseFault.closingRefused
        }
    }

    /// None of the statements that others wrote may have changed the transaction or the session.
    private func check(_ outcomes: ArraySlice<Outcome>) throws {
        guard let strange = outcomes.first(where: \.changesSession) else { return }
        // It has been done: only the end of the session undoes it.
        connection.taint()
        throw DatabaseFault.misuse("a statement that changes the transaction or the session: \(strange.tag)")
    }

    private func noteBegin() {
        state.withLock { state in
            switch extent {
            case .whole: state.hasBegun = true
            case .oneReading: state.hasRead = true
            case .oneWriting:
                state.hasBegun = true
                state.isCommitting = true
                state.sentEnding = state.ending.count
            }
        }
    }

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

    /// What makes the login the tenant, until the transaction ends; empty when that has been done.
    private func opening() throws -> [Statement] {
        let (hasBegun, hasRead) = state.withLock { ($0.hasBegun, $0.hasRead) }
        guard !hasRead else { throw DatabaseFault.misuse("a second question in a reading of one") }
        guard !hasBegun else {
            guard extent == .whole else { throw DatabaseFault.misuse("a second call in a transaction of one exchange") }
            return []
        }
        var statements = extent == .oneReading ? [] : [Self.begin]
        if forgetsMemberships { statements.insert(Self.forgetMemberships, at: 0) }
        switch (tenant, extent) {
        case (nil, .oneReading): statements.append(isOfCell ? Self.onlyReadAsLogin : Self.onlyRead)
        case (nil, _): statements += traits.statements(asLogin: isOfCell)
        case (let tenant?, let extent):
            let schema = tenant.schema
            statements.append(
                // One cached statement for all tenants, which SET LOCAL would not be.
                Statement(
                    fixed: extent == .oneReading ? Self.enterTenantToRead : Self.enterTenant,
                    parameters: [schema.parameter, "\(schema), ext".parameter]
                )
            )
        }
        return statements
    }

    private static let begin = Statement(fixed: "BEGIN")
    fileprivate static let commit = Statement(fixed: "COMMIT")
    private static let onlyRead = Statement(fixed: "SELECT set_config('transaction_read_only', 'on', true)")
    private static let onlyReadAsLogin = Statement(
        fixed: "SELECT set_config('transaction_read_only', 'on', true), \(TransactionTraits.asLogin)"
    )
    private static let enterTenant = "SELECT set_config('role', $1, true), set_config('search_path', $2, true)"
    private static let enterTenantToRead = """
        SELECT set_config('role', $1, true), set_config('search_path', $2, true),
               set_config('transaction_read_only', 'on', true)
        """
    /// The path goes too: what a tenant may have made in its schema is not for the cell's rights.
    ///
    /// The closing part is about tables that are empty at one time and long at another, see `usesIndexes`.
    private static let leaveTenant = Statement(
        fixed: """
            SELECT \(TransactionTraits.asLogin), \(TransactionTraits.byIndexes)
            """
    )
    /// PostgreSQL remembers the memberships of the last role that it was asked about; then that is another one.
    private static let forgetMemberships = Statement(
        fixed: "SELECT pg_has_role('zvonar_platform', 'zvonar_owner', 'MEMBER')"
    )
}
