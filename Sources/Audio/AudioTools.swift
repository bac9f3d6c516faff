public import Foundation
import Kernel
import Synchronization

/// What recordings may cost.
public struct AudioLimits: Sendable {
    /// The longest recording taken.
    public var minutes: Int
    /// The largest file taken.
    public var megabytes: Int
    /// How many child processes may run at once.
    public var atOnce: Int

    public init(
        minutes: Int = 120,
        megabytes: Int = 2048,
        atOnce: Int = max(1, ProcessInfo.processInfo.activeProcessorCount - 1)
    ) {
        self.minutes = minutes
        self.megabytes = megabytes
        self.atOnce = atOnce
    }
}

/// Inspects, splits and converts recordings by FFmpeg in child processes; one instance serves the whole program.
public struct AudioTools: Sendable {
    /// Fills gaps between timestamps with silence, so that every file made from one recording shares its clock.
    static let gapless = "aresample=async=1:first_pts=0"

    /// Mixes the sides of a conversation, where mostly one speaks: half of each would be too quiet.
    private static let mix = "aformat=channel_layouts=mono,volume=5dB,alimiter=limit=0.95:level=false"

    private let magic: Magic
    private let programs: Programs
    private let limits: AudioLimits

    /// - Throws: `ProcessFault.missing` without ffmpeg or ffprobe on the path, `AudioFault` without libmagic's database.
    public init(
        limits: AudioLimits = AudioLimits(),
        path: String = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
    ) throws {
        self.limits = limits
        magic = try Magic()
        programs = Programs(
            ffmpegPath: try ChildProcess.find("ffmpeg", on: path),
            ffprobePath: try ChildProcess.find("ffprobe", on: path),
            turnstile: Turnstile(places: limits.atOnce)
        )
    }

    /// What a file is, found by libmagic and by decoding all of it.
    ///
    /// - Throws: `RecordingRefusal` with a sentence for the sender, or a fault of ours.
    public func inspect(_ file: URL) async throws -> AudioFacts {
        try await Inspector(magic: magic, programs: programs, limits: limits).inspect(file)
    }

    /// Writes `channel-0.flac` and, for a recording whose sides differ, `channel-1.flac`: 16 kHz mono for engines.
    ///
    /// A recording of more than two channels is mixed down to one.
    public func splitChannels(_ file: URL, _ facts: AudioFacts, into folder: URL) async throws -> [URL] {
        let count = facts.speakerChannels
        let outputs = (0..<count).map { folder.appending(path: "channel-\($0).flac") }
        let form = ["-ar", "16000", "-sample_fmt", "s16", "-c:a", "flac", "-map_metadata", "-1"]
        var arguments = ["-filter_complex"]
        if count == 2 {
            arguments.append("[0:a:0]\(Self.gapless),asplit[a][b];[a]pan=mono|c0=c0[left];[b]pan=mono|c0=c1[right]")
            arguments += ["-map", "[left]"] + form + [output(outputs[0])]
            arguments += ["-map", "[right]"] + form + [output(outputs[1])]
        } else {
            arguments += ["[0:a:0]\(Self.gapless)[mono]", "-map", "[mono]", "-ac", "1"] + form + [output(outputs[0])]
        }
        try await programs.convert(file, demuxer: facts.container, arguments)
        return outputs
    }

    /// The parts of a channel to be transcribed one by one, 2 to 5 minutes each, cut where it is silent.
    ///
    /// None for a channel that holds nothing but digital silence.
    public func windows(of channelFile: URL) async throws -> [AudioWindow] {
        let loudness = Mutex(LoudnessMeter())
        let arguments = ["-map", "0:a:0", "-ac", "1", "-ar", String(LoudnessMeter.rate), "-f", "s16le", "pipe:1"]
        let result = try await programs.ffmpeg(channelFile, demuxer: "flac", arguments) { piece in
            loudness.withLock { $0.take(piece) }
            return true
        }
        guard result.status == 0 else { throw programs.failure("ffmpeg", result) }
        return loudness.withLock {
            WindowCutter(loudness: $0.frames, frameSeconds: LoudnessMeter.frameSeconds).windows()
        }
    }

    /// Writes one window of a channel as a FLAC of its own, `window-<milliseconds>.flac`.
    public func cut(_ channelFile: URL, _ window: AudioWindow, into folder: URL) async throws -> URL {
        let file = folder.appending(path: "window-\(Int(window.start * 1000)).flac")
        try await programs.convert(
            channelFile,
            demuxer: "flac",
            before: ["-ss", seconds(window.start)],
            ["-t", seconds(window.end - window.start), "-map", "0:a:0", "-c:a", "flac", output(file)]
        )
        return file
    }

    /// Writes `player.m4a`: AAC of 48 kbit/s that a browser plays and seeks in; stereo stays stereo.
    public func playerFile(from file: URL, _ facts: AudioFacts, into folder: URL) async throws -> URL {
        let made = folder.appending(path: "player.m4a")
        // 48 kbit/s is right for speech up to 12 kHz; more bandwidth would take bits from what is heard.
        let rate = facts.sampleRate <= 16_000 ? "16000" : "24000"
        let arguments = [
            "-map", "0:a:0", "-af", Self.gapless, "-ac", String(facts.speakerChannels), "-ar", rate,
            "-c:a", "aac", "-b:a", "48k", "-map_metadata", "-1", "-movflags", "+faststart", "-f", "mp4", output(made),
        ]
        try await programs.convert(file, demuxer: facts.container, arguments)
        return made
    }

    /// A clip as Ogg Opus, what Telegram shows as a voice message; both sides are mixed.
    ///
    /// `file` is a player file, whose index makes seeking exact and quick. Seconds outside the recording are its edges.
    public func voiceClip(from file: URL, start: Double, end: Double) async throws -> [UInt8] {
        let from = max(0, start)
        let arguments = [
            "-t", seconds(max(0.1, end - from)), "-map", "0:a:0", "-af", Self.mix, "-ar", "48000",
            "-c:a", "libopus", "-b:a", "32k", "-application", "voip", "-map_metadata", "-1", "-f", "ogg", "pipe:1",
        ]
        let result = try await programs.ffmpeg(file, demuxer: "mov", before: ["-ss", seconds(from)], arguments)
        guard result.status == 0, !result.output.isEmpty else { throw programs.failure("ffmpeg", result) }
        return result.output
    }

    private func output(_ file: URL) -> String { "file:" + file.path }

    /// A number as FFmpeg reads it, whatever the locale.
    private func seconds(_ value: Double) -> String { "\((value * 1000).rounded() / 1000)" }
}
