import Synchronization

/// The bytes between libcurl and whoever reads a response while it arrives.
///
/// At most 256 KiB wait here; then the transfer pauses until they are taken, so that a slow reader slows the sender.
final class ResponseReader: Sendable {
    private struct State {
        var head: ResponseHead?
        var pending: [UInt8] = []
        var outcome: Result<Void, HTTPFault>?
        var isPaused = false
        var resume: (@Sendable () -> Void)?
        var headWaiter: CheckedContinuation<Result<ResponseHead, HTTPFault>, Never>?
        var chunkWaiter: CheckedContinuation<Result<[UInt8]?, HTTPFault>, Never>?
    }

    private static let capacity = 256 << 10
    private let state = Mutex(State())

    /// Sets what is called when a paused transfer may go on; before the transfer starts.
    func whenEmptied(_ resume: @escaping @Sendable () -> Void) { state.withLock { $0.resume = resume } }

    // MARK: The writing side, on the reactor's thread

    func begin(_ head: ResponseHead) {
        let waiter = state.withLock { state in
            guard state.head == nil else { return nil as CheckedContinuation<Result<ResponseHead, HTTPFault>, Never>? }
            state.head = head
            return state.headWaiter.take()
        }
        waiter?.resume(returning: .success(head))
    }

    /// Takes bytes; false when there is no room, and then the transfer must pause.
    func offer(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let (isTaken, waiter) = state.withLock { state in
            if let waiter = state.chunkWaiter.take() {
                return (true, waiter as CheckedContinuation<Result<[UInt8]?, HTTPFault>, Never>?)
            }
            guard state.pending.count < Self.capacity else {
                state.isPaused = true
                return (false, nil)
            }
            state.pending.append(contentsOf: bytes)
            return (true, nil)
        }
        waiter?.resume(returning: .success(Array(bytes)))
        return isTaken
    }

    func finish(_ outcome: Result<Void, HTTPFault>) {
        let (headWaiter, chunkWaiter) = state.withLock { state in
            state.outcome = outcome
            return (state.headWaiter.take(), state.chunkWaiter.take())
        }
        // Only a failure ends a transfer before its head.
        headWaiter?.resume(returning: outcome.map { ResponseHead() })
        chunkWaiter?.resume(returning: outcome.map { nil })
    }

    // MARK: The reading side, one task at a time

    func head() async throws(HTTPFault) -> ResponseHead {
        let result = await withCheckedContinuation { continuation in
            let known: Result<ResponseHead, HTTPFault>? = state.withLock { state in
                if let head = state.head { return .success(head) }
                if let outcome = state.outcome { return outcome.map { ResponseHead() } }
                state.headWaiter = continuation
                return nil
            }
            if let known { continuation.resume(returning: known) }
        }
        return try result.get()
    }

    /// What has arrived since the last call, waiting for at least a byte; nil at the end.
    func next() async throws(HTTPFault) -> [UInt8]? {
        let result = await withCheckedContinuation { continuation in
            let (known, resume) = state.withLock { state in
                Self.take(from: &state, orWait: continuation)
            }
            if let known { continuation.resume(returning: known) }
            resume?()
        }
        return try result.get()
    }

    private static func take(
        from state: inout State,
        orWait continuation: CheckedContinuation<Result<[UInt8]?, HTTPFault>, Never>
    ) -> (Result<[UInt8]?, HTTPFault>?, (@Sendable () -> Void)?) {
        let resume = state.isPaused ? state.resume : nil
        state.isPaused = false
        if !state.pending.isEmpty {
            let chunk = state.pending
            state.pending = []
            return (.success(chunk), resume)
        }
        if let outcome = state.outcome { return (outcome.map { nil }, nil) }
        state.chunkWaiter = continuation
        return (nil, resume)
    }
}

extension Optional {
    /// The value, leaving nil behind.
    fileprivate mutating func take() -> Wrapped? {
        defer { self = nil }
        return self
    }
}
