public import Foundation
import Synchronization

/// An S3 server, moto's, that checks every signature; on a free port of loopback and gone with the test process.
public struct StorageServer: Sendable {
    public let endpoint: URL
    public let accessKey: String
    public let secretKey: String
    public let bucket: String

    /// The one server of the test process, started when first asked for.
    public static func shared() throws -> StorageServer { try started.withLock { try $0.get() } }

    private static let started = Mutex<Result<StorageServer, any Error>>(Result { try StorageServer() })

    /// What the server says once it is ready.
    private struct Hello: Decodable {
        let port: Int
        let access: String
        let secret: String
        let bucket: String
    }

    private init() throws {
        let home = ProcessInfo.processInfo.environment["ZVONAR_STORAGE_HOME"] ?? ""
        let python = home + "/venv/bin/python"
        guard !home.isEmpty, FileManager.default.isExecutableFile(atPath: python) else {
            throw StorageServerFailure.notInstalled(home)
        }
        let script = Fixtures.package.appending(path: "Tests/Clients/Storage/server.py").path
        let first = FirstLine()
        Thread {
            // The kernel ends the server with the thread that started it, so that thread stays.
            first.run(["setpriv", "--pdeathsig=KILL", "--", python, script])
        }.start()
        let hello = try JSONDecoder().decode(Hello.self, from: Data(try first.wait()))
        guard let endpoint = URL(string: "http://127.0.0.1:\(hello.port)") else {
            throw StorageServerFailure.ended("no port")
        }
        self.endpoint = endpoint
        accessKey = hello.access
        secretKey = hello.secret
        bucket = hello.bucket
    }
}

public enum StorageServerFailure: Error, CustomStringConvertible {
    case notInstalled(String)
    case ended(String)

    public var description: String {
        switch self {
        case .notInstalled(let home):
            """
            The S3 server of the tests is not installed in ZVONAR_STORAGE_HOME="\(home)". Run the tests by deploy/test, \
            which installs it, and name its folder in ZVONAR_STORAGE_HOME.
            """
        case .ended(let log): "The S3 server ended: \(log)"
        }
    }
}

/// A program's first line of output; the program runs on.
private final class FirstLine: Sendable {
    private let state = Mutex<Result<[UInt8], any Error>?>(nil)
    private let done = DispatchSemaphore(value: 0)

    func run(_ arguments: [String]) {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = arguments
        process.environment = ["PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "PYTHONDONTWRITEBYTECODE": "1"]
        // Held open: the server ends with it.
        let input = Pipe()
        let output = Pipe()
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        do { try process.run() } catch { return finish(.failure(error)) }
        var line: [UInt8] = []
        while true {
            let piece = output.fileHandleForReading.availableData
            if piece.isEmpty { break }
            line += piece
            guard let end = line.firstIndex(of: 0x0A) else { continue }
            finish(.success(Array(line[..<end])))
        }
        finish(.failure(StorageServerFailure.ended(String(decoding: line, as: UTF8.self))))
        process.waitUntilExit()
        input.fileHandleForWriting.closeFile()
    }

    func wait() throws -> [UInt8] {
        guard done.wait(timeout: .now() + 120) == .success, let result = state.withLock({ $0 }) else {
            throw StorageServerFailure.ended("not ready after 120 s")
        }
        return try result.get()
    }

    private func finish(_ result: Result<[UInt8], any Error>) {
        let isFirst = state.withLock { state in
            guard state == nil else { return false }
            state = result
            return true
        }
        if isFirst { done.signal() }
    }
}
