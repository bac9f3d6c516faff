public import Foundation
import Synchronization

/// The bundled speech service, the real one, on a free port of loopback; gone with the test process.
public final class SpeechService: Sendable {
    /// With `/v1`.
    public let base: URL
    private let process: Int32
    /// What the service writes to its log, from the loaded model on.
    public let events: Signal<Event>

    /// A line of the log.
    public struct Event: Decodable, Sendable {
        public let event: String
        public let port: Int?
        public let status: Int?
    }

    /// The one service of the test process, started when first asked for.
    public static func shared() throws -> SpeechService { try started.withLock { try $0.get() } }

    private static let started = Mutex<Result<SpeechService, any Error>>(Result { try SpeechService() })

    /// A service of a test's own, with arguments such as `--queue 0`; returns once its models are loaded.
    public init(_ arguments: [String] = [], key: String? = nil) throws {
        let home = ProcessInfo.processInfo.environment["ZVONAR_SPEECH_HOME"] ?? ""
        let python = home + "/venv/bin/python"
        guard !home.isEmpty, FileManager.default.isExecutableFile(atPath: python) else {
            throw SpeechServiceFailure.notInstalled(home)
        }
        let server = Fixtures.package.appending(path: "deploy/speech/server.py").path
        let starting = Starting()
        Thread {
            Self.run(
                // The kernel ends the service with the thread that started it, however that ends.
                ["setpriv", "--pdeathsig=KILL", "--", python, server, "--port", "0"] + arguments,
                environment: [
                    "ZVONAR_SPEECH_HOME": home, "ZVONAR_SPEECH_KEY": key ?? "", "PYTHONDONTWRITEBYTECODE": "1",
                ],
                starting
            )
        }.start()
        let (port, process) = try starting.wait()
        self.process = process
        events = starting.events
        guard let base = URL(string: "http://127.0.0.1:\(port)/v1") else { throw SpeechServiceFailure.ended("no port") }
        self.base = base
    }

    /// Asks the service to stop, as `deploy/down` does.
    public func terminate() { kill(process, SIGTERM) }

    private static func run(_ arguments: [String], environment: [String: String], _ starting: Starting) {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = arguments
        process.environment = ["PATH": "/usr/bin:/bin", "HOME": "/nonexistent"].merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        let log = Pipe()
        process.standardError = log
        do { try process.run() } catch {
            starting.fail(error)
            return
        }
        var rest: [UInt8] = []
        while true {
            let piece = log.fileHandleForReading.availableData
            if piece.isEmpty { break }
            rest += piece
            while let end = rest.firstIndex(of: 0x0A) {
                starting.read(Array(rest[..<end]), process.processIdentifier)
                rest.removeFirst(end + 1)
            }
        }
        starting.fail(SpeechServiceFailure.ended(String(decoding: rest, as: UTF8.self)))
        process.waitUntilExit()
    }
}

public enum SpeechServiceFailure: Error, CustomStringConvertible {
    case notInstalled(String)
    case ended(String)
    case tookTooLong

    public var description: String {
        switch self {
        case .notInstalled(let home):
            """
            The speech service is not installed in ZVONAR_SPEECH_HOME="\(home)". Run the tests by deploy/test, which \
            installs it, or run deploy/speech/install and name its folder in ZVONAR_SPEECH_HOME.
            """
        case .ended(let log): "The speech service ended: \(log)"
        case .tookTooLong: "The speech service was not ready after 120 s"
        }
    }
}

/// What a service's log tells of its start.
private final class Starting: Sendable {
    private struct State {
        var port: Int?
        var result: Result<(Int, Int32), any Error>?
    }

    private let state = Mutex(State())
    private let done = DispatchSemaphore(value: 0)
    let events = Signal<SpeechService.Event>()

    func read(_ bytes: [UInt8], _ process: Int32) {
        do {
            let line = try JSONDecoder().decode(SpeechService.Event.self, from: Data(bytes))
            events.send(line)
            let isReady = state.withLock { state in
                if line.event == "listening" { state.port = line.port }
                guard line.event == "model loaded", let port = state.port, state.result == nil else { return false }
                state.result = .success((port, process))
                return true
            }
            if isReady { done.signal() }
        } catch {
            fail(SpeechServiceFailure.ended(String(decoding: bytes, as: UTF8.self)))
        }
    }

    func fail(_ error: any Error) {
        let isNew = state.withLock { state in
            guard state.result == nil else { return false }
            state.result = .failure(error)
            return true
        }
        if isNew { done.signal() }
    }

    func wait() throws -> (Int, Int32) {
        guard done.wait(timeout: .now() + 120) == .success else { throw SpeechServiceFailure.tookTooLong }
        guard let result = state.withLock({ $0.result }) else { throw SpeechServiceFailure.tookTooLong }
        return try result.get()
    }
}
