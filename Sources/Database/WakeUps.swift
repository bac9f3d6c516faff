import Kernel
import Logging
import Reactor
import Synchronization

/// What processes tell each other without content: PostgreSQL protects no channel, so a notification is only "look".
public enum WakeUpChannel: String, Sendable, CaseIterable {
    case jobs = "zvonar_jobs"
    case live = "zvonar_live"
    case outbox = "zvonar_outbox"
    case tenants = "zvonar_tenants"

    /// NOTIFY takes a lock of the whole database through its commit, so a process sends one a period at most.
    var period: Duration { self == .live ? .milliseconds(100) : .milliseconds(20) }
}

/// Wakes who waits for work: at once in this process, by NOTIFY in others, and every second in case one was lost.
final class WakeUps: Sendable {
    private struct State {
        var followers: [UInt64: (channel: WakeUpChannel, continuation: AsyncStream<Void>.Continuation)] = [:]
        var nextFollower: UInt64 = 0
        var toNotify: Set<WakeUpChannel> = []
        var notifier: AsyncStream<Void>.Continuation?
    }

    private let state = Mutex(State())
    private let reactor: Reactor

    init(reactor: Reactor) { self.reactor = reactor }

    func raise(_ channel: WakeUpChannel) {
        wakeHere(channel)
        state.withLock { state in
            state.toNotify.insert(channel)
            state.notifier?.yield()
        }
    }

    func wakeHere(_ channel: WakeUpChannel) {
        state.withLock { state in
            for follower in state.followers.values where follower.channel == channel { follower.continuation.yield() }
        }
    }

    func follow(_ channel: WakeUpChannel) -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let number = state.withLock { state in
            state.nextFollower += 1
            state.followers[state.nextFollower] = (channel, continuation)
            return state.nextFollower
        }
        continuation.onTermination = { [weak self] _ in
            _ = self?.state.withLock { $0.followers.removeValue(forKey: number) }
        }
        continuation.yield()
        tick(number)
        return stream
    }

    private func tick(_ number: UInt64) {
        reactor.after(.seconds(1)) { [weak self] in
            guard let self, let follower = self.state.withLock({ $0.followers[number] }) else { return }
            follower.continuation.yield()
            self.tick(number)
        }
    }

    /// The channels raised since the last call, whenever there are some.
    func changes() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        state.withLock { $0.notifier = continuation }
        continuation.yield()
        return stream
    }

    func takeChanges() -> Set<WakeUpChannel> {
        state.withLock { state in
            defer { state.toNotify = [] }
            return state.toNotify
        }
    }
}

extension Database {
    /// Yields at once, whenever `channel` was raised here or in another process, and every second.
    public func wakeUps(on channel: WakeUpChannel) -> AsyncStream<Void> { wakeUps.follow(channel) }

    /// Carries wake-ups between processes until cancelled.
    ///
    /// Listens on a connection of its own, past a pooler, and comes back by itself; without it this process still works,
    /// a second late.
    public func runWakeUps() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.keepListening() }
            group.addTask { await self.keepNotifying() }
        }
    }

    private func keepNotifying() async {
        for await _ in wakeUps.changes() {
            let channels = wakeUps.takeChanges()
            guard !channels.isEmpty else { continue }
            do {
                try await cell { transaction in
                    for channel in channels.sorted(by: { $0.rawValue < $1.rawValue }) {
                        try await transaction.execute("NOTIFY \(unsafeRaw: channel.rawValue)")
                    }
                }
                try await Task.sleep(for: channels.map(\.period).max() ?? .zero)
            } catch {
                // Others look every second by themselves; the fault shows wherever work is done.
                logger.debug("cannot notify", metadata: ["error": "\(error)"])
            }
        }
    }

    private func keepListening() async {
        var isLost = false
        while !Task.isCancelled {
            do {
                try await listenUntilLost {
                    if isLost { self.logger.info("listening for wake-ups again") }
                    isLost = false
                }
                try await Task.sleep(for: .seconds(1))
            } catch is CancellationError {
                return
            } catch {
                if !isLost { logger.warning("cannot listen for wake-ups", metadata: ["error": "\(error)"]) }
                isLost = true
                do { try await Task.sleep(for: .seconds(1)) } catch { return }
            }
        }
    }

    private func listenUntilLost(_ isListening: () -> Void) async throws {
        let connection = try await connecting.open(.cell, isDirect: true)
        defer { connection.close() }
        let (notifications, continuation) = AsyncStream.makeStream(of: Void.self)
        connection.onNotification { [wakeUps] name in
            guard let name else { return continuation.finish() }
            if let channel = WakeUpChannel(rawValue: name) { wakeUps.wakeHere(channel) }
        }
        let listen = WakeUpChannel.allCases.map { Statement("LISTEN \(unsafeRaw: $0.rawValue)") }
        _ = try await connection.exchange(listen)
        isListening()
        // Something may have been raised while nobody listened.
        WakeUpChannel.allCases.forEach(wakeUps.wakeHere)
        for await _ in notifications {}
        try Task.checkCancellation()
    }
}
