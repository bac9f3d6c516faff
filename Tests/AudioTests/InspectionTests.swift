import Foundation
import Kernel
import Support
import Testing

@testable import Audio

struct InspectionTests {
    struct Format: Sendable, CustomTestStringConvertible {
        let name: String
        let codec: String
        let container: String
        var channels = 1
        var options: [String] = []

        var testDescription: String { "\(name), \(codec), \(channels)" }
    }

    private static let formats = [
        Format(name: "a.ogg", codec: "opus", container: "ogg", options: ["-c:a", "libopus"]),
        Format(name: "b.ogg", codec: "opus", container: "ogg", channels: 2, options: ["-c:a", "libopus"]),
        Format(name: "c.ogg", codec: "vorbis", container: "ogg", options: ["-c:a", "libvorbis"]),
        Format(name: "d.mp3", codec: "mp3", container: "mp3"),
        Format(name: "e.mp3", codec: "mp3", container: "mp3", channels: 2),
        // Without the frame that counts, as streaming recorders write; 8 kHz, as telephones do.
        Format(
            name: "f.mp3",
            codec: "mp3",
            container: "mp3",
            options: ["-write_xing", "0", "-id3v2_version", "0", "-ar", "8000"]
        ),
        Format(name: "g.wav", codec: "pcm_s16le", container: "wav"),
        Format(name: "h.wav", codec: "pcm_s16le", container: "wav", channels: 2),
        Format(name: "i.wav", codec: "pcm_alaw", container: "wav", options: ["-c:a", "pcm_alaw", "-ar", "8000"]),
        Format(
            name: "j.wav",
            codec: "pcm_alaw",
            container: "wav",
            channels: 2,
            options: ["-c:a", "pcm_alaw", "-ar", "8000"]
        ),
        Format(name: "k.wav", codec: "gsm_ms", container: "wav", options: ["-c:a", "gsm_ms", "-ar", "8000"]),
        Format(name: "l.m4a", codec: "aac", container: "mov"),
        Format(name: "m.m4a", codec: "aac", container: "mov", channels: 2),
        Format(name: "n.mp4", codec: "aac", container: "mov"),
        Format(name: "o.3gp", codec: "aac", container: "mov", options: ["-c:a", "aac"]),
        Format(name: "p.flac", codec: "flac", container: "flac"),
        Format(name: "q.flac", codec: "flac", container: "flac", channels: 2),
        Format(name: "r.webm", codec: "opus", container: "matroska", options: ["-c:a", "libopus"]),
        Format(name: "s.aac", codec: "aac", container: "aac"),
        Format(name: "t.aiff", codec: "pcm_s16be", container: "aiff"),
        Format(name: "u.au", codec: "pcm_mulaw", container: "au", options: ["-c:a", "pcm_mulaw"]),
        Format(name: "v.caf", codec: "pcm_s16le", container: "caf", options: ["-c:a", "pcm_s16le"]),
        Format(name: "w.wma", codec: "wmav2", container: "asf", options: ["-c:a", "wmav2"]),
    ]

    private let tools: AudioTools
    private let sounds: Sounds

    init() throws {
        tools = try AudioTools(limits: AudioLimits(minutes: 1, megabytes: 20))
        sounds = try Sounds()
    }

    @Test(arguments: formats)
    func `every format of recordings is taken, whatever the file is called`(format: Format) async throws {
        let made = try await sounds.tone(format.name, channels: format.channels, format.options)
        let file = sounds.folder.appending(path: "recording.pdf")
        try FileManager.default.moveItem(at: made, to: file)
        let facts = try await tools.inspect(file)
        #expect(facts.container == format.container)
        #expect(facts.codec == format.codec)
        #expect(facts.channels == format.channels)
        #expect(facts.speakerChannels == format.channels)
        // An MP3 without a note of its padding plays up to three frames of it.
        #expect(abs(facts.duration - 6) < 0.25)
        let bytes = try sounds.bytes(of: file)
        #expect(facts.sha256 == sha256(bytes))
        #expect(facts.byteCount == bytes.count)
    }

    @Test(arguments: Fixtures.calls)
    func `the recorded calls are taken with two speakers each`(name: String) async throws {
        struct Truth: Decodable { let duration_s: Double }
        let facts = try await AudioTools().inspect(try Fixtures.recording(name))
        let truth = try JSONDecoder().decode(Truth.self, from: try Fixtures.truth(name))
        #expect(facts.speakerChannels == 2)
        #expect(abs(facts.duration - truth.duration_s) < 0.2)
    }

    @Test func `the same conversation on both sides is one speaker channel`() async throws {
        let file = try await sounds.tone("same.mp3", ["-ac", "2"])
        let facts = try await tools.inspect(file)
        #expect(facts.channels == 2)
        #expect(facts.speakerChannels == 1)
    }

    @Test func `a silent side is still a side of its own`() async throws {
        let file = try await sounds.tone("half.wav", ["-af", "pan=stereo|c0=c0"])
        #expect(try await tools.inspect(file).speakerChannels == 2)
    }

    @Test func `an empty file is told as empty`() async throws {
        #expect(try await refusal(of: try sounds.file("call.mp3", ""), by: tools) == .emptyFile)
    }

    @Test func `a PDF named mp3 is told as a PDF`() async throws {
        let file = try sounds.file("call.mp3", "%PDF-1.4\n1 0 obj\n<<>>\nendobj\n")
        #expect(try await refusal(of: file, by: tools) == .notAudio(found: .pdf))
    }

    @Test func `texts, pages, pictures, archives and programs are told as what they are`() async throws {
        let picture = try await sounds.make("p.png", ["-f", "lavfi", "-i", "color=red:d=1", "-frames:v", "1"])
        #expect(try await refusal(of: picture, by: tools) == .notAudio(found: .image))
        let page = try sounds.file("a.mp3", "<!DOCTYPE html><html><body>Запись не найдена</body></html>")
        #expect(try await refusal(of: page, by: tools) == .notAudio(found: .webPage))
        let text = try sounds.file("b.mp3", "Добрый день, это не запись.\n")
        #expect(try await refusal(of: text, by: tools) == .notAudio(found: .text))
        let archive = try sounds.file(
            "c.mp3",
            [0x50, 0x4B, 3, 4, 20, 0, 0, 0, 8, 0] + [UInt8](repeating: 0, count: 60)
        )
        #expect(try await refusal(of: archive, by: tools) == .notAudio(found: .archive))
        #expect(try await refusal(of: URL(filePath: "/bin/ls"), by: tools) == .notAudio(found: .program))
        let noise = try sounds.file("d.mp3", (0..<5000).map { UInt8(truncatingIfNeeded: $0 &* 131 ^ $0 &>> 3) })
        #expect(try await refusal(of: noise, by: tools) == .notAudio(found: .unknown))
    }

    @Test func `a video without sound is told so`() async throws {
        let video = ["-f", "lavfi", "-i", "testsrc=d=1:s=64x64", "-pix_fmt", "yuv420p"]
        #expect(try await refusal(of: try await sounds.make("a.mp4", video), by: tools) == .noAudioTrack)
        #expect(try await refusal(of: try await sounds.make("b.webm", video), by: tools) == .noAudioTrack)
    }

    @Test func `the sound of a video is taken`() async throws {
        let file = try await sounds.make(
            "v.mp4",
            ["-f", "lavfi", "-i", "testsrc=d=3:s=64x64", "-f", "lavfi", "-i", "sine=440:d=3", "-pix_fmt", "yuv420p"]
        )
        #expect(abs(try await tools.inspect(file).duration - 3) < 0.15)
    }

    @Test func `a codec that nobody knows is named`() async throws {
        var bytes = try sounds.bytes(of: try await sounds.tone("a.wav"))
        bytes[20] = 0x34
        bytes[21] = 0x12
        let found = try await refusal(of: try sounds.file("b.wav", bytes), by: tools)
        guard case .unknownCodec = found else {
            Issue.record("\(String(describing: found))")
            return
        }
    }

    @Test func `sound in a container that is not opened is told as that`() async throws {
        let file = try sounds.file("a.mp3", Array("MThd".utf8) + [0, 0, 0, 6, 0, 0, 0, 1, 0, 96] + Array("MTrk".utf8))
        #expect(try await refusal(of: file, by: tools) == .unsupportedFormat(mime: "audio/midi"))
    }

    @Test func `a recording over the limit of minutes is told the limit`() async throws {
        let file = try await sounds.tone("long.mp3", seconds: 62)
        #expect(try await refusal(of: file, by: tools) == .tooLong(limitMinutes: 1))
        #expect(try await tools.inspect(try await sounds.tone("ok.mp3", seconds: 60)).duration > 59)
    }

    @Test func `a file over the limit of megabytes is told the limit`() async throws {
        let small = try AudioTools(limits: AudioLimits(minutes: 1, megabytes: 1))
        let file = try sounds.file("big.wav", [UInt8](repeating: 0, count: 1 << 20 + 1))
        #expect(try await refusal(of: file, by: small) == .tooLarge(limitMegabytes: 1))
    }
}
