import Synchronization

/// How many attempts at jobs of a type ended in one way.
public struct JobCount: Sendable {
    public enum Ending: String, Sendable, CaseIterable { case done, putOff, failed, dead }

    public let type: String
    public let ending: Ending
    public let count: Int
}

final class JobCounters: Sendable {
    private struct Key: Hashable {
        let type: String
        let ending: JobCount.Ending
    }

    private let counts = Mutex<[Key: Int]>([:])

    func add(_ type: String, _ ending: JobCount.Ending) {
        counts.withLock { $0[Key(type: type, ending: ending), default: 0] += 1 }
    }

    var all: [JobCount] {
        counts.withLock { counts in
            counts.map { JobCount(type: $0.key.type, ending: $0.key.ending, count: $0.value) }
                .sorted { ($0.type, $0.ending.rawValue) < ($1.type, $1.ending.rawValue) }
        }
    }
}
