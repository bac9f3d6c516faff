import Foundation
import Support

/// Keeps a number of recordings on their way until so many were sent, and looks how many there are.
struct RecordingPump: Sendable {
    let sandbox: SandboxSide
    let owners: [Int64]
    let ledger: Ledger
    let book: LogBook
    let plan: ChaosPlan
    let gauge = FlightGauge()

    /// Goes on until cancelled.
    func run() async throws {
        let voice = try Voice()
        var sent = 0
        while !Task.isCancelled {
            let inFlight = sent - (await book.finishedRecordings)
            for _ in 0..<max(0, min(plan.recordingsInFlight - inFlight, plan.recordings - sent)) {
                let (name, owner) = ("\(Said.recording)\(sent).wav", owners[sent % owners.count])
                let bytes = voice.recording(sent)
                let message = try await Task { try await sandbox.send(bytes, name: name, from: owner) }.value
                await ledger.add(Deed(chat: owner, message: message, .recording(name: name)))
                sent += 1
            }
            await gauge.look(sent - (await book.finishedRecordings), wanted: plan.recordingsInFlight)
            do { try await Task.sleep(for: .milliseconds(300)) } catch { return }
        }
    }
}

/// How many recordings were on their way, in the mean and how long nearly as many as wanted.
struct Flight: Sendable, CustomStringConvertible {
    var wanted = 0
    var looks = 0
    var looksWithEnough = 0
    var sum = 0

    /// Three quarters: a result comes and the next recording goes out at the following look.
    var enough: Int { wanted * 3 / 4 }

    mutating func look(_ count: Int) {
        looks += 1
        sum += count
        if count >= enough { looksWithEnough += 1 }
    }

    var description: String {
        guard looks > 0 else { return "nobody looked" }
        let mean = String(format: "%.1f", Double(sum) / Double(looks))
        return "\(mean) of \(wanted) in the mean, at least \(enough) in \(100 * looksWithEnough / looks) % of the time"
    }
}

actor FlightGauge {
    private(set) var flight = Flight()

    func look(_ count: Int, wanted: Int) {
        flight.wanted = wanted
        flight.look(max(0, count))
    }
}

/// A person's message with a recording.
struct RecordingKey: Hashable, Sendable {
    let chat: Int64
    let message: Int64

    init(chat: Int64, message: Int64) { (self.chat, self.message) = (chat, message) }

    init(_ deed: Deed) { self.init(chat: deed.chat, message: deed.message ?? 0) }
}

/// Cuts short recordings out of a fixture, each with bytes of its own: equal ones would be one call.
struct Voice: Sendable {
    private let samples: [UInt8]
    private let rate: UInt32

    init() throws {
        let file = Array(try Data(contentsOf: try Fixtures.recording("01-metal-order-good")))
        guard file.count > 44, let start = Self.data(in: file) else { throw ChaosFailure("the fixture is no WAV") }
        rate = Self.number(file, 24)
        let channels = Int(file[22])
        let width = channels * 2
        let frames = (file.count - start) / width
        samples = (0..<frames).flatMap { frame in file[(start + frame * width)..<(start + frame * width + 2)] }
    }

    /// About 2.5 seconds of one channel, 16 bits.
    func recording(_ number: Int) -> [UInt8] {
        let count = Int(rate) * 5
        let span = max(2, samples.count - count)
        let begin = (number * Int(rate) * 3 / 2) % span / 2 * 2
        var piece = Array(samples[begin..<min(samples.count, begin + count)])
        // The lowest bits of the first samples say the number; nobody hears them.
        for bit in 0..<16 where bit * 2 < piece.count {
            piece[bit * 2] = piece[bit * 2] & 0xFE | UInt8((number >> bit) & 1)
        }
        return Self.header(dataBytes: piece.count, rate: rate) + piece
    }

    private static func header(dataBytes: Int, rate: UInt32) -> [UInt8] {
        func little(_ value: UInt32, _ bytes: Int) -> [UInt8] {
            (0..<bytes).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
        }
        return Array("RIFF".utf8) + little(UInt32(36 + dataBytes), 4) + Array("WAVEfmt ".utf8) + little(16, 4)
            + little(1, 2) + little(1, 2) + little(rate, 4) + little(rate * 2, 4) + little(2, 2) + little(16, 2)
            + Array("data".utf8) + little(UInt32(dataBytes), 4)
    }

    private static func number(_ bytes: [UInt8], _ offset: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << (UInt32($1) * 8) }
    }

    /// Where the samples begin.
    private static func data(in file: [UInt8]) -> Int? {
        var offset = 12
        while offset + 8 <= file.count {
            if Array(file[offset..<(offset + 4)]) == Array("data".utf8) { return offset + 8 }
            offset += 8 + Int(number(file, offset + 4))
        }
        return nil
    }
}
