/// Something took longer than it was given.
public struct DeadlinePassed: Error {}

/// Runs `body` and gives it up when it takes longer than `limit`, with `DeadlinePassed`.
///
/// What is given up is cancelled and not waited for: a server that hangs lets nobody go before its own timeout. It must
/// end by itself, and what it does meanwhile must harm nobody.
public func withDeadline<Value: Sendable>(
    _ limit: Duration,
    _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    let (endings, ending) = AsyncStream.makeStream(of: Result<Value, any Error>.self)
    let working = Task {
        do { ending.yield(.success(try await body())) } catch { ending.yield(.failure(error)) }
    }
    let waiting = Task {
        do { try await Task.sleep(for: limit) } catch { return }
        ending.yield(.failure(DeadlinePassed()))
    }
    defer {
        working.cancel()
        waiting.cancel()
    }
    // Nothing comes when this task is cancelled.
    guard let first = await endings.first(where: { _ in true }) else { throw CancellationError() }
    return try first.get()
}
