/// What came of one question for updates.
enum PollResult: Sendable, Equatable {
    case updates
    /// Another process polls this bot, or a webhook is set.
    case conflict
    case limited(retryAfter: Double)
    /// The network or Telegram failed.
    case unreachable
    /// The token is not known to Telegram, or no longer.
    case tokenRefused
}

/// How long to wait before the next question for updates.
///
/// Pure: the jitter, 0 to 1, comes in from outside.
struct PollPacing: Sendable {
    enum Step: Sendable, Equatable {
        case poll(afterSeconds: Double)
        case stop
    }

    private var failures = 0

    static let longestSeconds = 30.0

    mutating func next(after result: PollResult, jitter: Double) -> Step {
        switch result {
        case .updates:
            failures = 0
            return .poll(afterSeconds: 0)
        case .tokenRefused: return .stop
        case .limited(let seconds):
            return .poll(afterSeconds: seconds + jitter)
        case .conflict, .unreachable:
            failures += 1
            // Somebody who just took over needs a moment to go, so a conflict begins later than a lost connection.
            let first = result == .conflict ? 3.0 : 1.0
            let growing = first * Double(1 << min(failures - 1, 5))
            return .poll(afterSeconds: min(Self.longestSeconds, growing) * (0.5 + jitter / 2))
        }
    }
}
