import Foundation
import Support
import Synchronization
import Testing

@testable import Audio

struct ConversionTests {
    private let tools: AudioTools
    private let sounds: Sounds

    init() throws {
        tools = try AudioTools()
        sounds = try Sounds()
    }

    @Test(arguments: ["a.wav", "a.mp3", "a.ogg", "a.m4a", "a.flac"])
    func `a stereo recording is split into its sides`(name: String) async throws {
        let file = try await sounds.tone(name, seconds: 4, channels: 2)
        let channels = try await tools.splitChannels(file, try await tools.inspect(file), into: sounds.folder)
        try #require(channels.map(\.lastPathComponent) == ["channel-0.flac", "channel-1.flac"])
        for (channel, hertz) in zip(channels, [439.0, 880.0]) {
            let facts = try await tools.inspect(channel)
            #expect(facts.codec == "flac")
            #expect(facts.sampleRate == 16_000)
            #expect(facts.channels == 1)
            #expect(abs(facts.duration - 4) < 0.15)
            #expect(abs(try await pitch(of: channel, seconds: facts.duration) - hertz) < 8)
        }
    }

    @Test func `a mono recording gives one channel`() async throws {
        let file = try await sounds.tone("a.ogg", seconds: 3)
        let channels = try await tools.splitChannels(file, try await tools.inspect(file), into: sounds.folder)
        #expect(channels.count == 1)
    }

    @Test func `the player's file is AAC with its index in front and both sides`() async throws {
        let file = try await sounds.tone("a.mp3", seconds: 30, channels: 2)
        let made = try await tools.playerFile(from: file, try await tools.inspect(file), into: sounds.folder)
        let facts = try await tools.inspect(made)
        #expect(facts.codec == "aac")
        #expect(facts.speakerChannels == 2)
        #expect(abs(facts.duration - 30) < 0.2)
        // 48 kbit/s and not much more.
        #expect((100_000...230_000).contains(facts.byteCount))
        let bytes = try sounds.bytes(of: made)
        let index = try #require(bytes.firstRange(of: Array("moov".utf8)))
        let content = try #require(bytes.firstRange(of: Array("mdat".utf8)))
        #expect(index.lowerBound < content.lowerBound)
    }

    @Test(arguments: [(0.0, 3.0, 3.0), (12.5, 17.25, 4.75), (-1.0, 2.0, 2.0), (28.0, 35.0, 2.0)])
    func `a clip is Ogg Opus of the asked length`(start: Double, end: Double, expected: Double) async throws {
        let file = try await sounds.tone("a.wav", seconds: 30, channels: 2)
        let player = try await tools.playerFile(from: file, try await tools.inspect(file), into: sounds.folder)
        let clip = try await tools.voiceClip(from: player, start: start, end: end)
        let facts = try await tools.inspect(try sounds.file("clip.bin", clip))
        #expect(facts.codec == "opus")
        #expect(facts.channels == 1)
        #expect(abs(facts.duration - expected) < 0.15)
    }

    @Test func `a clip is the right place of the recording`() async throws {
        // Ten seconds each of 300, 600 and 1200 Hz.
        let file = try await sounds.make(
            "steps.mp3",
            [300, 600, 1200].flatMap { ["-f", "lavfi", "-i", "sine=\($0):d=10"] }
                + ["-filter_complex", "[0][1][2]concat=n=3:v=0:a=1"]
        )
        let player = try await tools.playerFile(from: file, try await tools.inspect(file), into: sounds.folder)
        for (start, hertz) in [(2.0, 300.0), (11.0, 600.0), (25.0, 1200.0)] {
            let clip = try sounds.file(
                "clip.ogg",
                try await tools.voiceClip(from: player, start: start, end: start + 4)
            )
            #expect(abs(try await pitch(of: clip, seconds: 4) - hertz) < 15)
        }
    }

    @Test func `a channel is cut at its silences and nothing is lost`() async throws {
        // Eleven minutes of tone with pauses of a second at 3:20 and 7:30.
        let gaps = "volume=0:enable='between(t,200,201)+between(t,450,451)'"
        let file = try await sounds.tone("long.wav", seconds: 660, ["-ar", "16000", "-af", gaps])
        let channel = try await tools.splitChannels(file, try await tools.inspect(file), into: sounds.folder)[0]
        let windows = try await tools.windows(of: channel)
        try #require(windows.count == 3)
        #expect(windows[0].start == 0)
        #expect(abs(windows[0].end - 200.5) < 0.1)
        #expect(abs(windows[1].end - 450.5) < 0.1)
        #expect(abs(windows[2].end - 660) < 0.1)
        var total = 0.0
        for window in windows {
            total += try await tools.inspect(try await tools.cut(channel, window, into: sounds.folder)).duration
        }
        #expect(abs(total - 660) < 0.1)
    }

    @Test func `digital silence has no windows, a ringing line has one`() async throws {
        let silence = try Fixtures.recording("silence-digital")
        let channels = try await tools.splitChannels(silence, try await tools.inspect(silence), into: sounds.folder)
        for channel in channels { #expect(try await tools.windows(of: channel).isEmpty) }
        let ringing = try Fixtures.recording("ringing-425hz")
        let others = try await tools.splitChannels(ringing, try await tools.inspect(ringing), into: sounds.folder)
        #expect(try await tools.windows(of: try #require(others.first)).count == 1)
    }

    /// The frequency of a pure tone, by counting where it rises through zero.
    private func pitch(of file: URL, seconds: Double) async throws -> Double {
        let raw = try await sounds.make("raw.s16", ["-i", file.path, "-ac", "1", "-ar", "16000", "-f", "s16le"])
        let bytes = try sounds.bytes(of: raw)
        let samples = stride(from: 0, to: bytes.count - 1, by: 2).map {
            Int16(bitPattern: UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8)
        }
        let rises = zip(samples, samples.dropFirst()).count { $0 < 0 && $1 >= 0 }
        return Double(rises) / seconds
    }
}
