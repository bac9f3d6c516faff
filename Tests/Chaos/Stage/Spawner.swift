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
        let own = ["PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": "/tmp"]
        let variables = own.merging(environment) { $1 }.map { "\($0.key)=\($0.value)" }
        pid = try Self.spawn(["/usr/bin/env", "-C", "/tmp"] + arguments, variables, log: log.path)
        // A thread a child: what else the child has started may live on, its end is told all the same.
        Thread { [self] in
            var status: Int32 = 0
            while waitpid(pid, &status, 0) < 0, errno == EINTR {}
            end(status & 0x7F == 0 ? (status >> 8) & 0xFF : -(status & 0x7F))
        }.start()
    }

    private static func spawn(_ words: [String], _ variables: [String], log: String) throws -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_APPEND | O_CREAT, 0o644)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        // What is open here is not the child's.
        for descriptor in Int32(3)..<1024 { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        var arguments = words.map { strdup($0) } + [nil]
        var environment = variables.map { strdup($0) } + [nil]
        defer { for word in arguments + environment { free(word) } }
        var pid: Int32 = 0
        let code = posix_spawn(&pid, words[0], &actions, nil, &arguments, &environment)
        guard code == 0 else { throw ChaosFailure("\(words[0]) cannot be started: \(code)") }
        return pid
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

/// Why the harness itself could not go on.
struct ChaosFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
