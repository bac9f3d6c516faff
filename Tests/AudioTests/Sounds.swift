import Foundation
import Testing

@testable import Audio

/// A folder of a test's own with files that FFmpeg makes; gone with the value.
final class Sounds: Sendable {
    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "zvonar-audio-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit {
        do { try FileManager.default.removeItem(at: folder) } catch { Issue.record(error) }
    }

    /// A tone, or two different ones left and right, in the format of the name's extension.
    func tone(_ name: String, seconds: Double = 6, channels: Int = 1, _ options: [String] = []) async throws -> URL {
        let tones =
            channels == 1 ? "sine=440:d=\(seconds)" : "aevalsrc=0.2*sin(2760*t)|0.2*sin(5530*t):d=\(seconds):s=44100"
        return try await make(name, ["-f", "lavfi", "-i", tones] + options)
    }

    /// Whatever FFmpeg makes of the arguments.
    func make(_ name: String, _ arguments: [String]) async throws -> URL {
        let file = folder.appending(path: name)
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin"
        let result = try await ChildProcess.run(
            try ChildProcess.find("ffmpeg", on: path),
            ["-nostdin", "-v", "error", "-y"] + arguments + [file.path]
        )
        try #require(result.status == 0, "ffmpeg: \(result.errors)")
        return file
    }

    func file(_ name: String, _ bytes: [UInt8]) throws -> URL {
        let file = folder.appending(path: name)
        try Data(bytes).write(to: file)
        return file
    }

    func file(_ name: String, _ text: String) throws -> URL { try file(name, Array(text.utf8)) }

    /// The first part of a file, as a broken download leaves it.
    func cut(_ original: URL, to share: Double) throws -> URL {
        let bytes = try bytes(of: original)
        return try file("cut-\(original.lastPathComponent)", Array(bytes[..<Int(Double(bytes.count) * share)]))
    }

    func bytes(of file: URL) throws -> [UInt8] { Array(try Data(contentsOf: file)) }
}

/// What `inspect` refused a file with; fails the test when it took it.
func refusal(of file: URL, by tools: AudioTools) async throws -> RecordingRefusal? {
    do {
        let facts = try await tools.inspect(file)
        Issue.record("taken: \(facts)")
        return nil
    } catch let refusal as RecordingRefusal {
        return refusal
    }
}
