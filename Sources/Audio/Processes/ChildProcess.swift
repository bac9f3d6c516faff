import CProcess
public import Kernel
import Synchronization

/// What a child process may use before it is ended.
public struct ProcessLimits: Sendable {
    /// Wall clock.
    public var time: Duration
    public var cpuSeconds: Int
    /// Address space, which for FFmpeg is a few times what it really touches.
    public var memoryBytes: Int
    /// The largest file it may write.
    public var fileBytes: Int
    /// The most kept of its standard output; more ends it.
    public var outputBytes: Int

    public init(
        time: Duration = .seconds(60),
        cpuSeconds: Int = 60,
        memoryBytes: Int = 2 << 30,
        fileBytes: Int = 2 << 30,
        outputBytes: Int = 16 << 20
    ) {
        self.time = time
        self.cpuSeconds = cpuSeconds
        self.memoryBytes = memoryBytes
        self.fileBytes = fileBytes
        self.outputBytes = outputBytes
    }
}

/// How a child process ended by itself.
public struct ProcessResult: Sendable {
    /// The exit code, or the negative number of the signal that ended it.
    public let status: Int
    public let output: [UInt8]
    /// Standard error, its first 64 KiB.
    public let errors: String
    /// The stream's receiver asked for no more.
    public let wasCutShort: Bool
}

/// Why a child process gave no result.
public enum ProcessFault: Fault {
    case notStarted(program: String, code: Int32)
    case missing(program: String)
    case tookTooLong(program: String)
    case wroteTooMuch(program: String)
    case failed(program: String, status: Int, detail: String)
    /// By somebody else; its own limits end it otherwise.
    case killed(program: String)

    public var isPassing: Bool {
        switch self {
        case .notStarted, .tookTooLong, .missing, .killed: true
        case .wroteTooMuch, .failed: false
        }
    }

    public var description: String {
        switch self {
        case .notStarted(let program, let code): "\(program) could not be started (errno \(code))"
        case .missing(let program): "\(program) is not installed"
        case .tookTooLong(let program): "\(program) took too long"
        case .wroteTooMuch(let program): "\(program) wrote more than it may"
        case .failed(let program, let status, _): "\(program) failed with status \(status)"
        case .killed(let program): "\(program) was killed"
        }
    }
}

/// Runs a program with limits, as the leader of a process group of its own.
///
/// A thread of its own starts and watches it, so no thread of the cooperative pool ever waits. The program and whatever
/// it started die with a timeout, with the cancellation of the task, and with this process, however that ends.
public enum ChildProcess {
    /// Takes a piece of standard output; false asks for no more and ends the program.
    public typealias Receiver = @Sendable ([UInt8]) -> Bool

    /// Runs a program and collects what it writes.
    ///
    /// With a receiver standard output goes there, on the watching thread, and the result's `output` is empty.
    ///
    /// - Throws: `ProcessFault`, or `CancellationError`; an exit code other than 0 is no error here.
    public static func run(
        _ executable: String,
        _ arguments: [String],
        limits: ProcessLimits = ProcessLimits(),
        receiver: Receiver? = nil
    ) async throws -> ProcessResult {
        try Task.checkCancellation()
        let watch = try ProcessWatch(executable, arguments, limits: limits, receiver: receiver)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                watch.start { continuation.resume(with: $0) }
            }
        } onCancel: {
            watch.cancel()
        }
    }

    /// The full path of a program on a search path such as that in `PATH`.
    public static func find(_ program: String, on path: String) throws(ProcessFault) -> String {
        for folder in path.split(separator: ":") where isExecutable("\(folder)/\(program)") {
            return "\(folder)/\(program)"
        }
        throw .missing(program: program)
    }
}
