public import Kernel
public import Logging
public import Reactor
import Synchronization

/// The only door to PostgreSQL.
///
/// Each kind of transaction has its login, its rights and its pool. A body may run a second time when the connection is
/// lost before COMMIT, so it holds no effects but statements. Other effects are added to the closing part.
///
/// What PostgreSQL does not refuse by itself: a tenant's role may become another, or the login, by SQL, because a change of
/// role looks at the login; COMMIT in a body ends the tenant's role with the transaction; settings, prepared statements,
/// channels and advisory locks of a session outlive a transaction, whose they were nobody asks; all may notify and listen
/// on every channel and take every advisory lock; names and counts of rows in the catalogue are open to all
/// (`pg_class.reltuples`, `pg_stat_all_tables`).
///
/// Why there is no way to it: a statement is made of the program's own literals (`SQL`), values are bound, and only this
/// module may put text of another origin into one; no SQL outside it names a role, a path or a channel or ends a
/// transaction; notifications have no content. A statement whose answer says that it changed the transaction or the
/// session is a misuse that ends both (`Outcome.changesSession`), though what it did before is done: a COMMIT has
/// committed. Every transaction says anew who it is, so that a role or path left in a session is nobody's next. What a
/// function or `set_config` does inside a SELECT is not seen; a setting, a prepared statement or a session's advisory lock
/// left in that way stays until the connection is closed.
public final class Database: Sendable {
    public let configuration: DatabaseConfiguration
    let connecting: Connecting
    private let platformPool: Pool
    let cellPool: Pool
    private let heartbeatPool: Pool
    private let platformHeartbeatPool: Pool
    let wakeUps: WakeUps
    /// When a transaction last met a full disk of the server.
    let lastFullDisk = Mutex<(fault: DatabaseFault, at: ContinuousClock.Instant)?>(nil)
    let logger: Logger
    /// Which cell this is; 1 holds the platform.
    public let number: Int
    let cells: Cells

    public convenience init(configuration: DatabaseConfiguration, reactor: Reactor, logger: Logger) {
        self.init(configuration: configuration, number: 1, reactor: reactor, logger: logger)
    }

    init(
        configuration: DatabaseConfiguration,
        number: Int,
        beside cells: Cells = Cells([:], open: [1]),
        reactor: Reactor,
        logger: Logger
    ) {
        self.configuration = configuration
        self.number = number
        self.cells = cells
        self.logger = logger
        wakeUps = WakeUps(reactor: reactor)
        connecting = Connecting(configuration: configuration, reactor: reactor)
        platformPool = Pool(login: .platform, connecting: connecting, logger: logger)
        cellPool = Pool(login: .cell, connecting: connecting, logger: logger)
        // 4 s, so that a lease of 15 s survives a heartbeat or two that got stuck.
        // Past a pooler, whose queue it must not stand in.
        heartbeatPool = Pool(
            login: .cell,
            connecting: connecting,
            logger: logger,
            size: 1,
            timeout: .seconds(4),
            isDirect: true
        )
        // 6 s: a lease of 4 s is lost with the first that gets stuck, and taken again when the next gets through.
        platformHeartbeatPool = Pool(
            login: .platform,
            connecting: connecting,
            logger: logger,
            size: 1,
            timeout: .seconds(6),
            isDirect: true
        )
    }

    /// Runs `body` as the tenant's role with the tenant's schema in front; what it does is all or nothing.
    ///
    /// The database refuses every look at a neighbour. The tenant part ends with `body`; the closing part that was added
    /// in it is written with the cell's rights and committed together with it.
    @discardableResult
    public func tenant<Value: Sendable>(
        _ id: TenantID,
        _ body: (TenantTransaction) async throws -> Value
    ) async throws -> Value {
        let home = try await home(of: id)
        return try await explaining(id) {
            try await home.run(on: home.cellPool, tenant: id) {
                try await body(TenantTransaction(tenant: id, core: $0))
            }
        }
    }

    /// Asks a tenant one thing, or several by `query(together:)`, in a single round trip.
    ///
    /// `body` runs one statement of a store, which may only read; a second is `DatabaseFault.misuse`. Half the time of
    /// `tenant(_:_:)`, and harmless to repeat whenever the connection is lost.
    public func read<Value: Sendable>(
        _ id: TenantID,
        _ body: (TenantTransaction) async throws -> Value
    ) async throws -> Value {
        let home = try await home(of: id)
        return try await explaining(id) {
            try await home.run(on: home.cellPool, tenant: id, extent: .oneReading) {
                try await body(TenantTransaction(tenant: id, core: $0))
            }
        }
    }

    /// Asks the cell one thing in a single round trip, as `read(_:_:)` does a tenant.
    public func readCell<Value: Sendable>(_ body: (CellTransaction) async throws -> Value) async throws -> Value {
        try await run(on: cellPool, tenant: nil, extent: .oneReading) { try await body(CellTransaction(core: $0)) }
    }

    /// Asks the platform one thing in a single round trip, as `read(_:_:)` does a tenant.
    public func readPlatform<Value: Sendable>(
        _ body: (PlatformTransaction) async throws -> Value
    ) async throws -> Value {
        try await run(on: platformPool, tenant: nil, extent: .oneReading) {
            try await body(PlatformTransaction(core: $0))
        }
    }

    /// Runs `body` with the rights of the cell.
    @discardableResult
    public func cell<Value: Sendable>(
        _ traits: TransactionTraits = [],
        _ body: (CellTransaction) async throws -> Value
    ) async throws -> Value {
        try await run(on: cellPool, tenant: nil, traits, extent: traits.extent) {
            try await body(CellTransaction(core: $0))
        }
    }

    /// Runs `body` with the rights of the platform.
    @discardableResult
    public func platform<Value: Sendable>(
        _ traits: TransactionTraits = [],
        _ body: (PlatformTransaction) async throws -> Value
    ) async throws -> Value {
        try await run(on: platformPool, tenant: nil, traits, extent: traits.extent) {
            try await body(PlatformTransaction(core: $0))
        }
    }

    /// Runs a short `body` with the rights of the cell on a connection kept for nothing else, which does not wait for work.
    ///
    /// For renewing leases: behind a full pool they would end just when there is most to do.
    @discardableResult
    public func heartbeat<Value: Sendable>(
        _ traits: TransactionTraits = [],
        _ body: (CellTransaction) async throws -> Value
    ) async throws -> Value {
        try await run(on: heartbeatPool, tenant: nil, traits, extent: traits.extent) {
            try await body(CellTransaction(core: $0))
        }
    }

    /// Runs a short `body` with the rights of the platform on a connection kept for nothing else, as `heartbeat` does.
    ///
    /// One at a time and in order; the connection is opened for the first.
    @discardableResult
    public func platformHeartbeat<Value: Sendable>(
        _ traits: TransactionTraits = [],
        _ body: (PlatformTransaction) async throws -> Value
    ) async throws -> Value {
        try await run(on: platformHeartbeatPool, tenant: nil, traits, extent: traits.extent) {
            try await body(PlatformTransaction(core: $0))
        }
    }

    /// Closes all connections; transactions under way finish first, new ones are refused.
    public func close() {
        platformPool.close()
        cellPool.close()
        heartbeatPool.close()
        platformHeartbeatPool.close()
        for other in cells.others.values { other.close() }
    }

    /// Connections lent and idle by login, for the metrics; the two for heartbeats are not among them.
    public var connectionCounts: [(login: String, lent: Int, idle: Int)] {
        [platformPool, cellPool].map { pool in
            let counts = pool.counts
            return (pool.login.rawValue, counts.lent, counts.idle)
        }
    }

    /// The fault of a transaction that met a full disk of the server not longer ago than this.
    public func fullDisk(within period: Duration) -> DatabaseFault? {
        lastFullDisk.withLock { last in last.flatMap { $0.at > .now - period ? $0.fault : nil } }
    }

    private func note(_ fault: DatabaseFault) {
        if fault.isDiskFull { lastFullDisk.withLock { $0 = (fault, .now) } }
    }

    /// Makes the server write some megabytes to its disk, which nothing keeps; throws when there is no room.
    public func tryDisk() async throws {
        try await cell { tx in
            // More than fits into this memory goes to a file for the time of the statement.
            _ = try await tx.query("SELECT set_config('work_mem', '64kB', true)")
            _ = try await tx.query("SELECT count(*) FROM generate_series(1, 500000)")
        }
    }

    private func run<Value: Sendable>(
        on pool: Pool,
        tenant: TenantID?,
        _ traits: TransactionTraits = [],
        extent: TransactionCore.Extent = .whole,
        _ body: (TransactionCore) async throws -> Value
    ) async throws -> Value {
        var attempt = 0
        var refusals = 0
        var member = try await pool.take(for: tenant)
        while true {
            let core = TransactionCore(
                connection: member.connection,
                tenant: tenant,
                isOfCell: pool === cellPool && tenant == nil,
                extent: extent,
                traits: traits,
                forgetsMemberships: refusals > 0 && configuration.isPooled
            )
            do {
                let value = try await body(core)
                try await core.commit()
                pool.giveBack(member)
                core.channels.forEach(wakeUps.raise)
                return value
            } catch {
                let isKept = await core.rollBack()
                if core.isRefusedEntry, refusals < 5 {
                    // A list of memberships that was made while another tenant was, stays without the newest of them.
                    refusals += 1
                    if !isKept || !configuration.isPooled { member = try await pool.renew(member, for: tenant) }
                    continue
                }
                attempt += 1
                if !isKept { member.connection.close() }
                if (error as? DatabaseFault)?.isStalePlan == true { member.connection.forgetStatements() }
                pool.giveBack(member)
                guard let fault = error as? DatabaseFault else { throw error }
                note(fault)
                if core.isCommitting, fault.isWithoutAnswer { throw DatabaseFault.commitUncertain }
                guard attempt < 3, fault.isStalePlan || !core.isCommitting && fault.isWorthRepeating else {
                    throw fault
                }
                member = try await pool.take(for: tenant)
            }
        }
    }
}

extension DatabaseFault {
    /// A table was changed under a prepared statement.
    fileprivate var isStalePlan: Bool {
        guard case .server(let error) = self else { return false }
        return error.sqlState == "0A000" && error.message.contains("cached plan")
    }

    /// The server may have done what it was asked or not.
    fileprivate var isWithoutAnswer: Bool {
        switch self {
        case .connectionLost, .timedOut: true
        default: false
        }
    }

    fileprivate var isWorthRepeating: Bool {
        if case .connectionLost = self { true } else { false }
    }
}
