/// What a file is, decided from libmagic's answer and its first bytes.
///
/// FFmpeg is always told the demuxer and never asked to guess: what guesses can be led to a playlist, and that fetches
/// addresses.
enum FileNature: Equatable {
    case recording(demuxer: String)
    case refused(RecordingRefusal)

    /// - Parameters:
    ///   - mime: libmagic's answer.
    ///   - head: The first bytes of the file, 4 KiB or what there is.
    init(mime: String, head: [UInt8]) {
        if let demuxer = Self.demuxers[mime] ?? Self.demuxer(signature: head, mime: mime) {
            self = .recording(demuxer: demuxer)
        } else if Self.playlistTypes.contains(mime) || (Self.isTextual(mime) && Self.looksLikePlaylist(head)) {
            self = .refused(.playlist)
        } else if mime == "inode/x-empty" || head.isEmpty {
            self = .refused(.emptyFile)
        } else if mime.hasPrefix("audio/") || mime.hasPrefix("video/") {
            self = .refused(.unsupportedFormat(mime: mime))
        } else {
            self = .refused(.notAudio(found: Self.kind(mime)))
        }
    }

    private static let demuxers: [String: String] = [
        "audio/ogg": "ogg", "video/ogg": "ogg", "application/ogg": "ogg",
        "audio/mpeg": "mp3",
        "audio/x-wav": "wav", "audio/wav": "wav", "audio/vnd.wave": "wav",
        "audio/x-m4a": "mov", "audio/mp4": "mov", "video/mp4": "mov", "video/x-m4v": "mov",
        "video/quicktime": "mov", "video/3gpp": "mov", "audio/3gpp": "mov", "video/3gpp2": "mov",
        "audio/flac": "flac", "audio/x-flac": "flac",
        "video/webm": "matroska", "audio/webm": "matroska",
        "video/x-matroska": "matroska", "audio/x-matroska": "matroska", "application/x-matroska": "matroska",
        "audio/amr": "amr", "audio/amr-wb": "amr",
        "audio/x-hx-aac-adts": "aac", "audio/aac": "aac", "audio/x-aac": "aac",
        "audio/x-aiff": "aiff", "audio/aiff": "aiff",
        "audio/basic": "au",
        "audio/x-caf": "caf",
        "video/x-ms-asf": "asf", "audio/x-ms-wma": "asf",
    ]

    private static let playlistTypes: Set<String> = [
        "audio/x-mpegurl", "application/x-mpegurl", "application/vnd.apple.mpegurl", "audio/x-scpls",
        "application/xspf+xml", "application/dash+xml", "application/sdp", "application/smil+xml",
    ]

    /// Containers that libmagic knows by description but gives no type for.
    private static func demuxer(signature head: [UInt8], mime: String) -> String? {
        mime == "application/octet-stream" && head.starts(with: "caff".utf8) ? "caf" : nil
    }

    private static func isTextual(_ mime: String) -> Bool {
        mime.hasPrefix("text/") || mime.hasSuffix("xml") || mime == "application/json"
            || mime == "application/octet-stream"
    }

    /// Whether a text names other files to play: M3U, HLS, PLS, FFmpeg's concat script, SDP, DASH, SMIL, or bare addresses.
    private static func looksLikePlaylist(_ head: [UInt8]) -> Bool {
        let text = String(decoding: head, as: UTF8.self).lowercased()
        let lines = text.split(whereSeparator: \.isNewline)
        if ["#extm3u", "#ext-x-", "ffconcat version"].contains(where: text.contains) { return true }
        if lines.first?.hasPrefix("[playlist]") == true { return true }
        if text.hasPrefix("v=0"), lines.contains(where: { $0.hasPrefix("m=audio") || $0.hasPrefix("m=video") }) {
            return true
        }
        if ["<mpd", "<smil", "<asx", "<playlist"].contains(where: text.contains) { return true }
        // The last line may be cut by the end of the head.
        let named = lines.filter { !$0.hasPrefix("#") }
        return !named.isEmpty && named.allSatisfy { $0.prefix(12).contains("://") || $0.hasPrefix("file ") }
    }

    private static func kind(_ mime: String) -> RecordingRefusal.FileKind {
        if mime == "application/pdf" { return .pdf }
        if mime == "text/html" { return .webPage }
        if mime.hasPrefix("text/") || mime.hasSuffix("json") || mime.hasSuffix("xml") { return .text }
        if mime.hasPrefix("image/") { return .image }
        if ["officedocument", "opendocument", "msword", "ms-excel", "ms-powerpoint", "ms-office"].contains(
            where: mime.contains
        ) {
            return .document
        }
        if ["zip", "rar", "7z", "tar", "x-xz", "bzip2", "zstd"].contains(where: mime.contains) { return .archive }
        if ["executable", "sharedlib", "x-object", "dosexec"].contains(where: mime.contains) { return .program }
        return .unknown
    }
}
