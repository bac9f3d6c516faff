import Foundation

/// Holds every thread that arrives until so many have.
final class Gate: Sendable {
    private let condition = NSCondition()
    private nonisolated(unsafe) var missing: Int

    init(count: Int) { missing = count }

    func arrive() {
        condition.lock()
        missing -= 1
        condition.broadcast()
        let deadline = Date(timeIntervalSinceNow: 30)
        while missing > 0, condition.wait(until: deadline) {}
        condition.unlock()
    }
}

/// A folder that is removed after the test.
func withFolder<Value>(_ body: (URL) async throws -> Value) async throws -> Value {
    let folder = FileManager.default.temporaryDirectory.appending(path: "zvonar-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let result: Result<Value, any Error>
    do {
        result = .success(try await body(folder))
    } catch {
        result = .failure(error)
    }
    try FileManager.default.removeItem(at: folder)
    return try result.get()
}
