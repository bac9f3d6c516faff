/// A failure that the next calls of a method meet.
struct PlannedFault: Sendable {
    enum Drop: String { case before, after }
    /// An answer that is not of the Bot API: a proxy's page without the effect, or half of the answer after the effect.
    enum Nonsense: String { case html, garbage }

    let method: String
    let status: Int?
    let description: String?
    let retryAfter: Int?
    let delayMilliseconds: Int
    let drop: Drop?
    var nonsense: Nonsense?
    /// How long the answer takes to come, in many small pieces.
    var slowMilliseconds = 0
    var remaining: Int

    /// The error to answer with; nil when the call has its effect, or only loses its connection.
    var failure: BotFailure? {
        guard let status = status ?? (nonsense == .html ? 502 : nil) else { return nil }
        let usual = [
            400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 409: "Conflict",
            429: "Too Many Requests", 500: "Internal Server Error", 502: "Bad Gateway", 504: "Gateway Timeout",
        ]
        let text = retryAfter.map { "Too Many Requests: retry after \($0)" } ?? usual[status] ?? "Error \(status)"
        return BotFailure(code: status, description: description ?? text, retryAfter: retryAfter)
    }
}

/// Faults in the order they were planned; the oldest for a method is used first.
struct Faults: Sendable {
    private(set) var planned: [PlannedFault] = []

    mutating func plan(_ fault: PlannedFault) { planned.append(fault) }

    mutating func clear() { planned = [] }

    /// Uses up one failure for a call; `*` stands for every method.
    mutating func take(for method: String) -> PlannedFault? {
        guard let index = planned.firstIndex(where: { $0.method == method || $0.method == "*" }) else { return nil }
        planned[index].remaining -= 1
        let fault = planned[index]
        if fault.remaining <= 0 { planned.remove(at: index) }
        return fault
    }
}
