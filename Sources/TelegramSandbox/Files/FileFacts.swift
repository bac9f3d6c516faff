import Foundation

/// What the first bytes of a file say about it, as far as Telegram minds.
struct FileFacts {
    private let head: [UInt8]

    init(_ bytes: Data) { head = Array(bytes.prefix(64 * 1_024)) }

    private func has(_ text: String, at offset: Int = 0) -> Bool {
        head.dropFirst(offset).starts(with: text.utf8)
    }

    private var isMP3: Bool { has("ID3") || (head.count > 1 && head[0] == 0xFF && head[1] & 0xE0 == 0xE0) }
    private var isMP4: Bool { has("ftyp", at: 4) }

    /// Ogg with Opus, MP3 or M4A: anything else sent as a voice message arrives as a document.
    var canBeVoice: Bool { (has("OggS") && has("OpusHead", at: 28)) || isMP3 || isMP4 }

    var canBeAudio: Bool { canBeVoice || has("OggS") || has("fLaC") || (has("RIFF") && has("WAVE", at: 8)) }

    /// MP4, QuickTime or WebM.
    var canBeVideo: Bool { isMP4 || head.starts(with: [0x1A, 0x45, 0xDF, 0xA3]) }

    /// Width and height of a PNG or JPEG; nil for everything else.
    var imageSize: (width: Int, height: Int)? { pngSize ?? jpegSize }

    private var pngSize: (width: Int, height: Int)? {
        guard head.count > 24, head[0] == 0x89, has("PNG", at: 1) else { return nil }
        func number(_ offset: Int) -> Int { head[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) } }
        return (number(16), number(20))
    }

    /// The size stands in the first frame header, behind any number of other segments (ITU T.81, B.2.2).
    private var jpegSize: (width: Int, height: Int)? {
        guard head.count > 4, head[0] == 0xFF, head[1] == 0xD8 else { return nil }
        var position = 2
        while position + 9 < head.count, head[position] == 0xFF {
            let marker = head[position + 1]
            func number(_ offset: Int) -> Int { Int(head[position + offset]) << 8 | Int(head[position + offset + 1]) }
            // 0xC4, 0xC8 and 0xCC lie among the frame headers and are none.
            if (0xC0...0xCF).contains(marker), ![0xC4, 0xC8, 0xCC].contains(marker) { return (number(7), number(5)) }
            position += 2 + number(2)
        }
        return nil
    }
}

/// Media types by file extension, for senders that name none.
func mediaType(forName name: String?) -> String? {
    let known = [
        "ogg": "audio/ogg", "oga": "audio/ogg", "opus": "audio/ogg", "mp3": "audio/mpeg", "m4a": "audio/mp4",
        "wav": "audio/x-wav", "flac": "audio/flac", "aac": "audio/aac", "amr": "audio/amr", "mp4": "video/mp4",
        "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "pdf": "application/pdf",
        "txt": "text/plain", "csv": "text/csv", "json": "application/json", "zip": "application/zip",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "webm": "video/webm",
    ]
    return known[fileExtension(name)]
}

func fileExtension(_ name: String?) -> String {
    guard let name, let dot = name.lastIndex(of: ".") else { return "" }
    return name[name.index(after: dot)...].lowercased()
}
