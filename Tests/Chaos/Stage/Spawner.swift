import Foundation
import Synchronization

/// Starts processes from one thread that never ends: the kernel ends them with the thread that started them, so that
/// nothing outlives this program, however it ends.
final class Spawner: Sendable {
    typealias Order = @Sendable () -> Void

    private let orders = Mutex<[Order]>([])
    private let arrival = DispatchSemaphore(value: 0)

    init() {
        let thread = Thread { while true { self.take()() } }
        thread.start()
    }

    private func take() -> Order {
        arrival.wait()
        return orders.withLock { $0.removeFirst() }
    }

    /// Starts a program whose output is added to a log.
    func start(_ command: [String], environment: [String: String] = [:], user: String? = nil, log: URL) async throws
        -> Child
    {
        var words = ["setpriv"]
        if let user, getuid() == 0 { words += ["--reuid=\(user)", "--regid=\(user)", "--init-groups"] }
        words += ["--pdeathsig=KILL", "--"] + command
        let arguments = words
        return try await withCheckedThrowingContinuation { continuation in
            orders.withLock {
                $0.append { continuation.resume(with: Result { try Child(arguments, environment, log) }) }
            }
            arrival.signal()
        }
    }

    /// Runs a command to its end; a failure carries what it said.
    func run(_ command: [String], environment: [String: String] = [:], user: String? = nil, log: URL) async throws {
        let child = try await start(command, environment: environment, user: user, log: log)
        let status = await child.waitForEnd()
        guard status == 0 else { throw ChaosFailure("\(command[0]) ended with \(status); see \(log.path)") }
    }
}

/// A process that this program started.
final class Child: Sendable {
    let pid: Int32
    private let state = Mutex(State())

    private struct State {
        var status: Int32?
        var waiting: [CheckedContinuation<Int32, Never>] = []
    }

    fileprivate init(_ arguments: [String], _ environment: [String: String], _ log: URL) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = arguments
        process.environment = ["PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": "/tmp"]
            .merging(environment) { $1 }
        process.currentDirectoryURL = URL(filePath: "/tmp")
        if !FileManager.default.fileExists(atPath: log.path) {
            _ = FileManager.default.createFile(atPath: log.path, contents: nil)
        }
        let output = try FileHandle(forWritingTo: log)
        try output.seekToEnd()
        process.standardOutput = output
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        let ended = EndNote()
        process.terminationHandler = { ended.tell($0.terminationStatus) }
        try process.run()
        pid = process.processIdentifier
        ended.listen { [weak self] in self?.end($0) }
    }

    var isRunning: Bool { state.withLock { $0.status == nil } }

    /// Ends it at once, as a power cut would.
    func kill() { if isRunning { Foundation.kill(pid, SIGKILL) } }

    func send(_ signal: Int32) { if isRunning { Foundation.kill(pid, signal) } }

    func waitForEnd() async -> Int32 {
        await withCheckedContinuation { continuation in
            let status = state.withLock { state in
                if state.status == nil { state.waiting.append(continuation) }
                return state.status
            }
            if let status { continuation.resume(returning: status) }
        }
    }

    private func end(_ status: Int32) {
        let waiting = state.withLock { state in
            state.status = status
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume(returning: status) }
    }
}

/// Brings the end of a process to who listens, whichever comes first.
private final class EndNote: Sendable {
    private struct State {
        var status: Int32?
        var listener: (@Sendable (Int32) -> Void)?
    }

    private let state = Mutex(State())

    func tell(_ status: Int32) {
        let listener = state.withLock { state in
            state.status = status
            return state.listener
        }
        listener?(status)
    }

    func listen(_ listener: @escaping @Sendable (Int32) -> Void) {
        let status = state.withLock { state in
            state.listener = listener
            return state.status
        }
        if let status { listener(status) }
    }
}

/// Why the harness itself could not go on.
struct ChaosFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
