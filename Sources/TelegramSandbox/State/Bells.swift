/// What somebody may wait for.
enum Topic: Hashable, Sendable {
    case updates(bot: Int)
    case chat(DialogID)
    case query(String)
}

/// Wakes those who wait for a topic; each listens once and asks again.
struct Bells {
    private var listeners: [Topic: [Int: AsyncStream<Void>.Continuation]] = [:]
    private var lastNumber = 0

    /// Registers before the caller suspends, so nothing that happens in between is missed.
    mutating func listen(_ topic: Topic) -> Ear {
        lastNumber += 1
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        listeners[topic, default: [:]][lastNumber] = continuation
        return Ear(topic: topic, number: lastNumber, stream: stream)
    }

    mutating func ring(_ topic: Topic) {
        for listener in (listeners.removeValue(forKey: topic) ?? [:]).values { listener.finish() }
    }

    mutating func ringAll() { for topic in Array(listeners.keys) { ring(topic) } }

    mutating func forget(_ ear: Ear) {
        listeners[ear.topic]?[ear.number] = nil
        if listeners[ear.topic]?.isEmpty == true { listeners[ear.topic] = nil }
    }
}

struct Ear: Sendable {
    let topic: Topic
    let number: Int
    fileprivate let stream: AsyncStream<Void>

    /// Returns when the bell rings or the deadline passes.
    ///
    /// - Throws: `CancellationError` when the request that waits is given up.
    func wait(until deadline: ContinuousClock.Instant) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { for await _ in stream {} }
            group.addTask { try await ContinuousClock().sleep(until: deadline) }
            try await group.next()
            group.cancelAll()
        }
        try Task.checkCancellation()
    }
}
