/// What a file's own structure says about its end, where FFmpeg does not tell.
///
/// FFmpeg takes a WAV's length from what is there and an Ogg's from its last whole page, and estimates an MP3's from its
/// bit rate; so these three are read here.
enum Completeness {
    /// Refuses a recording whose end is missing, by whatever of the file tells its whole length.
    static func check(
        _ sound: DecodedSound,
        probe: Probe,
        stream: Probe.Stream,
        excerpt: FileExcerpt,
        demuxer: String
    ) throws(RecordingRefusal) {
        let measured = (stream.duration ?? probe.format?.duration).flatMap { Double($0) }.flatMap {
            $0.isFinite ? $0 : nil
        }
        let declared: Double?
        switch demuxer {
        case "wav": declared = declaredSeconds(ofWave: excerpt.head) ?? measured
        case "mp3": declared = countsFrames(excerpt.firstFrame) ? measured : nil
        case "flac", "mov", "caf", "aiff", "au", "asf": declared = measured
        // With pictures the declared length is that of the longest track.
        case "matroska": declared = probe.streams.count == 1 ? measured : nil
        default: declared = nil
        }
        if let declared, declared - sound.seconds > max(0.5, declared / 100) {
            throw .truncated(decodedSeconds: Int(sound.seconds), declaredSeconds: whole(declared))
        }
        if demuxer == "ogg", isCutOgg(tail: excerpt.tail) {
            throw .truncated(decodedSeconds: Int(sound.seconds), declaredSeconds: nil)
        }
        // An estimate from the bit rate may be far off, but not when most of the bytes gave no sound.
        if declared == nil, let measured, sound.seconds < measured / 4 { throw .damaged }
    }

    /// A header may claim any time, also one that no integer holds.
    private static func whole(_ seconds: Double) -> Int { Int(min(seconds, 1e9).rounded()) }

    /// Seconds that a WAV of PCM or another codec of constant rate says it has; nil when the length was never written.
    ///
    /// `head` holds the first bytes, with the chunks before the sound.
    static func declaredSeconds(ofWave head: [UInt8]) -> Double? {
        guard head.count >= 12, head[..<4].elementsEqual("RIFF".utf8) else { return nil }
        var position = 12
        var bytesPerSecond = 0
        while position + 8 <= head.count {
            let name = head[position..<(position + 4)]
            let size = Int(little32(head, position + 4))
            if name.elementsEqual("fmt ".utf8), position + 20 <= head.count {
                bytesPerSecond = Int(little32(head, position + 16))
            } else if name.elementsEqual("data".utf8) {
                // Recorders that write to a pipe leave 0 or a huge number, meaning "until the end".
                guard size > 0, size < 0x7FFF_0000, bytesPerSecond > 0 else { return nil }
                return Double(size) / Double(bytesPerSecond)
            }
            position += 8 + size + size % 2
        }
        return nil
    }

    /// Whether an Ogg file stops inside a page.
    ///
    /// A last page that is whole but lacks the end-of-stream mark is how some live recorders stop, and is no fault.
    /// `tail` holds the last 128 KiB, in which at least one page begins (a page has at most 65,307 bytes). Pages are
    /// followed from one to the next: what stands inside a page, also in its table of lengths, may look like another.
    static func isCutOgg(tail: [UInt8]) -> Bool {
        var position = 0
        // Whether a page must begin here, because one ended.
        var isAtPage = true
        var isCut = false
        while position + 4 <= tail.count {
            guard isOggPage(tail, at: position) else {
                position += 1
                isAtPage = false
                continue
            }
            let end = endOfOggPage(tail, at: position)
            if let end, end == tail.count || isOggPage(tail, at: end) {
                (position, isAtPage, isCut) = (end, true, false)
            } else if end == nil, isAtPage {
                return true
            } else {
                // Bytes that look like a page, or one with garbage behind it.
                (position, isAtPage, isCut) = (position + 4, false, end == nil)
            }
        }
        return isCut
    }

    private static func isOggPage(_ bytes: [UInt8], at position: Int) -> Bool {
        position + 4 <= bytes.count && bytes[position] == 0x4F
            && bytes[position..<(position + 4)].elementsEqual("OggS".utf8)
    }

    /// Nil where the bytes end before the page does.
    private static func endOfOggPage(_ bytes: [UInt8], at position: Int) -> Int? {
        guard position + 27 <= bytes.count else { return nil }
        let body = position + 27 + Int(bytes[position + 26])
        guard body <= bytes.count else { return nil }
        let end = bytes[(position + 27)..<body].reduce(body) { $0 + Int($1) }
        return end <= bytes.count ? end : nil
    }

    /// Where the first frame of an MP3 begins: behind its ID3v2 tag, which may hold a picture.
    static func startOfFrames(ofMP3 head: [UInt8]) -> Int {
        guard head.count >= 10, head[..<3].elementsEqual("ID3".utf8) else { return 0 }
        // The size of the tag has seven bits a byte.
        return 10 + head[6..<10].reduce(0) { $0 << 7 | Int($1 & 0x7F) }
    }

    /// Whether the first frame of an MP3 counts all of them, so that the declared length is no estimate.
    static func countsFrames(_ frame: [UInt8]) -> Bool {
        ["Xing", "Info", "VBRI"].contains { frame.prefix(256).contains($0) }
    }

    private static func little32(_ bytes: [UInt8], _ position: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(bytes[position + $1]) << (8 * UInt32($1)) }
    }
}

extension ArraySlice<UInt8> {
    fileprivate func contains(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard count >= bytes.count else { return false }
        return (startIndex...(endIndex - bytes.count)).contains { self[$0..<($0 + bytes.count)].elementsEqual(bytes) }
    }
}
