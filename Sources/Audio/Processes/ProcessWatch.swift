import CProcess
import Foundation
import Synchronization

/// One running child and the thread that started it, reads what it writes and sees it end.
final class ProcessWatch: Sendable {
    private static let errorBytes = 64 << 10

    private let executable: String
    private let arguments: [String]
    private let limits: ProcessLimits
    private let receiver: ChildProcess.Receiver?
    /// The two ends of the pipe whose writing wakes the thread on cancellation; nil once the thread is done with it.
    private let wake: Mutex<(read: Int32, write: Int32)?>

    init(
        _ executable: String,
        _ arguments: [String],
        limits: ProcessLimits,
        receiver: ChildProcess.Receiver?
    ) throws(ProcessFault) {
        self.executable = executable
        self.arguments = arguments
        self.limits = limits
        self.receiver = receiver
        wake = Mutex(try makePipe(for: executable))
    }

    func cancel() {
        wake.withLock { ends in
            guard let ends else { return }
            var byte: UInt8 = 1
            _ = write(ends.write, &byte, 1)
        }
    }

    /// Starts the thread; `completion` is called on it, once.
    func start(_ completion: @escaping @Sendable (Result<ProcessResult, any Error>) -> Void) {
        let thread = Thread { [self] in
            let result = Result { try run() }
            let ends = wake.withLock { ends in
                defer { ends = nil }
                return ends
            }
            if let ends { closeAll([ends.read, ends.write]) }
            completion(result)
        }
        thread.name = "child process"
        thread.start()
    }

    private func run() throws -> ProcessResult {
        let output = try makePipe(for: executable)
        defer { close(output.read) }
        let errors: (read: Int32, write: Int32)
        do {
            errors = try makePipe(for: executable)
        } catch {
            close(output.write)
            throw error
        }
        defer { close(errors.read) }
        var child: pid_t = 0
        let code = spawn(output: output.write, errors: errors.write, child: &child)
        closeAll([output.write, errors.write])
        guard code == 0 else { throw ProcessFault.notStarted(program: executable, code: -code) }
        var collected = Collected()
        let ending: Ending
        do {
            ending = try watch(child, output: output.read, errors: errors.read, into: &collected)
        } catch {
            zvonar_reap(child)
            throw error
        }
        let status = zvonar_reap(child)
        return ProcessResult(
            status: Int(status),
            output: collected.output,
            errors: String(decoding: collected.errors, as: UTF8.self),
            wasCutShort: ending == .cutShort
        )
    }

    private enum Ending { case byItself, cutShort }

    private struct Collected {
        var output: [UInt8] = []
        var errors: [UInt8] = []
    }

    /// Returns when the child has ended, or is to be ended because its output is wanted no longer.
    private func watch(
        _ child: pid_t,
        output: Int32,
        errors: Int32,
        into collected: inout Collected
    ) throws -> Ending {
        let wakeEnd = wake.withLock { $0?.read ?? -1 }
        let deadline = ContinuousClock.now + limits.time
        var polled = [
            pollfd(fd: output, events: Int16(POLLIN), revents: 0),
            pollfd(fd: errors, events: Int16(POLLIN), revents: 0),
            pollfd(fd: wakeEnd, events: Int16(POLLIN), revents: 0),
        ]
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let isSilent = polled[0].fd < 0 && polled[1].fd < 0
            if isSilent, zvonar_has_ended(child) != 0 { return .byItself }
            let left = deadline - ContinuousClock.now
            guard left > .zero else { throw ProcessFault.tookTooLong(program: executable) }
            // Both pipes close a moment before the child is gone; there is nothing to wait on for that moment.
            let milliseconds = isSilent ? 5 : min(left.milliseconds + 1, 60_000)
            _ = poll(&polled, 3, Int32(milliseconds))
            if polled[2].revents != 0 { throw CancellationError() }
            if polled[0].revents != 0 {
                let piece = take(from: &polled[0], with: &buffer)
                if let receiver {
                    if !piece.isEmpty, !receiver(Array(piece)) { return .cutShort }
                } else {
                    collected.output += piece
                    guard collected.output.count <= limits.outputBytes else {
                        throw ProcessFault.wroteTooMuch(program: executable)
                    }
                }
            }
            if polled[1].revents != 0 {
                let piece = take(from: &polled[1], with: &buffer)
                collected.errors += piece.prefix(Self.errorBytes - collected.errors.count)
            }
        }
    }

    /// What can be read now; at the end of the stream the descriptor is taken out of the poll.
    private func take(from polled: inout pollfd, with buffer: inout [UInt8]) -> ArraySlice<UInt8> {
        let count = read(polled.fd, &buffer, buffer.count)
        polled.revents = 0
        if count > 0 { return buffer[..<count] }
        if count == 0 || errno != EINTR { polled.fd = -1 }
        return []
    }

    private func spawn(output: Int32, errors: Int32, child: inout pid_t) -> Int32 {
        // The child sees nothing of our environment, where secrets are.
        let environment = ["PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "HOME=/nonexistent"]
        var allowed = zvonar_limits(
            cpu_seconds: UInt64(limits.cpuSeconds),
            memory_bytes: UInt64(limits.memoryBytes),
            file_bytes: UInt64(limits.fileBytes)
        )
        return withCStrings([executable] + arguments) { arguments in
            withCStrings(environment) { environment in
                zvonar_spawn(executable, arguments, environment, &allowed, output, errors, &child)
            }
        }
    }
}

func isExecutable(_ path: String) -> Bool { access(path, X_OK) == 0 }

private func makePipe(for program: String) throws(ProcessFault) -> (read: Int32, write: Int32) {
    var ends: [Int32] = [-1, -1]
    let code = zvonar_pipe(&ends)
    guard code == 0 else { throw .notStarted(program: program, code: -code) }
    return (ends[0], ends[1])
}

private func closeAll(_ descriptors: [Int32]) {
    for descriptor in descriptors { close(descriptor) }
}

/// A null-terminated array of C strings, as `exec` takes it.
private func withCStrings<T>(_ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> T) -> T {
    let copies = strings.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    return body(copies + [nil])
}

extension Duration {
    fileprivate var milliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }
}
