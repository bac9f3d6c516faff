/// The parts of a file that its nature and completeness are read from.
struct FileExcerpt: Sendable {
    let byteCount: Int
    let head: [UInt8]
    let tail: [UInt8]
    /// The beginning of the first frame, should it be an MP3.
    let firstFrame: [UInt8]

    /// `read` gives so many bytes at a place; fewer only where the file ends.
    init(byteCount: Int, read: (_ count: Int, _ offset: Int) throws -> [UInt8]) rethrows {
        self.byteCount = byteCount
        head = try read(4096, 0)
        tail = try read(128 << 10, max(0, byteCount - 128 << 10))
        firstFrame = try read(512, Completeness.startOfFrames(ofMP3: head))
    }
}
