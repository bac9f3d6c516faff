import CEpoll
import Foundation
import Synchronization

/// What a descriptor is ready for.
public struct Readiness: OptionSet, Sendable {
    public let rawValue: Int32

    public init(rawValue: Int32) { self.rawValue = rawValue }

    public static let readable = Readiness(rawValue: Int32(ZVONAR_READABLE))
    public static let writable = Readiness(rawValue: Int32(ZVONAR_WRITABLE))
    /// An error or a hang-up; the next read or write says which.
    public static let broken = Readiness(rawValue: Int32(ZVONAR_BROKEN))
}

/// A timer that has been set and may be cancelled.
public struct ReactorTimer: Hashable, Sendable {
    fileprivate let deadline: UInt64
    fileprivate let serial: UInt64
}

/// One epoll thread for the sockets of libpq and libcurl.
///
/// Handlers, timers and work given to `perform` run on that thread, one after another, and must not block. Everything
/// may be called from any thread. The reactor lives as long as the process or until `stop`.
public final class Reactor: Sendable {
    public typealias Handler = @Sendable (Readiness) -> Void

    private struct State {
        var handlers: [Int32: Handler] = [:]
        var work: [@Sendable () -> Void] = []
        /// Sorted by deadline, then by order of setting.
        var timers: [(timer: ReactorTimer, action: @Sendable () -> Void)] = []
        var nextSerial: UInt64 = 0
        var isStopped = false
    }

    private let epoll: Int32
    private let wakeUp: Int32
    private let state = Mutex(State())

    public init() throws(ReactorFault) {
        epoll = zvonar_epoll_create()
        guard epoll >= 0 else { throw ReactorFault(operation: "epoll_create1", code: -epoll) }
        wakeUp = zvonar_eventfd_create()
        guard wakeUp >= 0 else { throw ReactorFault(operation: "eventfd", code: -wakeUp) }
        let result = zvonar_epoll_set(epoll, wakeUp, Readiness.readable.rawValue, 0)
        guard result == 0 else { throw ReactorFault(operation: "epoll_ctl", code: -result) }
        let thread = Thread { [self] in run() }
        thread.name = "reactor"
        thread.start()
    }

    /// Ends the thread after the work in hand; descriptors still watched are forgotten, not closed.
    public func stop() {
        state.withLock { state in
            wake(state)
            state.isStopped = true
        }
    }

    /// Calls `handler` whenever the descriptor is ready (level-triggered), until `forget`.
    ///
    /// Called again for the same descriptor it replaces interest and handler.
    public func watch(_ descriptor: Int32, for interest: Readiness, handler: @escaping Handler) throws(ReactorFault) {
        let result = state.withLock { state -> Int32 in
            let isKnown = state.handlers.updateValue(handler, forKey: descriptor) != nil
            let result = zvonar_epoll_set(epoll, descriptor, interest.rawValue, isKnown ? 1 : 0)
            guard result != 0 else { return 0 }
            // libcurl and libpq may close a descriptor and get the same number again: then it is new to epoll.
            let retried = zvonar_epoll_set(epoll, descriptor, interest.rawValue, isKnown ? 0 : 1)
            if retried != 0 { state.handlers[descriptor] = nil }
            return retried
        }
        guard result == 0 else { throw ReactorFault(operation: "epoll_ctl", code: -result) }
    }

    /// Changes what a watched descriptor is watched for; for nothing it rests until the next change.
    public func change(_ descriptor: Int32, to interest: Readiness) {
        state.withLock { state in
            guard state.handlers[descriptor] != nil else { return }
            // One that rests is unknown to epoll, which would tell of a broken connection again and again.
            if zvonar_epoll_set(epoll, descriptor, interest.rawValue, 1) != 0, interest != [] {
                _ = zvonar_epoll_set(epoll, descriptor, interest.rawValue, 0)
            }
        }
    }

    /// Stops watching; call it before the descriptor is closed.
    ///
    /// A handler already running on the reactor's thread may still finish.
    public func forget(_ descriptor: Int32) {
        state.withLock { state in
            guard state.handlers.removeValue(forKey: descriptor) != nil else { return }
            _ = zvonar_epoll_set(epoll, descriptor, 0, 0)
        }
    }

    /// Runs `work` on the reactor's thread, after what is queued already.
    public func perform(_ work: @escaping @Sendable () -> Void) {
        state.withLock { state in
            state.work.append(work)
            if state.work.count == 1 { wake(state) }
        }
    }

    /// Runs `action` on the reactor's thread once `delay` has passed.
    @discardableResult
    public func after(_ delay: Duration, _ action: @escaping @Sendable () -> Void) -> ReactorTimer {
        let nanoseconds = max(
            0,
            delay.components.seconds * 1_000_000_000 + delay.components.attoseconds / 1_000_000_000
        )
        let deadline = DispatchTime.now().uptimeNanoseconds + UInt64(nanoseconds)
        return state.withLock { state in
            let timer = ReactorTimer(deadline: deadline, serial: state.nextSerial)
            state.nextSerial += 1
            let index = state.timers.partitioningIndex { $0.timer.deadline > deadline }
            state.timers.insert((timer, action), at: index)
            if index == 0 { wake(state) }
            return timer
        }
    }

    /// Cancels a timer that has not fired yet; one that has is left alone.
    public func cancel(_ timer: ReactorTimer) {
        state.withLock { state in
            let first = state.timers.partitioningIndex { $0.timer.deadline >= timer.deadline }
            guard let index = state.timers[first...].firstIndex(where: { $0.timer == timer }) else { return }
            state.timers.remove(at: index)
        }
    }

    private func run() {
        var events = [zvonar_event](repeating: zvonar_event(), count: 64)
        while !state.withLock({ $0.isStopped }) {
            let count = zvonar_epoll_wait(epoll, &events, Int32(events.count), millisecondsToWait())
            for event in events.prefix(Int(max(0, count))) {
                if event.descriptor == wakeUp {
                    zvonar_eventfd_clear(wakeUp)
                } else if let handler = state.withLock({ $0.handlers[event.descriptor] }) {
                    handler(Readiness(rawValue: event.readiness))
                }
            }
            for action in takeDue() { action() }
        }
        state.withLock { _ in
            close(wakeUp)
            close(epoll)
        }
    }

    /// Ends the thread's waiting; under the lock, since the descriptor is closed once the reactor has stopped.
    ///
    /// Its number may then be somebody else's, whose file or connection would get the eight bytes.
    private func wake(_ state: borrowing State) {
        if !state.isStopped { zvonar_eventfd_raise(wakeUp) }
    }

    private func millisecondsToWait() -> Int32 {
        state.withLock { state in
            if !state.work.isEmpty { return 0 }
            guard let first = state.timers.first?.timer.deadline else { return -1 }
            let now = DispatchTime.now().uptimeNanoseconds
            // Rounded up, or a timer due in half a millisecond would spin.
            return first <= now ? 0 : Int32(clamping: (first - now + 999_999) / 1_000_000)
        }
    }

    private func takeDue() -> [@Sendable () -> Void] {
        state.withLock { state in
            let now = DispatchTime.now().uptimeNanoseconds
            let due = state.timers.prefix { $0.timer.deadline <= now }.map(\.action)
            state.timers.removeFirst(due.count)
            defer { state.work = [] }
            return state.work + due
        }
    }
}

/// The operating system refused an epoll call.
public struct ReactorFault: Error, CustomStringConvertible {
    public let operation: String
    public let code: Int32

    public var description: String { "\(operation) failed: \(String(cString: strerror(code)))" }
}

extension Array {
    /// The first index whose element belongs to the second part of a sorted array.
    fileprivate func partitioningIndex(where belongsInSecond: (Element) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if belongsInSecond(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
