import Foundation

/// Recordings made by rule: bursts of tone where somebody would speak, and silence between.
enum Wave {
    /// A PCM WAV file of 8 kHz and a multiple of four seconds; each channel sounds for two seconds of every four, in turn.
    static func write(seconds: Int, channels: Int, to file: URL, pitch: Double = 300, isSilent: Bool = false) throws {
        let rate = 8_000
        var period = Data(capacity: 4 * rate * channels * 2)
        for frame in 0..<(4 * rate) {
            let time = Double(frame) / Double(rate)
            for channel in 0..<channels {
                let isLoud = (frame / (2 * rate) + channel) % 2 == 0
                // A little noise, as no line is digitally silent.
                let noise = Double((frame &* 1_103_515_245 &+ channel) >> 8 & 63) - 32
                let tone = isLoud ? 8_000 * sin(2 * .pi * (pitch + 70 * Double(channel)) * time) : 0
                withUnsafeBytes(of: Int16(isSilent ? 0 : tone + noise).littleEndian) { period.append(contentsOf: $0) }
            }
        }
        var samples = Data(capacity: seconds * rate * channels * 2)
        for _ in 0..<(seconds / 4) { samples.append(period) }
        var header = Data("RIFF".utf8)
        func append(_ number: some FixedWidthInteger) {
            withUnsafeBytes(of: number.littleEndian) { header.append(contentsOf: $0) }
        }
        append(UInt32(36 + samples.count))
        header.append(Data("WAVEfmt ".utf8))
        append(UInt32(16))
        append(UInt16(1))
        append(UInt16(channels))
        append(UInt32(rate))
        append(UInt32(rate * channels * 2))
        append(UInt16(channels * 2))
        append(UInt16(16))
        header.append(Data("data".utf8))
        append(UInt32(samples.count))
        try (header + samples).write(to: file)
    }
}
