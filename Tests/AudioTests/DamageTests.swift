import Foundation
import Testing

@testable import Audio

/// Recordings whose end is missing, and recordings that only look so.
struct DamageTests {
    private let tools: AudioTools
    private let sounds: Sounds

    init() throws {
        tools = try AudioTools(limits: AudioLimits(minutes: 2))
        sounds = try Sounds()
    }

    @Test(arguments: ["a.wav", "a.mp3", "a.flac", "a.aiff"], [0.3, 0.6, 0.9])
    func `a recording cut off is told with what can be read of it`(name: String, share: Double) async throws {
        let whole = try await sounds.tone(name, seconds: 20)
        let found = try await refusal(of: try sounds.cut(whole, to: share), by: tools)
        guard case .truncated(let decoded, let declared) = found else {
            Issue.record("\(String(describing: found))")
            return
        }
        #expect(declared == 20)
        #expect(abs(Double(decoded) - 20 * share) < 2)
    }

    @Test(arguments: [0.2, 0.5, 0.95])
    func `an Ogg cut inside a page has no end`(share: Double) async throws {
        let whole = try await sounds.tone("a.ogg", seconds: 20, ["-c:a", "libopus"])
        let found = try await refusal(of: try sounds.cut(whole, to: share), by: tools)
        guard case .truncated(_, nil) = found else {
            Issue.record("\(String(describing: found))")
            return
        }
    }

    @Test(arguments: ["ffprobe", "ffmpeg"])
    func `a recording whose program was killed from outside is not called damaged`(program: String) async throws {
        let whole = try await sounds.tone("a.wav", seconds: 3)
        let folder = FileManager.default.temporaryDirectory.appending(path: "zvonar-killed-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for name in ["ffprobe", "ffmpeg"] {
            let file = folder.appending(path: name)
            let body = name == program ? "kill -9 $$" : "exec /usr/bin/\(name) \"$@\""
            try Data("#!/bin/sh\n\(body)\n".utf8).write(to: file)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
        }
        let tools = try AudioTools(limits: AudioLimits(minutes: 2), path: folder.path)
        let fault = await #expect(throws: ProcessFault.self) { try await tools.inspect(whole) }
        #expect(fault?.isPassing == true)
        try FileManager.default.removeItem(at: folder)
    }

    @Test func `an m4a without its index cannot be read at all`() async throws {
        let whole = try await sounds.tone("a.m4a", seconds: 10)
        let found = try await refusal(of: try sounds.cut(whole, to: 0.6), by: tools)
        #expect(found == .truncated(decodedSeconds: 0, declaredSeconds: nil))
    }

    @Test func `an m4a with its index in front is cut where its bytes end`() async throws {
        let whole = try await sounds.tone("a.m4a", seconds: 20, ["-movflags", "+faststart"])
        let found = try await refusal(of: try sounds.cut(whole, to: 0.5), by: tools)
        guard case .truncated(let decoded, 20) = found else {
            Issue.record("\(String(describing: found))")
            return
        }
        #expect((7...12).contains(decoded))
    }

    @Test(arguments: ["a.wav", "a.mp3", "a.ogg", "a.flac", "a.m4a"])
    func `garbage behind the end is overlooked as players do`(name: String) async throws {
        let whole = try await sounds.tone(name, seconds: 10)
        let garbage = (0..<3001).map { UInt8(truncatingIfNeeded: $0 &* 131) }
        let file = try sounds.file("tail-\(name)", try sounds.bytes(of: whole) + garbage)
        #expect(abs(try await tools.inspect(file).duration - 10) < 0.2)
    }

    @Test func `the last bytes may miss as long as nothing is lost`() async throws {
        let whole = try await sounds.tone("a.mp3", seconds: 60)
        let file = try sounds.cut(whole, to: 0.996)
        #expect(try await tools.inspect(file).duration > 59)
    }

    @Test func `a WAV written to a pipe has no length and is whole`() async throws {
        let whole = try await sounds.tone("a.wav", seconds: 5)
        var bytes = try sounds.bytes(of: whole)
        let data = try #require(bytes.firstRange(of: Array("data".utf8)))
        bytes.replaceSubrange(data.upperBound..<data.upperBound + 4, with: [0xFF, 0xFF, 0xFF, 0xFF])
        bytes.replaceSubrange(4..<8, with: [0xFF, 0xFF, 0xFF, 0xFF])
        #expect(abs(try await tools.inspect(try sounds.file("pipe.wav", bytes)).duration - 5) < 0.1)
    }

    @Test func `an MP3 of changing bit rate without a count of frames is not taken for cut`() async throws {
        // Loud noise first, then silence: an estimate from the first frames would be far too short or too long.
        let file = try await sounds.make(
            "vbr.mp3",
            [
                "-f", "lavfi", "-i", "anullsrc=r=44100:cl=mono:d=20", "-f", "lavfi", "-i", "anoisesrc=d=20:r=44100",
                "-filter_complex", "[0][1]concat=n=2:v=0:a=1", "-q:a", "4", "-write_xing", "0",
            ]
        )
        #expect(abs(try await tools.inspect(file).duration - 40) < 0.3)
    }

    @Test func `a header followed by nothing that decodes is damaged`() async throws {
        let whole = try sounds.bytes(of: try await sounds.tone("a.ogg", ["-c:a", "libopus"]))
        let garbage = (0..<50_000).map { UInt8(truncatingIfNeeded: $0 &* $0 &* 31 &>> 3) & 0x7F }
        #expect(try await refusal(of: try sounds.file("b.ogg", whole[..<100] + garbage), by: tools) == .damaged)
    }

    @Test func `a recording damaged in the middle is taken as players take it`() async throws {
        var bytes = try sounds.bytes(of: try await sounds.tone("a.mp3", seconds: 20))
        let middle = bytes.count / 2
        bytes.replaceSubrange(middle..<middle + 500, with: [UInt8](repeating: 0x55, count: 500))
        #expect(try await tools.inspect(try sounds.file("b.mp3", bytes)).duration > 19)
    }

    @Test(arguments: ["9223372036854775807.000000", "1e300", "inf", "nan"])
    func `a length that no number of seconds holds ended the process`(duration: String) throws {
        let stream = Probe.Stream(
            codecType: "audio",
            codecName: "pcm_s16le",
            codecTag: nil,
            sampleRate: nil,
            channels: 1,
            duration: duration
        )
        let excerpt = FileExcerpt(byteCount: 0) { _, _ in [] }
        let sound = DecodedSound(seconds: 3, hasTwoSides: false)
        let found = Result {
            try Completeness.check(
                sound,
                probe: Probe(streams: [stream], format: nil),
                stream: stream,
                excerpt: excerpt,
                demuxer: "mov"
            )
        }
        switch found {
        // Not a number at all is no claim.
        case .success: #expect(["inf", "nan"].contains(duration))
        case .failure(let refusal):
            #expect(
                refusal as? RecordingRefusal == .truncated(decodedSeconds: 3, declaredSeconds: 1_000_000_000)
            )
        }
    }

    @Test func `an Ogg whose packets have the lengths O, g, g and S was called cut`() {
        let lengths: [UInt8] = Array("OggS".utf8)
        let body = lengths.reduce(0) { $0 + Int($1) }
        let page =
            lengths + [UInt8](repeating: 0, count: 22) + [UInt8(lengths.count)] + lengths
            + [UInt8](repeating: 0x80, count: body)
        #expect(!Completeness.isCutOgg(tail: page))
        #expect(!Completeness.isCutOgg(tail: page + page))
        #expect(Completeness.isCutOgg(tail: page + page.dropLast()))
        #expect(Completeness.isCutOgg(tail: [1, 2, 3] + page + page.dropLast()))
        #expect(!Completeness.isCutOgg(tail: [1, 2, 3] + page + page))
    }
}
