/// What a server's thread tells a test; the test waits for it with a deadline.
public struct Signal<Value: Sendable>: Sendable {
    private let stream: AsyncStream<Value>
    private let continuation: AsyncStream<Value>.Continuation

    public init() { (stream, continuation) = AsyncStream.makeStream() }

    public func send(_ value: Value) { continuation.yield(value) }

    /// The next value; one task at a time.
    public func next(within deadline: Duration = .seconds(20)) async throws -> Value {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { [stream] in await stream.first { _ in true } }
            group.addTask {
                try await Task.sleep(for: deadline)
                return nil
            }
            defer { group.cancelAll() }
            guard let value = try await group.next() ?? nil else { throw SignalMissing() }
            return value
        }
    }
}

extension Signal<Void> {
    public func send() { send(()) }
}

/// What a test waited for did not happen in time.
public struct SignalMissing: Error {}
