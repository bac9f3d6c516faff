import Foundation
import HTTP
import Kernel
import Support
import Synchronization
import Testing

@testable import zvonar

/// A `zvonar serve` of its own: what a signal, an upgrade or a full disk does to a process is seen only on one.
final class ServerProcess: Sendable {
    let port: Int
    private let process: Mutex<Process>
    private let ended = Signal<Int32>()
    private let client: HTTPClient
    private let log: URL

    /// The program beside the tests, as the build left it.
    static var program: URL {
        URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
            .appending(path: "zvonar")
    }

    /// `prefix` is a shell's preparation in a mount namespace of its own, run before the server; it needs root.
    init(_ environment: [String: String], port: Int, log: URL, preparing prefix: String? = nil) throws {
        self.port = port
        self.log = log
        client = try HTTPClient(reactor: TestDatabase.reactor)
        let process = Process()
        // A test's thread blocks signals, its children inherit that, and a stop would not be heard.
        let command = ["--default-signal", Self.program.path, "serve"]
        if let prefix {
            process.executableURL = URL(filePath: "/usr/bin/unshare")
            process.arguments = ["--mount", "sh", "-ec", "\(prefix)\nexec env \"$@\"", "sh"] + command
        } else {
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = command
        }
        process.environment = environment.merging(
            ["PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "ZVONAR_HTTP_PORT": "\(port)"]
        ) { $1 }
        _ = FileManager.default.createFile(atPath: log.path, contents: nil)
        let output = try #require(FileHandle(forWritingAtPath: log.path))
        process.standardError = output
        process.standardOutput = output
        process.standardInput = FileHandle.nullDevice
        let ended = ended
        process.terminationHandler = { ended.send($0.terminationReason == .exit ? $0.terminationStatus : -1) }
        try process.run()
        self.process = Mutex(process)
    }

    func get(_ path: String) async throws -> HTTPResponse {
        var request = HTTPRequest(.get, try #require(URL(string: "http://127.0.0.1:\(port)\(path)")))
        request.timeouts.total = .seconds(20)
        return try await client.send(request)
    }

    func waitUntilReady() async throws {
        try await waitUntil("the server is ready", within: .seconds(120)) {
            do { return try await get("/ready").status == 200 } catch is HTTPFault { return false }
        }
    }

    /// Asks it to stop, and gives its exit code once it has.
    func terminate() async throws -> Int32 {
        process.withLock { _ = kill($0.processIdentifier, SIGTERM) }
        return try await ended.next(within: .seconds(60))
    }

    var identifier: Int32 { process.withLock { $0.processIdentifier } }

    /// By force, for a test that failed.
    func end() { process.withLock { _ = kill($0.processIdentifier, SIGKILL) } }

    var words: String {
        get throws { String(decoding: try Data(contentsOf: log), as: UTF8.self) }
    }
}

/// A command of the product that ends by itself.
struct ProductCommand {
    private let ended = Signal<Int32>()
    private let output: URL

    /// Its words go to a file below `folder`.
    init(_ arguments: [String], _ environment: [String: String], in folder: URL) throws {
        output = folder.appending(path: "command-\(UUID()).log")
        _ = FileManager.default.createFile(atPath: output.path, contents: nil)
        let handle = try #require(FileHandle(forWritingAtPath: output.path))
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["--default-signal", ServerProcess.program.path] + arguments
        process.environment = environment.merging(["PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"]) { $1 }
        process.standardOutput = handle
        process.standardError = handle
        process.standardInput = FileHandle.nullDevice
        process.currentDirectoryURL = folder
        let ended = ended
        process.terminationHandler = { ended.send($0.terminationReason == .exit ? $0.terminationStatus : -1) }
        try process.run()
    }

    /// Its exit code and everything it printed, once it has ended.
    func end() async throws -> (code: Int32, words: String) {
        let code = try await ended.next(within: .seconds(120))
        return (code, String(decoding: try Data(contentsOf: output), as: UTF8.self))
    }
}
