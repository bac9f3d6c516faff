import Kernel

/// The form of a stored file: a header, then blocks of 64 KiB sealed one by one with AES-256-GCM.
///
/// Header, 20 bytes: `ZVR1`, 8 random bytes of salt, the plain size (8 bytes, big-endian). A block is its ciphertext and a
/// tag of 16 bytes; its nonce is the salt and the block's number (4 bytes). Authenticated with each block: the file's
/// name, salt, plain size, number, and whether it is the last. So a block cannot be moved within a file or to another, a
/// file cannot stand in for another, and none can be cut. Under one key a salt repeats by chance only after billions of
/// files; what bounds a file is the number, at 256 TiB.
struct SealedFile: Sendable {
    static let blockBytes = 64 << 10
    static let headerBytes = 20
    private static let tagBytes = 16
    private static let mark = Array("ZVR1".utf8)

    let key: RecordingKey
    let salt: [UInt8]
    let plainBytes: Int

    /// A file to be written, with a salt of its own.
    init(new key: RecordingKey, plainBytes: Int) {
        self.key = key
        salt = randomBytes(8)
        self.plainBytes = plainBytes
    }

    /// A file to be read; its size on disk must be that of a whole one.
    init(_ key: RecordingKey, header: [UInt8], storedBytes: Int) throws(RecordingStoreFault) {
        guard header.count == Self.headerBytes, header[..<4].elementsEqual(Self.mark) else { throw .notAuthentic(key) }
        let size = header[12...].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard size < 1 << 47 else { throw .notAuthentic(key) }
        self.key = key
        salt = Array(header[4..<12])
        plainBytes = Int(size)
        guard storedBytes == self.storedBytes else { throw .notAuthentic(key) }
    }

    var header: [UInt8] { Self.mark + salt + bigEndian(UInt64(plainBytes)) }

    /// An empty file has one empty block, so that it is authenticated too.
    var blockCount: Int { max(1, (plainBytes + Self.blockBytes - 1) / Self.blockBytes) }

    var storedBytes: Int { Self.headerBytes + plainBytes + blockCount * Self.tagBytes }

    /// The numbers of the blocks that a range of plain bytes lies in.
    func blocks(of range: Range<Int>) -> Range<Int> {
        range.lowerBound / Self.blockBytes..<(range.upperBound + Self.blockBytes - 1) / Self.blockBytes
    }

    /// Where a sealed block lies in the stored file.
    func place(ofBlock number: Int) -> (offset: Int, count: Int) {
        let plain = min(Self.blockBytes, plainBytes - number * Self.blockBytes)
        return (Self.headerBytes + number * (Self.blockBytes + Self.tagBytes), plain + Self.tagBytes)
    }

    func seal(_ plain: [UInt8], number: Int, with content: SecretKey) -> [UInt8] {
        content.encrypt(plain, nonce: nonce(number), additional: additional(number))
    }

    func open(_ sealed: [UInt8], number: Int, with content: SecretKey) throws(RecordingStoreFault) -> [UInt8] {
        do {
            return try content.decrypt(sealed, nonce: nonce(number), additional: additional(number))
        } catch {
            throw .notAuthentic(key)
        }
    }

    private func nonce(_ number: Int) -> [UInt8] { salt + bigEndian(UInt32(number)) }

    private func additional(_ number: Int) -> [UInt8] {
        let isLast: UInt8 = number == blockCount - 1 ? 1 : 0
        return header + bigEndian(UInt32(number)) + [isLast] + Array(key.description.utf8)
    }
}

private func bigEndian(_ number: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: number.bigEndian) { Array($0) }
}
