import Kernel
import Logging
import Reactor
import Synchronization

/// Connections of one login, lent one transaction at a time.
///
/// A connection has a slot, and a tenant goes to the first free of its three best slots, which its number chooses: a
/// backend keeps up to 1 MB of catalogue for every tenant it has seen, and knows it the next time. Only when all three
/// are busy it goes elsewhere. A connection is renewed by age and by the number of its tenants. Who waits is served in order.
final class Pool: Sendable {
    final class Member: Sendable {
        let connection: Connection
        let slot: Int
        fileprivate let tenants = Mutex<Set<TenantID>>([])

        init(_ connection: Connection, slot: Int) {
            self.connection = connection
            self.slot = slot
        }
    }

    /// What is lent: a connection, or a slot in which to open one.
    private enum Place: Sendable {
        case member(Member)
        case empty(Int)
    }

    private struct Waiter {
        let id: UInt64
        let tenant: TenantID?
        let timer: ReactorTimer
        let continuation: CheckedContinuation<Place, any Error>
    }

    private struct State {
        /// The one used last is the last.
        var idle: [Member] = []
        /// Slots without a connection; the others are lent, idle or being opened.
        var empty: [Int]
        var waiters: [Waiter] = []
        var nextWaiter: UInt64 = 0
        var isClosed = false
    }

    let login: DatabaseConfiguration.Login
    private let size: Int
    private let timeout: Duration?
    private let isDirect: Bool
    private let connecting: Connecting
    private let logger: Logger
    private let state: Mutex<State>

    /// A tenant's own slots.
    private static let slotsOfATenant = 3

    private var configuration: DatabaseConfiguration { connecting.configuration }

    /// `size` and `timeout` replace those of the configuration; `isDirect` goes past a pooler.
    init(
        login: DatabaseConfiguration.Login,
        connecting: Connecting,
        logger: Logger,
        size: Int? = nil,
        timeout: Duration? = nil,
        isDirect: Bool = false
    ) {
        self.login = login
        self.size = size ?? connecting.configuration.poolSize
        self.timeout = timeout
        self.isDirect = isDirect
        state = Mutex(State(empty: Array((0..<self.size).reversed())))
        self.connecting = connecting
        self.logger = logger
    }

    /// Lends a connection, best one that knows the tenant; give it back with `giveBack`.
    func take(for tenant: TenantID?) async throws -> Member {
        switch try await place(for: tenant) {
        case .empty(let slot): return try await open(slot, for: tenant)
        case .member(let member):
            if member.connection.isUsable { return note(tenant, on: member) }
            // It broke between two uses; its place is ours, so open another in it.
            return try await renew(member, for: tenant)
        }
    }

    /// Takes a connection back; one that is broken, old or has seen too many tenants is closed.
    func giveBack(_ member: Member) {
        let isWorn =
            ContinuousClock.now - member.connection.openedAt > configuration.connectionLifetime
            || member.tenants.withLock { $0.count } > configuration.tenantsPerConnection
        let isKept = !isWorn && member.connection.isUsable && !state.withLock { $0.isClosed }
        if !isKept { member.connection.close() }
        pass(on: isKept ? .member(member) : .empty(member.slot))
    }

    /// Closes a lent connection and lends a fresh one in its place.
    func renew(_ member: Member, for tenant: TenantID?) async throws -> Member {
        member.connection.close()
        return try await open(member.slot, for: tenant)
    }

    /// Closes what is idle, and what is lent when it comes back; those who wait get `.closed`.
    func close() {
        let (idle, waiters) = state.withLock { state in
            state.isClosed = true
            defer {
                state.empty += state.idle.map(\.slot)
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
    var counts: (lent: Int, idle: Int) {
        state.withLock { (size - $0.empty.count - $0.idle.count, $0.idle.count) }
    }

    private func note(_ tenant: TenantID?, on member: Member) -> Member {
        if let tenant { member.tenants.withLock { _ = $0.insert(tenant) } }
        return member
    }

    private func open(_ slot: Int, for tenant: TenantID?) async throws -> Member {
        do {
            let connection = try await connecting.open(login, isDirect: isDirect, timeout: timeout)
            return note(tenant, on: Member(connection, slot: slot))
        } catch {
            pass(on: .empty(slot))
            throw error
        }
    }

    /// An idle connection or an empty slot; waits when there is neither.
    private func place(for tenant: TenantID?) async throws -> Place {
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

    private func enqueue(_ id: UInt64, _ tenant: TenantID?, _ continuation: CheckedContinuation<Place, any Error>) {
        let answer = state.withLock { state -> Result<Place, any Error>? in
            if state.isClosed { return .failure(DatabaseFault.closed) }
            if let place = choose(for: tenant, &state) { return .success(place) }
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

    /// The first free of the tenant's own slots; else a connection that knows it, that knows fewest, or any slot.
    private func choose(for tenant: TenantID?, _ state: inout State) -> Place? {
        guard let tenant else {
            return state.idle.popLast().map(Place.member) ?? state.empty.popLast().map(Place.empty)
        }
        for slot in slots(of: tenant) {
            if let index = state.idle.firstIndex(where: { $0.slot == slot }) {
                return .member(state.idle.remove(at: index))
            }
            if let index = state.empty.firstIndex(of: slot) { return .empty(state.empty.remove(at: index)) }
        }
        let known = state.idle.firstIndex { $0.tenants.withLock { $0.contains(tenant) } }
        let index =
            known
            ?? state.idle.indices.min { one, other in
                state.idle[one].tenants.withLock { $0.count } < state.idle[other].tenants.withLock { $0.count }
            }
        if let index { return .member(state.idle.remove(at: index)) }
        return state.empty.popLast().map(Place.empty)
    }

    /// The tenant's best slots, best first (rendezvous hashing): as good as random, and the same every time.
    func slots(of tenant: TenantID) -> [Int] {
        let scores = (0..<size).map { slot in
            // SplitMix64 (Steele, Lea, Flood 2014).
            var mixed = UInt64(bitPattern: tenant.rawValue) &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(slot)
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return (score: mixed ^ (mixed >> 31), slot: slot)
        }
        return scores.sorted { $0.score > $1.score }.prefix(Self.slotsOfATenant).map(\.slot)
    }

    /// Gives a connection, or a slot in which to open one, to whoever waits longest.
    private func pass(on place: Place) {
        let waiter = state.withLock { state -> Waiter? in
            guard !state.waiters.isEmpty, !state.isClosed else {
                switch place {
                case .member(let member) where !state.isClosed: state.idle.append(member)
                case .member(let member): state.empty.append(member.slot)
                case .empty(let slot): state.empty.append(slot)
                }
                return nil
            }
            return state.waiters.removeFirst()
        }
        guard let waiter else {
            if case .member(let member) = place, state.withLock({ $0.isClosed }) { member.connection.close() }
            return
        }
        connecting.reactor.cancel(waiter.timer)
        waiter.continuation.resume(returning: place)
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
