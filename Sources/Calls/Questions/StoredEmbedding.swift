import Foundation

/// The direction of an embedding as the database keeps it: one signed byte a dimension behind a scale of four bytes.
///
/// A quarter of the size of floats, so that thousands can be read for one question; a cosine is off by less than 0.01.
struct StoredEmbedding: Sendable, Hashable {
    let bytes: [UInt8]

    /// What lies in a column; nil when it cannot be an embedding.
    init?(bytes: [UInt8]) {
        guard bytes.count > 4 else { return nil }
        self.bytes = bytes
    }

    /// Nil for a vector without a direction.
    init?(_ vector: [Float]) {
        let length = vector.reduce(Float(0)) { $0 + $1 * $1 }.squareRoot()
        let peak = vector.reduce(Float(0)) { max($0, abs($1)) }
        guard length > 0, length.isFinite, peak > 0 else { return nil }
        let scale = peak / length / 127
        let head = withUnsafeBytes(of: scale.bitPattern.littleEndian) { Array($0) }
        bytes = head + vector.map { UInt8(bitPattern: Int8(($0 / length / scale).rounded())) }
    }

    var dimensions: Int { bytes.count - 4 }

    /// The direction in floats, of length one but for rounding.
    var vector: [Float] {
        let scale = self.scale
        return bytes[4...].map { Float(Int8(bitPattern: $0)) * scale }
    }

    /// The cosine of the angle to a vector of length one; nil when it is of another engine, with other dimensions.
    func cosine(_ unit: [Float]) -> Float? {
        guard unit.count == dimensions else { return nil }
        var sum: Float = 0
        bytes.withUnsafeBufferPointer { bytes in
            for index in unit.indices { sum += Float(Int8(bitPattern: bytes[index + 4])) * unit[index] }
        }
        return sum * scale
    }

    private var scale: Float {
        Float(bitPattern: bytes[..<4].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) })
    }
}

/// The same direction with length one; nil when there is none.
func unitVector(_ vector: [Float]) -> [Float]? {
    let length = vector.reduce(Float(0)) { $0 + $1 * $1 }.squareRoot()
    return length > 0 && length.isFinite ? vector.map { $0 / length } : nil
}
