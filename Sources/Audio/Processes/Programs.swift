import Foundation
import Kernel

/// FFmpeg's two programs with everything that must never be left out when they are called.
struct Programs: Sendable {
    let ffmpegPath: String
    let ffprobePath: String
    let turnstile: Turnstile

    // A recording of two hours decodes in half a minute of an idle core; a busy machine may take many times that.
    private static let limits = ProcessLimits(
        time: .seconds(900),
        cpuSeconds: 600,
        memoryBytes: 3 << 29,
        fileBytes: 2 << 30,
        outputBytes: 64 << 20
    )

    func ffmpeg(
        _ file: URL,
        demuxer: String,
        before: [String] = [],
        _ arguments: [String],
        receiver: ChildProcess.Receiver? = nil
    ) async throws -> ProcessResult {
        let head = ["-nostdin", "-hide_banner", "-v", "error", "-threads", "1", "-y"]
        let result = try await turnstile.pass {
            try await ChildProcess.run(
                ffmpegPath,
                head + before + input(file, demuxer) + ["-vn", "-sn", "-dn", "-threads", "1"] + arguments,
                limits: Self.limits,
                receiver: receiver
            )
        }
        return try alive("ffmpeg", result)
    }

    func ffprobe(_ file: URL, demuxer: String, _ arguments: [String]) async throws -> ProcessResult {
        let result = try await turnstile.pass {
            try await ChildProcess.run(
                ffprobePath,
                ["-hide_banner", "-v", "error"] + arguments + input(file, demuxer),
                limits: Self.limits
            )
        }
        return try alive("ffprobe", result)
    }

    /// A program that was killed from outside, as by a kernel without memory, says nothing about the recording.
    private func alive(_ program: String, _ result: ProcessResult) throws(ProcessFault) -> ProcessResult {
        guard result.status != -Int(SIGKILL) || result.wasCutShort else { throw .killed(program: program) }
        return result
    }

    /// FFmpeg writing files; anything but success is a fault, as the recording was inspected before.
    func convert(_ file: URL, demuxer: String, before: [String] = [], _ arguments: [String]) async throws {
        let result = try await ffmpeg(file, demuxer: demuxer, before: before, arguments)
        guard result.status == 0 else { throw failure("ffmpeg", result) }
    }

    func failure(_ program: String, _ result: ProcessResult) -> ProcessFault {
        .failed(program: program, status: result.status, detail: result.errors)
    }

    /// The demuxer is forced and only local files and pipes may be opened, whatever the file asks for.
    private func input(_ file: URL, _ demuxer: String) -> [String] {
        ["-protocol_whitelist", "file,pipe", "-f", demuxer, "-i", "file:" + file.path]
    }
}
