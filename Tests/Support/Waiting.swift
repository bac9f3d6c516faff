/// What a test waited for did not come.
public struct NeverHappened: Error, CustomStringConvertible {
    let what: String

    public var description: String { "it never happened: \(what)" }
}

/// Asks again and again until the answer is yes, yielding in between; throws after the deadline.
///
/// For what gives no signal to wait for, such as a row that another process writes.
public func waitUntil(
    _ what: String = "the condition",
    within limit: Duration = .seconds(30),
    _ isTrue: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while !(try await isTrue()) {
        guard ContinuousClock.now < deadline else { throw NeverHappened(what: what) }
        try await ContinuousClock().sleep(for: .milliseconds(20))
    }
}
