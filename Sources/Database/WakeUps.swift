import Kernel
import Logging
import Reactor
import Synchronization

/// What processes tell each other without content: PostgreSQL protects no channel, so a notification is only "look".
public enum WakeUpChannel: String, Sendable, CaseIterable {
    case quickJobs = "zvonar_jobs_quick"
    case networkJobs = "zvonar_jobs_network"
    case heavyJobs = "zvonar_jobs_heavy"
    case live = "zvonar_live"
    case outbox = "zvonar_outbox"
    case tenants = "zvonar_tenants"
    case bots = "zvonar_bots"

    /// NOTIFY takes a lock of the whole database through its commit, so a process sends one a period at most.
    public var period: Duration { self == .live ? .milliseconds(100) : .milliseconds(20) }
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

    /// Yields when a channel may have to be notified.
    fileprivate func changes() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        state.withLock { $0.notifier = continuation }
        continuation.yield()
        return stream
    }

    /// The raised channels whose time has come, to be notified now, and the moment when the next of the others may be.
    fileprivate func takeChanges(
        notBefore: [WakeUpChannel: ContinuousClock.Instant],
        now: ContinuousClock.Instant
    ) -> (due: [WakeUpChannel], next: ContinuousClock.Instant?) {
        state.withLock { state in
            let due = state.toNotify.filter { notBefore[$0].map { $0 <= now } ?? true }
            state.toNotify.subtract(due)
            return (due.sorted { $0.rawValue < $1.rawValue }, state.toNotify.compactMap { notBefore[$0] }.min())
        }
    }

    fileprivate func lookForChanges(after delay: Duration) {
        reactor.after(delay) { [weak self] in _ = self?.state.withLock { $0.notifier?.yield() } }
    }
}

extension Database {
    /// Yields at once, whenever `channel` was raised here or in another process, and every second.
    public func wakeUps(on channel: WakeUpChannel) -> AsyncStream<Void> { wakeUps.follow(channel) }

    /// Carries wake-ups between processes until cancelled.
    ///
    /// Listens and notifies on a connection of its own, past a pooler, and comes back by itself; without it this process
    /// still works, a second late.
    public func runWakeUps() async { await keepListening() }

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
                if !isLost { logger.warning("cannot listen for wake-ups", metadata: ["error": "\(error.loggable)"]) }
                isLost = true
                do { try await Task.sleep(for: .seconds(1)) } catch { return }
            }
        }
    }

    private func listenUntilLost(_ isListening: () -> Void) async throws {
        let connection = try await connecting.open(.cell, isDirect: true)
        defer { connection.close() }
        let (losses, loss) = AsyncStream.makeStream(of: Void.self)
        connection.onNotification { [wakeUps] name in
            guard let name else { return loss.finish() }
            if let channel = WakeUpChannel(rawValue: name) { wakeUps.wakeHere(channel) }
        }
        // A lost notification is made good by the next look, so nobody waits for the disk.
        let listen =
            [Statement(fixed: "SET synchronous_commit = off")]
            + WakeUpChannel.allCases.map { Statement("LISTEN \(unsafeRaw: $0.rawValue)") }
        _ = try await connection.exchange(listen)
        isListening()
        // Something may have been raised while nobody listened.
        WakeUpChannel.allCases.forEach(wakeUps.wakeHere)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { for await _ in losses {} }
            group.addTask { try await self.notify(on: connection) }
            defer { group.cancelAll() }
            try await group.next()
        }
        try Task.checkCancellation()
    }

    /// Notifies each channel once a period at most, whatever the others do.
    ///
    /// Goes by the listening connection, which is not told of what it said itself: who works here was woken already.
    private func notify(on connection: Connection) async throws {
        var notBefore: [WakeUpChannel: ContinuousClock.Instant] = [:]
        var planned: ContinuousClock.Instant?
        for await _ in wakeUps.changes() {
            let now = ContinuousClock.now
            let (due, next) = wakeUps.takeChanges(notBefore: notBefore, now: now)
            if !due.isEmpty {
                _ = try await connection.exchange(due.map { Statement("NOTIFY \(unsafeRaw: $0.rawValue)") })
                for channel in due { notBefore[channel] = now + channel.period }
            }
            if let next, planned.map({ $0 <= now || next < $0 }) ?? true {
                planned = next
                wakeUps.lookForChanges(after: next - now)
            }
        }
    }
}
