import Foundation
import Support
import Testing

@testable import Audio

/// Recordings with bytes changed by chance: each is taken with plausible facts or refused with a reason, soon.
struct MutationTests {
    @Test(arguments: ["a.wav", "a.mp3", "a.ogg", "a.m4a", "a.flac"])
    func `a damaged recording is taken or refused, and never breaks the reader`(name: String) async throws {
        let sounds = try Sounds()
        let tools = try AudioTools(limits: AudioLimits(minutes: 2))
        let codec = name.hasSuffix("ogg") ? ["-c:a", "libopus"] : []
        let whole = try sounds.bytes(of: try await sounds.tone(name, seconds: 3, codec))
        for seed in UInt64(0)..<12 {
            var dice = SeededGenerator(seed: seed)
            let file = try sounds.file("\(seed)-\(name)", mutated(whole, using: &dice))
            do {
                let facts = try await tools.inspect(file)
                // Changed bytes of a header may claim anything; what was decoded from this many bytes cannot be a day.
                #expect((0...120).contains(facts.duration), "seed \(seed)")
                #expect((1...8).contains(facts.channels), "seed \(seed)")
                #expect(facts.byteCount > 0)
            } catch is RecordingRefusal {
                continue
            }
        }
    }

    /// Flips, cuts, repeats and overwrites, more often in the head, where the structure is.
    private func mutated(_ bytes: [UInt8], using dice: inout SeededGenerator) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...8, using: &dice) where bytes.count > 64 {
            let limit = Bool.random(using: &dice) ? min(bytes.count, 512) : bytes.count
            let at = Int.random(in: 0..<limit, using: &dice)
            let end = min(bytes.count, at + Int.random(in: 1...64, using: &dice))
            switch Int.random(in: 0...4, using: &dice) {
            case 0: bytes[at] ^= 1 << UInt8.random(in: 0...7, using: &dice)
            case 1: bytes.replaceSubrange(at..<end, with: repeatElement(0xFF, count: end - at))
            case 2: bytes.insert(contentsOf: bytes[at..<end], at: at)
            case 3: bytes.removeSubrange(at..<end)
            default:
                bytes.replaceSubrange(at..<end, with: (at..<end).map { _ in UInt8.random(in: 0...255, using: &dice) })
            }
        }
        return bytes
    }
}
