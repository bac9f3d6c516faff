import Foundation
import Kernel
import Support
import Testing

@testable import Audio

/// Files that would make FFmpeg fetch addresses or read other files, if it were left to guess what they are.
struct PlaylistTests {
    private let tools: AudioTools
    private let sounds: Sounds

    init() throws {
        tools = try AudioTools()
        sounds = try Sounds()
    }

    private static let lists: [(name: String, text: String)] = [
        ("call.m3u", "#EXTM3U\nADDRESS/a.mp3\n"),
        (
            "call.mp3",
            "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nADDRESS/a.ts\n#EXT-X-ENDLIST\n"
        ),
        ("call.wav", "[playlist]\nFile1=ADDRESS/a.mp3\nNumberOfEntries=1\n"),
        ("call.ogg", "ffconcat version 1.0\nfile 'ADDRESS/a.mp3'\n"),
        ("concat.txt", "file 'ADDRESS/a.mp3'\n"),
        (
            "call.sdp",
            "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=a\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 5004 RTP/AVP 0\r\n"
        ),
        (
            "call.mpd",
            "<?xml version=\"1.0\"?>\n<MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\"><BaseURL>ADDRESS</BaseURL></MPD>"
        ),
        ("bare.m3u", "ADDRESS/a.mp3\nADDRESS/b.mp3\n"),
    ]

    @Test(arguments: lists.indices)
    func `a list of addresses is named as one and no address is fetched`(index: Int) async throws {
        let list = Self.lists[index]
        try await withLoopbackServer({ $0.answer(200) }) { server in
            let text = list.text.replacing("ADDRESS", with: "http://127.0.0.1:\(server.port)")
            let found = try await refusal(of: try sounds.file(list.name, text), by: tools)
            #expect(found == .playlist)
            #expect(server.connections == 0)
        }
    }

    /// Even should libmagic be deceived, the forced demuxer and the whitelist of protocols hold.
    @Test(arguments: ["mp3", "ogg", "wav", "mov", "matroska", "flac", "aac", "asf"])
    func `a list that passes for a recording fetches nothing`(demuxer: String) async throws {
        try await withLoopbackServer({ $0.answer(200) }) { server in
            let address = "http://127.0.0.1:\(server.port)/a.ts"
            let text = "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n\(address)\n#EXT-X-ENDLIST\n"
            let file = try sounds.file("call.\(demuxer)", text)
            let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin"
            let programs = Programs(
                ffmpegPath: try ChildProcess.find("ffmpeg", on: path),
                ffprobePath: try ChildProcess.find("ffprobe", on: path),
                turnstile: Turnstile(places: 1)
            )
            _ = try await programs.ffprobe(file, demuxer: demuxer, ["-show_streams"])
            _ = try await programs.ffmpeg(file, demuxer: demuxer, ["-f", "null", "-"])
            // And where the demuxer of lists itself is asked for, the whitelist refuses the address.
            _ = try await programs.ffmpeg(file, demuxer: "hls", ["-f", "null", "-"])
            #expect(server.connections == 0)
        }
    }

    /// The counterpart that shows the test above could fail: without our arguments FFmpeg does fetch.
    @Test func `left to guess, FFmpeg would have fetched`() async throws {
        try await withLoopbackServer({ peer in
            while peer.readRequest() != nil { peer.answer(404) }
        }) { server in
            let address = "http://127.0.0.1:\(server.port)/a.ts"
            let text = "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n\(address)\n#EXT-X-ENDLIST\n"
            let file = try sounds.file("call.m3u8", text)
            let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin"
            let arguments = [
                "-nostdin", "-v", "error", "-protocol_whitelist", "file,tcp,http", "-i", file.path, "-f", "null", "-",
            ]
            _ = try await ChildProcess.run(try ChildProcess.find("ffmpeg", on: path), arguments)
            #expect(server.connections > 0)
        }
    }
}
