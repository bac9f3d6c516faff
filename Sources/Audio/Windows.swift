/// Loudness of a channel, a number for every 20 ms.
struct LoudnessMeter {
    static let rate = 8000
    static let frameSeconds = 0.02
    private static let frameSamples = 160

    /// Root mean square of 16-bit samples.
    private(set) var frames: [Float] = []
    private var rest: [UInt8] = []

    /// Takes s16le samples of one channel; a last incomplete frame is left out.
    mutating func take(_ piece: [UInt8]) {
        let joined = rest.isEmpty ? piece : rest + piece
        let bytes = Self.frameSamples * 2
        let whole = joined.count / bytes * bytes
        joined.withUnsafeBytes { buffer in
            for start in stride(from: 0, to: whole, by: bytes) {
                var sum: Float = 0
                for index in stride(from: start, to: start + bytes, by: 2) {
                    let sample = Float(Int16(littleEndian: buffer.loadUnaligned(fromByteOffset: index, as: Int16.self)))
                    sum += sample * sample
                }
                frames.append((sum / Float(Self.frameSamples)).squareRoot())
            }
        }
        rest = Array(joined[whole...])
    }
}

/// Cuts a channel into windows at its silences.
struct WindowCutter {
    /// Loudness of 16-bit samples, a number a frame.
    let loudness: [Float]
    let frameSeconds: Double
    var shortestSeconds = 120.0
    var longestSeconds = 300.0

    /// 10 of 32,768, or -70 dB: below it there is no sound at all, not even a line's noise.
    private static let digitalSilence: Float = 10
    /// Shorter silences occur inside words, before a stop consonant.
    private static let pauseSeconds = 0.3

    /// Windows in order, without those that hold only digital silence.
    ///
    /// The cut is in the middle of the longest pause of the range; where there is none, at the longest length.
    func windows() -> [AudioWindow] {
        let total = Double(loudness.count) * frameSeconds
        let pauses = pauses()
        var windows: [AudioWindow] = []
        var start = 0.0
        while total - start > longestSeconds {
            let range = (start + shortestSeconds)...(start + longestSeconds)
            let end = cut(in: range, pauses: pauses) ?? range.upperBound
            windows.append(AudioWindow(start: start, end: end))
            start = end
        }
        if total > start { windows.append(AudioWindow(start: start, end: total)) }
        return windows.filter(hasSound)
    }

    private func cut(in range: ClosedRange<Double>, pauses: [Range<Double>]) -> Double? {
        let inside = pauses.compactMap {
            $0.overlaps(range) ? $0.clamped(to: range.lowerBound..<range.upperBound) : nil
        }
        let longest = inside.max { $0.upperBound - $0.lowerBound < $1.upperBound - $1.lowerBound }
        guard let longest, longest.upperBound - longest.lowerBound >= Self.pauseSeconds else { return nil }
        // On a frame's edge, so that neighbouring windows share neither sample nor rounding.
        return ((longest.lowerBound + longest.upperBound) / 2 / frameSeconds).rounded() * frameSeconds
    }

    private func pauses() -> [Range<Double>] {
        let threshold = pauseThreshold
        var found: [Range<Double>] = []
        var begin: Int?
        for index in 0...loudness.count {
            if index < loudness.count, loudness[index] <= threshold {
                begin = begin ?? index
            } else if let first = begin {
                let pause = Double(first) * frameSeconds..<Double(index) * frameSeconds
                if pause.upperBound - pause.lowerBound >= Self.pauseSeconds { found.append(pause) }
                begin = nil
            }
        }
        return found
    }

    /// What counts as quiet on this line: a little above its own noise, which differs by 30 dB between lines.
    private var pauseThreshold: Float {
        let sorted = loudness.sorted()
        guard let loudest = sorted.last, !sorted.isEmpty else { return 0 }
        let noise = sorted[sorted.count / 10]
        // A line that is never quiet has its tenth percentile in speech: there nothing is called a pause.
        return max(Self.digitalSilence, min(noise * 2, loudest / 8))
    }

    private func hasSound(_ window: AudioWindow) -> Bool {
        let first = Int((window.start / frameSeconds).rounded())
        let last = min(loudness.count, Int((window.end / frameSeconds).rounded()))
        return loudness[first..<max(first, last)].contains { $0 > Self.digitalSilence }
    }
}
