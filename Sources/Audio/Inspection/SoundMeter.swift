/// What decoding a recording has measured.
struct DecodedSound: Equatable {
    var seconds: Double
    /// Two channels that do not say the same.
    var hasTwoSides: Bool
}

/// Counts decoded samples and compares the two sides of a stereo recording.
///
/// Phone systems often write one mixed conversation into both channels: transcribing it twice would double every word
/// and name two speakers who are one.
struct SoundMeter {
    /// Samples a second that the decoder is asked for.
    static let rate = 8000

    private let channels: Int
    private var bytes = 0
    /// A sample's bytes that came with the end of a piece, to be joined with the next.
    private var rest: [UInt8] = []
    private var total = 0.0
    private var difference = 0.0

    init(channels: Int) { self.channels = channels }

    var sound: DecodedSound {
        DecodedSound(
            seconds: Double(bytes) / Double(2 * channels * Self.rate),
            // Silence on both sides is two channels that happen to be silent; below -30 dB the difference is coding noise.
            hasTwoSides: channels == 2 && (total == 0 || difference > total / 1000)
        )
    }

    /// Takes s16le samples, interleaved.
    mutating func take(_ piece: [UInt8]) {
        bytes += piece.count
        guard channels == 2 else { return }
        let joined = rest.isEmpty ? piece : rest + piece
        let whole = joined.count / 4 * 4
        joined.withUnsafeBytes { buffer in
            var energy = 0.0
            var apart = 0.0
            for index in stride(from: 0, to: whole, by: 4) {
                let left = Double(Int16(littleEndian: buffer.loadUnaligned(fromByteOffset: index, as: Int16.self)))
                let right = Double(Int16(littleEndian: buffer.loadUnaligned(fromByteOffset: index + 2, as: Int16.self)))
                energy += left * left + right * right
                apart += (left - right) * (left - right)
            }
            total += energy
            difference += apart
        }
        rest = Array(joined[whole...])
    }
}
