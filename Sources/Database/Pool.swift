import Kernel
import Logging
import Reactor
import Synchronization

/// Connections of one login, lent one transaction at a time.
///
/// A tenant returns to the connections it was on before, because a backend keeps about 1 MB of catalogue for every tenant
/// it has seen. A connection is renewed by age and by the number of its tenants. Who waits is served in order.
final class Pool: Sendable {
    final class Member: Sendable {
        let connection: Connection
        fileprivate let tenants = Mutex<Set<TenantID>>([])

        init(_ connection: Connection) { self.connection = connection }
    }

    private struct Waiter {
        let id: UInt64
        let tenant: TenantID?
        let timer: ReactorTimer
        let continuation: CheckedContinuation<Member?, any Error>
    }

    private struct State {
        var idle: [Member] = []
        /// Lent, idle and being opened.
        var count = 0
        var waiters: [Waiter] = []
        var nextWaiter: UInt64 = 0
        var isClosed = false
    }

    let login: DatabaseConfiguration.Login
    private let size: Int
    private let timeout: Duration?
    private let connecting: Connecting
    private let logger: Logger
    private let state = Mutex(State())

    private var configuration: DatabaseConfiguration { connecting.configuration }

    /// `size` and `timeout` replace those of the configuration.
    init(
        login: DatabaseConfiguration.Login,
        connecting: Connecting,
        logger: Logger,
        size: Int? = nil,
        timeout: Duration? = nil
    ) {
        self.login = login
        self.size = size ?? connecting.configuration.poolSize
        self.timeout = timeout
        self.connecting = connecting
        self.logger = logger
    }

    /// Lends a connection, best one that knows the tenant; give it back with `giveBack`.
    func take(for tenant: TenantID?) async throws -> Member {
        while true {
            let member = try await idleOrPermission(tenant)
            guard let member else { return try await open(for: tenant) }
            if member.connection.isUsable { return note(tenant, on: member) }
            // It broke between two uses; its place is ours, so open another in it.
            member.connection.close()
            return try await open(for: tenant)
        }
    }

    /// Takes a connection back; one that is broken, old or has seen too many tenants is closed.
    func giveBack(_ member: Member) {
        let isWorn =
            ContinuousClock.now - member.connection.openedAt > configuration.connectionLifetime
            || member.tenants.withLock { $0.count } > configuration.tenantsPerConnection
        let isKept = !isWorn && member.connection.isUsable && !state.withLock { $0.isClosed }
        if !isKept { member.connection.close() }
        pass(on: isKept ? member : nil)
    }

    /// Closes a lent connection and lends a fresh one in its place.
    func renew(_ member: Member, for tenant: TenantID?) async throws -> Member {
        member.connection.close()
        return try await open(for: tenant)
    }

    /// Closes what is idle, and what is lent when it comes back; those who wait get `.closed`.
    func close() {
        let (idle, waiters) = state.withLock { state in
            state.isClosed = true
            defer {
                state.count -= state.idle.count
                state.idle = []
                state.waiters = []
            }
            return (state.idle, state.waiters)
        }
        idle.forEach { $0.connection.close() }
        for waiter in waiters {
            connecting.reactor.cancel(waiter.timer)
            waiter.continuation.resume(throwing: DatabaseFault.closed)
        }
    }

    /// Connections lent and idle, for the metrics.
    var counts: (lent: Int, idle: Int) { state.withLock { ($0.count - $0.idle.count, $0.idle.count) } }

    private func note(_ tenant: TenantID?, on member: Member) -> Member {
        if let tenant { member.tenants.withLock { _ = $0.insert(tenant) } }
        return member
    }

    private func open(for tenant: TenantID?) async throws -> Member {
        do {
            return note(tenant, on: Member(try await connecting.open(login, timeout: timeout)))
        } catch {
            pass(on: nil)
            throw error
        }
    }

    /// An idle connection, or nil with the right to open one; waits when there is neither.
    private func idleOrPermission(_ tenant: TenantID?) async throws -> Member? {
        try Task.checkCancellation()
        let id = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                enqueue(id, tenant, continuation)
            }
        } onCancel: {
            dismiss(id, with: CancellationError())
        }
    }

    private func enqueue(_ id: UInt64, _ tenant: TenantID?, _ continuation: CheckedContinuation<Member?, any Error>) {
        let answer = state.withLock { state -> Result<Member?, any Error>? in
            if state.isClosed { return .failure(DatabaseFault.closed) }
            if let index = bestIdle(for: tenant, among: state.idle) {
                return .success(state.idle.remove(at: index))
            }
            if state.count < size {
                state.count += 1
                return .success(nil)
            }
            let timer = connecting.reactor.after(configuration.checkoutTimeout) { [weak self] in
                self?.dismiss(id, with: DatabaseFault.poolExhausted)
            }
            state.waiters.append(Waiter(id: id, tenant: tenant, timer: timer, continuation: continuation))
            return nil
        }
        if let answer { continuation.resume(with: answer) }
        // Cancelled before it was enqueued: the handler found nobody to dismiss.
        if answer == nil && Task.isCancelled { dismiss(id, with: CancellationError()) }
    }

    /// The idle connection that knows the tenant, else the one with fewest tenants.
    private func bestIdle(for tenant: TenantID?, among idle: [Member]) -> Int? {
        guard let tenant else { return idle.indices.last }
        if let index = idle.lastIndex(where: { $0.tenants.withLock { $0.contains(tenant) } }) { return index }
        return idle.indices.min { one, other in
            idle[one].tenants.withLock { $0.count } < idle[other].tenants.withLock { $0.count }
        }
    }

    /// Gives a connection, or with nil the right to open one, to whoever waits longest.
    private func pass(on member: Member?) {
        let waiter = state.withLock { state -> Waiter? in
            guard !state.waiters.isEmpty, !state.isClosed else {
                if let member, !state.isClosed { state.idle.append(member) } else { state.count -= 1 }
                return nil
            }
            return state.waiters.removeFirst()
        }
        guard let waiter else {
            if state.withLock({ $0.isClosed }) { member?.connection.close() }
            return
        }
        connecting.reactor.cancel(waiter.timer)
        waiter.continuation.resume(returning: member)
    }

    private func dismiss(_ id: UInt64, with error: any Error) {
        let waiter = state.withLock { state -> Waiter? in
            guard let index = state.waiters.firstIndex(where: { $0.id == id }) else { return nil }
            return state.waiters.remove(at: index)
        }
        guard let waiter else { return }
        connecting.reactor.cancel(waiter.timer)
        waiter.continuation.resume(throwing: error)
    }
}
