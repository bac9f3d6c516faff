/// The least bytes that pass for a file of a kind.
enum Samples {
    /// A PNG's signature and header, 20 by 10.
    static let png: [UInt8] =
        [0x89] + Array("PNG\r\n\u{1A}\n".utf8) + [0, 0, 0, 13] + Array("IHDR".utf8)
        + [0, 0, 0, 20, 0, 0, 0, 10, 8, 2, 0, 0, 0]
    static let mp4: [UInt8] = [0, 0, 0, 24] + Array("ftypisom".utf8) + [UInt8](repeating: 0, count: 12)
}
