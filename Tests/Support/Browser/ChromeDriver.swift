import Foundation

/// The chromedriver process of one browser.
final class ChromeDriver: Sendable {
    private let process: Process
    private let output = Pipe()

    init() throws {
        process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["chromedriver", "--port=0"]
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
    }

    /// The port that chromedriver chose and printed.
    func port() async throws -> Int {
        let (pieces, piece) = AsyncStream<Data>.makeStream()
        output.fileHandleForReading.readabilityHandler = { handle in
            let data = handle.availableData
            if data.isEmpty { piece.finish() } else { piece.yield(data) }
        }
        defer { output.fileHandleForReading.readabilityHandler = nil }
        var text = ""
        for await data in pieces {
            text += String(decoding: data, as: UTF8.self)
            if let match = text.firstMatch(of: /started successfully on port (\d+)\./), let port = Int(match.1) {
                return port
            }
        }
        throw BrowserFault(description: "chromedriver did not start; is chromium-driver installed?")
    }

    /// Ends the driver; its browser ended with the session.
    ///
    /// By force: a test's threads block signals, children inherit that, and SIGTERM would never arrive.
    func stop() { kill(process.processIdentifier, SIGKILL) }
}
