import Audio
import Database
import Foundation
import Kernel
import Support
import Testing

@testable import Calls

struct ClipsTests {
    private func received(_ bench: Bench) async throws -> CallID {
        let file = bench.folder.appending(path: "call.wav")
        try Wave.write(seconds: 20, channels: 2, to: file)
        return try await bench.recordings.receive(bench.incoming(file), tenant: bench.tenant).call
    }

    @Test
    func `a button's clip is a voice message with a second before and after`() async throws {
        let bench = try await Bench.make()
        let call = try await received(bench)
        let token = try await bench.database.tenant(bench.tenant) { transaction in
            let quote = Quote(turn: 0, start: 5, end: 8, text: "слова")
            return try await bench.tokens.issue(.clip, Clip(call: call, quote: quote), account: nil, in: transaction)
        }
        let voice = try await bench.clips.voice(token, account: AccountID(7), tenant: bench.tenant)
        let file = bench.folder.appending(path: "clip")
        try Data(voice.bytes).write(to: file)
        let facts = try await bench.audio.inspect(file)
        #expect(facts.container == "ogg")
        #expect(facts.codec == "opus")
        #expect(abs(facts.duration - 5) < 0.2)
        #expect(voice.seconds == 5)
        #expect(try bench.leftovers() == [])
    }

    @Test
    func `a clip at the very end is as long as there is sound`() async throws {
        let bench = try await Bench.make()
        let call = try await received(bench)
        let voice = try await bench.clips.voice(Clip(call: call, start: 18, end: 25), tenant: bench.tenant)
        let file = bench.folder.appending(path: "clip")
        try Data(voice.bytes).write(to: file)
        #expect(abs(try await bench.audio.inspect(file).duration - 3) < 0.2)
    }

    @Test
    func `the file for players is made when first asked for and read in ranges`() async throws {
        let bench = try await Bench.make()
        let call = try await received(bench)
        #expect(try await bench.archive.item(call, tenant: bench.tenant)?.hasPlayerFile == false)
        let count = try #require(try await bench.player.byteCount(call, tenant: bench.tenant))
        #expect(try await bench.archive.item(call, tenant: bench.tenant)?.hasPlayerFile == true)
        let whole = try #require(try await bench.player.read(0..<count, of: call, tenant: bench.tenant))
        #expect(whole.count == count)
        #expect(Array(whole[4..<8]) == Array("ftyp".utf8))
        let middle = try await bench.player.read(70_000..<70_100, of: call, tenant: bench.tenant)
        #expect(middle == Array(whole[70_000..<70_100]))
        let file = bench.folder.appending(path: "player")
        try Data(whole).write(to: file)
        let facts = try await bench.audio.inspect(file)
        #expect(facts.codec == "aac")
        #expect(abs(facts.duration - 20) < 0.2)
        #expect(try bench.leftovers() == [])
    }
}
