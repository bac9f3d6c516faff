import Glibc
import Synchronization

/// Writes whole lines to a descriptor, one at a time whoever writes.
///
/// A line that cannot be written, as on a full disk, is dropped and counted: a log that is full ends no server. The next
/// line that can be written is led by the count.
final class LineOutput: Sendable {
    static let standardError = LineOutput(descriptor: STDERR_FILENO)

    private let descriptor: Int32
    private let dropped = Mutex(0)

    init(descriptor: Int32) { self.descriptor = descriptor }

    /// How many lines have been dropped since the last that was written.
    var droppedCount: Int { dropped.withLock { $0 } }

    func write(_ line: String, note: (_ dropped: Int) -> String) {
        dropped.withLock { dropped in
            let lead = dropped > 0 ? note(dropped) + "\n" : ""
            dropped = isWritten("\(lead)\(line)\n") ? 0 : dropped + 1
        }
    }

    private func isWritten(_ text: String) -> Bool {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                return false
            }
        }
        return true
    }
}
