public import Kernel

/// What decoding a recording has shown; nothing here comes from a file's name or is believed from its header alone.
public struct AudioFacts: Sendable, Hashable, Codable {
    /// FFmpeg's name of the container, such as `ogg`.
    public let container: String
    /// FFmpeg's name of the codec, such as `opus`.
    public let codec: String
    public let sampleRate: Int
    /// Channels in the file.
    public let channels: Int
    /// Channels that carry speakers of their own: 2 for a stereo recording whose sides differ, else 1.
    public let speakerChannels: Int
    /// Seconds of sound decoded.
    public let duration: Double
    public let mime: String
    public let byteCount: Int
    public let sha256: [UInt8]

    public init(
        container: String,
        codec: String,
        sampleRate: Int,
        channels: Int,
        speakerChannels: Int,
        duration: Double,
        mime: String,
        byteCount: Int,
        sha256: [UInt8]
    ) {
        self.container = container
        self.codec = codec
        self.sampleRate = sampleRate
        self.channels = channels
        self.speakerChannels = speakerChannels
        self.duration = duration
        self.mime = mime
        self.byteCount = byteCount
        self.sha256 = sha256
    }
}

/// A part of a channel that is transcribed in one go; seconds from the start of the recording.
public struct AudioWindow: Sendable, Hashable, Codable {
    public let start: Double
    public let end: Double

    public init(start: Double, end: Double) {
        self.start = start
        self.end = end
    }
}

/// Something outside the recording went wrong while it was read or written.
public enum AudioFault: Fault, Equatable {
    case unreadable(errno: Int32)
    case magicUnavailable(String)

    public var isPassing: Bool { true }

    public var description: String {
        switch self {
        case .unreadable(let errno): "a file could not be read or written (errno \(errno))"
        case .magicUnavailable(let reason): "libmagic is not available: \(reason)"
        }
    }
}
