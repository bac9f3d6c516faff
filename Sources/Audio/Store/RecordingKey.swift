import Glibc
public import Kernel
public import S3

/// Names a stored file: a tenant's recording by the SHA-256 of its original bytes, or a file derived from it.
public struct RecordingKey: Hashable, Sendable, CustomStringConvertible {
    public enum Form: Hashable, Sendable {
        case original
        /// AAC for players.
        case player
        /// 16 kHz mono FLAC of one channel, for engines.
        case channel(Int)

        var suffix: String {
            switch self {
            case .original: "original"
            case .player: "player"
            case .channel(let number): "channel\(number)"
            }
        }

        init?(suffix: some StringProtocol) {
            switch suffix {
            case "original": self = .original
            case "player": self = .player
            default:
                guard suffix.hasPrefix("channel"), let number = Int(suffix.dropFirst(7)), number >= 0 else {
                    return nil
                }
                self = .channel(number)
            }
        }
    }

    public let tenant: TenantID
    public let sha256: [UInt8]
    public let form: Form

    public init(tenant: TenantID, sha256: [UInt8], form: Form = .original) {
        self.tenant = tenant
        self.sha256 = sha256
        self.form = form
    }

    /// Reads the last part of `description`; nil for a file that is none of ours.
    init?(tenant: TenantID, fileName: String) {
        let parts = fileName.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let form = Form(suffix: parts[1]) else { return nil }
        let digits = parts[0].utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue.map(UInt8.init) }
        guard digits.count == 64, parts[0].utf8.count == 64 else { return nil }
        self.init(
            tenant: tenant,
            sha256: stride(from: 0, to: 64, by: 2).map { digits[$0] << 4 | digits[$0 + 1] },
            form: form
        )
    }

    /// The same recording in another form.
    public func form(_ form: Form) -> RecordingKey { RecordingKey(tenant: tenant, sha256: sha256, form: form) }

    /// `<tenant>/<two digits>/<sha256>.<form>`: 256 folders keep each of them short at a million recordings.
    public var description: String {
        let name = hexadecimal(sha256)
        return "\(tenant)/\(name.prefix(2))/\(name).\(form.suffix)"
    }
}

/// Why the store could not do what it was asked for.
public enum RecordingStoreFault: Fault, Equatable {
    case missing(RecordingKey)
    /// The file was changed, cut, put together from others or stands in another's place; or the key is wrong.
    case notAuthentic(RecordingKey)
    /// The bytes to be stored are not those the key is named after.
    case wrongContent(RecordingKey)
    case disk(errno: Int32)
    /// The company's folder is not there: it was never made, or its disk is not mounted.
    case noFolder(String)
    case storage(S3Fault)
    /// The file was replaced by another while it was read.
    case replaced

    /// No room, or none that this user may have.
    public var isDiskFull: Bool {
        guard case .disk(let number) = self else { return false }
        return number == ENOSPC || number == EDQUOT
    }

    public var isPassing: Bool {
        switch self {
        case .disk, .noFolder, .replaced: true
        case .storage(let fault): fault.isPassing
        case .missing, .notAuthentic, .wrongContent: false
        }
    }

    /// Whether it is the file that is wrong: no other key, address or disk of the store would help.
    public var isOfFile: Bool {
        switch self {
        case .missing, .notAuthentic, .wrongContent: true
        case .disk, .noFolder, .storage, .replaced: false
        }
    }

    public var description: String {
        switch self {
        case .missing(let key): "recording \(key) is not in the store"
        case .notAuthentic(let key): "recording \(key) is not authentic"
        case .wrongContent(let key): "bytes for \(key) have another checksum"
        case .disk where isDiskFull: "the disk of recordings is full"
        case .disk(let errno): "the store's disk failed (errno \(errno))"
        case .noFolder(let path): "there is no folder \(path): is the disk of recordings mounted?"
        case .storage(let fault): fault.description
        case .replaced: "a recording was replaced while it was read"
        }
    }
}
