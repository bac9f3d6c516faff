import Foundation
import Synchronization

/// A process that ends with this one, whatever ends it.
final class Child: Sendable {
    let process: pid_t
    private let ending: Ending

    /// How it ended, waited for on another thread.
    private final class Ending: Sendable {
        let condition = NSCondition()
        let state = Mutex<(status: Int32?, process: pid_t, error: String?)>((nil, 0, nil))

        func note(_ change: (inout (status: Int32?, process: pid_t, error: String?)) -> Void) {
            condition.lock()
            state.withLock { change(&$0) }
            condition.broadcast()
            condition.unlock()
        }
    }

    /// Starts a program; `onLine` gets each line of its standard output, and nil after the last.
    init(
        _ executable: String,
        _ arguments: [String],
        as user: String? = nil,
        signalAtDeath: String = "KILL",
        errors: URL,
        input: Pipe? = nil,
        environment: [String: String] = [:],
        onLine: @escaping @Sendable (String?) -> Void = { _ in }
    ) throws {
        let ending = Ending()
        self.ending = ending
        let identity = user.map { ["--reuid=\($0)", "--regid=\($0)", "--init-groups"] } ?? []
        let all = identity + ["--pdeathsig=\(signalAtDeath)", "--", executable] + arguments
        _ = FileManager.default.createFile(atPath: errors.path, contents: nil)
        guard let log = FileHandle(forWritingAtPath: errors.path) else {
            throw Wrong("\(errors.path) cannot be written")
        }
        // The kernel ends the program with the thread that started it, so that thread stays until it has ended.
        let thread = Thread { Self.run(all, input, environment, log, ending, onLine) }
        thread.start()
        ending.condition.lock()
        while ending.state.withLock({ $0.process == 0 && $0.error == nil }) { ending.condition.wait() }
        ending.condition.unlock()
        let state = ending.state.withLock { $0 }
        if let error = state.error { throw Wrong("\(executable) does not start: \(error)") }
        process = state.process
    }

    private static func run(
        _ arguments: [String],
        _ input: Pipe?,
        _ environment: [String: String],
        _ log: FileHandle,
        _ ending: Ending,
        _ onLine: (String?) -> Void
    ) {
        // A child has the mask of the thread that starts it, and those of dispatch, which this may come from, hold back TERM.
        var none = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, nil)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/setpriv")
        process.arguments = arguments
        process.currentDirectoryURL = URL(filePath: "/")
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = input ?? FileHandle.nullDevice
        let output = Pipe()
        process.standardOutput = output
        process.standardError = log
        do {
            try process.run()
            ending.note { $0.process = process.processIdentifier }
        } catch {
            ending.note { $0.error = "\(error)" }
            return
        }
        var rest: [UInt8] = []
        while true {
            let data = output.fileHandleForReading.availableData
            guard !data.isEmpty else { break }
            rest += data
            while let end = rest.firstIndex(of: 10) {
                onLine(String(decoding: rest[..<end], as: UTF8.self))
                rest.removeSubrange(...end)
            }
        }
        onLine(nil)
        process.waitUntilExit()
        ending.note { $0.status = process.terminationStatus }
    }

    func signal(_ number: Int32) {
        guard ending.state.withLock({ $0.status == nil }) else { return }
        kill(process, number)
    }

    /// Waits for its end; the exit code, or the number of the signal that ended it.
    @discardableResult
    func waitForEnd() -> Int32 {
        ending.condition.lock()
        defer { ending.condition.unlock() }
        while true {
            if let status = ending.state.withLock({ $0.status }) { return status }
            ending.condition.wait()
        }
    }

    /// Runs a command to its end and gives what it wrote; fails with its words.
    @discardableResult
    static func output(_ executable: String, _ arguments: [String], input: Data? = nil) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: executable)
        process.arguments = arguments
        process.currentDirectoryURL = URL(filePath: "/")
        let (pipe, source) = (Pipe(), Pipe())
        process.standardOutput = pipe
        process.standardError = pipe
        process.standardInput = source
        try process.run()
        if let input { source.fileHandleForWriting.write(input) }
        try source.fileHandleForWriting.close()
        let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Wrong("\(executable) failed: \(text.prefix(2000))") }
        return text
    }
}
