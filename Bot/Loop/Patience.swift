import Kernel
import Logging

/// Does `body` until it is done; only a fault that does not pass by itself ends it, or a cancellation.
func patiently(
    _ what: String,
    pause: Duration,
    _ logger: Logger,
    _ body: () async throws -> Void
) async throws {
    while true {
        do {
            return try await body()
        } catch let fault as any Fault where fault.isPassing {
            logger.warning("Cannot \(what) yet", metadata: ["fault": "\(fault)"])
        }
        try await Task.sleep(for: pause)
    }
}
