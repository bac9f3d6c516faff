import Database
import Kernel
import Synchronization

/// The cells that do not answer.
///
/// One update at a time finds out whether a cell is back: a database that lets everybody wait would otherwise be waited
/// for by all workers.
final class CellOutages: Sendable {
    private let nextTries = Mutex<[Int: ContinuousClock.Instant]>([:])
    private let pause: Duration

    /// Longer than a connection may take.
    private static let longestTry = Duration.seconds(10)

    /// `pause` is how long a cell that did not answer is left alone.
    init(pause: Duration) { self.pause = pause }

    /// Does what needs a cell, unless the cell is known to be away.
    func trying<Value>(_ cell: Int, _ body: () async throws -> Value) async throws -> Value {
        guard begin(cell) else { throw CellAway(cell: cell) }
        do {
            let value = try await body()
            nextTries.withLock { $0[cell] = nil }
            return value
        } catch {
            let isSilent = (error as? DatabaseFault)?.isSilence ?? false
            nextTries.withLock { $0[cell] = isSilent ? .now + pause : nil }
            throw error
        }
    }

    private func begin(_ cell: Int) -> Bool {
        nextTries.withLock { tries in
            guard let next = tries[cell] else { return true }
            guard next <= .now else { return false }
            tries[cell] = .now + Self.longestTry
            return true
        }
    }
}

/// The cell of a company did not answer a moment ago.
struct CellAway: Fault {
    let cell: Int
    let isPassing = true

    var description: String { "the database of cell \(cell) does not answer" }
}

extension DatabaseFault {
    /// Whether whoever asks next has to wait as well.
    fileprivate var isSilence: Bool {
        switch self {
        case .timedOut, .poolExhausted, .connectionLost, .commitUncertain: true
        default: isOutage
        }
    }
}
