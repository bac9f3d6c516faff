import Foundation
import Kernel
import Synchronization

/// Finds out what a file is by reading it, first its structure and then all of its sound.
struct Inspector {
    let magic: Magic
    let programs: Programs
    let limits: AudioLimits

    func inspect(_ file: URL) async throws -> AudioFacts {
        let excerpt = try await Disk.run { try FileExcerpt(of: file) }
        guard excerpt.byteCount > 0 else { throw RecordingRefusal.emptyFile }
        guard excerpt.byteCount <= limits.megabytes << 20 else {
            throw RecordingRefusal.tooLarge(limitMegabytes: limits.megabytes)
        }
        let mime = try await Disk.run { [magic] in try magic.mime(of: file) }
        let demuxer: String
        switch FileNature(mime: mime, head: excerpt.head) {
        case .recording(let name): demuxer = name
        case .refused(let refusal): throw refusal
        }
        let probe = try await probe(file, demuxer: demuxer)
        guard let stream = probe.streams.first(where: { $0.codecType == "audio" }) else {
            throw probe.streams.isEmpty ? RecordingRefusal.damaged : RecordingRefusal.noAudioTrack
        }
        guard let codec = stream.codecName, codec != "none", codec != "unknown" else {
            throw RecordingRefusal.unknownCodec(name: stream.codecTag ?? "?")
        }
        let sound = try await decode(file, demuxer: demuxer, codec: codec, channels: stream.channels ?? 1)
        try Completeness.check(sound, probe: probe, stream: stream, excerpt: excerpt, demuxer: demuxer)
        let digest = try await Disk.run { try FileExcerpt.sha256(of: file) }
        return AudioFacts(
            container: demuxer,
            codec: codec,
            sampleRate: stream.sampleRate.flatMap { Int($0) } ?? 0,
            channels: stream.channels ?? 1,
            speakerChannels: sound.hasTwoSides ? 2 : 1,
            duration: sound.seconds,
            mime: mime,
            byteCount: excerpt.byteCount,
            sha256: digest
        )
    }

    private func probe(_ file: URL, demuxer: String) async throws -> Probe {
        let entries = "format=duration:stream=codec_type,codec_name,codec_tag_string,sample_rate,channels,duration"
        let result = try await programs.ffprobe(file, demuxer: demuxer, ["-show_entries", entries, "-of", "json"])
        guard result.status == 0 else {
            // A recorder that was cut off before it wrote the index leaves a file that cannot be read at all.
            if result.errors.contains("moov atom not found") {
                throw RecordingRefusal.truncated(decodedSeconds: 0, declaredSeconds: nil)
            }
            throw RecordingRefusal.damaged
        }
        do {
            return try JSONDecoder().decode(Probe.self, from: Data(result.output))
        } catch {
            throw ProcessFault.failed(program: "ffprobe", status: 0, detail: String(describing: error))
        }
    }

    /// Decodes the whole recording, and no more of it than the limit of minutes.
    private func decode(_ file: URL, demuxer: String, codec: String, channels: Int) async throws -> DecodedSound {
        let limitSeconds = Double(limits.minutes * 60)
        let meter = Mutex(SoundMeter(channels: channels == 2 ? 2 : 1))
        let arguments = [
            "-map", "0:a:0", "-af", AudioTools.gapless, "-ac", channels == 2 ? "2" : "1",
            "-ar", String(SoundMeter.rate), "-f", "s16le", "pipe:1",
        ]
        let result = try await programs.ffmpeg(file, demuxer: demuxer, arguments) { piece in
            meter.withLock { meter in
                meter.take(piece)
                // Half a second is granted: encoders pad the last frame.
                return meter.sound.seconds <= limitSeconds + 0.5
            }
        }
        if result.wasCutShort { throw RecordingRefusal.tooLong(limitMinutes: limits.minutes) }
        let sound = meter.withLock { $0.sound }
        guard sound.seconds > 0 else {
            if result.errors.contains("Decoder (codec") || result.errors.contains("Unknown decoder") {
                throw RecordingRefusal.unknownCodec(name: codec)
            }
            throw RecordingRefusal.damaged
        }
        return sound
    }
}

extension FileExcerpt {
    init(of file: URL) throws {
        let open = try OpenFile(reading: file.path)
        try self.init(byteCount: open.byteCount) { count, offset in try open.read(count, at: offset) }
    }

    static func sha256(of file: URL) throws -> [UInt8] {
        let open = try OpenFile(reading: file.path)
        var hasher = SHA256Hasher()
        var offset = 0
        while true {
            let piece = try open.read(1 << 20, at: offset)
            if piece.isEmpty { return hasher.finish() }
            hasher.update(piece)
            offset += piece.count
        }
    }
}
