/// A file that a bot may download; the id belongs to one bot.
public struct TelegramFile: Codable, Sendable, Hashable {
    public var fileID: String
    /// The same for all bots, but no key to the bytes.
    public var fileUniqueID: String
    public var fileSize: Int?
    /// Where the bytes are for at least an hour.
    public var filePath: String?

    enum CodingKeys: String, CodingKey {
        case fileID = "file_id"
        case fileUniqueID = "file_unique_id"
        case fileSize = "file_size"
        case filePath = "file_path"
    }

    public init(fileID: String, fileUniqueID: String, fileSize: Int? = nil, filePath: String? = nil) {
        self.fileID = fileID
        self.fileUniqueID = fileUniqueID
        self.fileSize = fileSize
        self.filePath = filePath
    }
}

/// One size of a picture.
public struct PhotoSize: Codable, Sendable, Hashable {
    public var fileID: String
    public var fileUniqueID: String
    public var width: Int
    public var height: Int
    public var fileSize: Int?

    enum CodingKeys: String, CodingKey {
        case fileID = "file_id"
        case fileUniqueID = "file_unique_id"
        case width
        case height
        case fileSize = "file_size"
    }

    public init(fileID: String, fileUniqueID: String, width: Int, height: Int, fileSize: Int? = nil) {
        self.fileID = fileID
        self.fileUniqueID = fileUniqueID
        self.width = width
        self.height = height
        self.fileSize = fileSize
    }
}

/// A recording sent as music: it has a title and keeps its name.
public struct Audio: Codable, Sendable, Hashable {
    public var fileID: String
    public var fileUniqueID: String
    /// Seconds, as the sender's client says.
    public var duration: Int
    public var performer: String?
    public var title: String?
    public var fileName: String?
    public var mimeType: String?
    public var fileSize: Int?

    enum CodingKeys: String, CodingKey {
        case fileID = "file_id"
        case fileUniqueID = "file_unique_id"
        case duration
        case performer
        case title
        case fileName = "file_name"
        case mimeType = "mime_type"
        case fileSize = "file_size"
    }

    public init(
        fileID: String,
        fileUniqueID: String,
        duration: Int,
        performer: String? = nil,
        title: String? = nil,
        fileName: String? = nil,
        mimeType: String? = nil,
        fileSize: Int? = nil
    ) {
        self.fileID = fileID
        self.fileUniqueID = fileUniqueID
        self.duration = duration
        self.performer = performer
        self.title = title
        self.fileName = fileName
        self.mimeType = mimeType
        self.fileSize = fileSize
    }
}

/// Any file, of any kind.
public struct Document: Codable, Sendable, Hashable {
    public var fileID: String
    public var fileUniqueID: String
    public var fileName: String?
    public var mimeType: String?
    public var fileSize: Int?

    enum CodingKeys: String, CodingKey {
        case fileID = "file_id"
        case fileUniqueID = "file_unique_id"
        case fileName = "file_name"
        case mimeType = "mime_type"
        case fileSize = "file_size"
    }

    public init(
        fileID: String,
        fileUniqueID: String,
        fileName: String? = nil,
        mimeType: String? = nil,
        fileSize: Int? = nil
    ) {
        self.fileID = fileID
        self.fileUniqueID = fileUniqueID
        self.fileName = fileName
        self.mimeType = mimeType
        self.fileSize = fileSize
    }
}

/// A moving picture with sound.
public struct Video: Codable, Sendable, Hashable {
    public var fileID: String
    public var fileUniqueID: String
    public var width: Int
    public var height: Int
    public var duration: Int
    public var fileName: String?
    public var mimeType: String?
    public var fileSize: Int?

    enum CodingKeys: String, CodingKey {
        case fileID = "file_id"
        case fileUniqueID = "file_unique_id"
        case width
        case height
        case duration
        case fileName = "file_name"
        case mimeType = "mime_type"
        case fileSize = "file_size"
    }

    public init(
        fileID: String,
        fileUniqueID: String,
        width: Int,
        height: Int,
        duration: Int,
        fileName: String? = nil,
        mimeType: String? = nil,
        fileSize: Int? = nil
    ) {
        self.fileID = fileID
        self.fileUniqueID = fileUniqueID
        self.width = width
        self.height = height
        self.duration = duration
        self.fileName = fileName
        self.mimeType = mimeType
        self.fileSize = fileSize
    }
}

/// A round video message.
public struct VideoNote: Codable, Sendable, Hashable {
    public var fileID: String
    public var fileUniqueID: String
    /// The diameter in pixels.
    public var length: Int
    public var duration: Int
    public var fileSize: Int?

    enum CodingKeys: String, CodingKey {
        case fileID = "file_id"
        case fileUniqueID = "file_unique_id"
        case length
        case duration
        case fileSize = "file_size"
    }

    public init(fileID: String, fileUniqueID: String, length: Int, duration: Int, fileSize: Int? = nil) {
        self.fileID = fileID
        self.fileUniqueID = fileUniqueID
        self.length = length
        self.duration = duration
        self.fileSize = fileSize
    }
}

/// A voice message: Opus in Ogg.
public struct Voice: Codable, Sendable, Hashable {
    public var fileID: String
    public var fileUniqueID: String
    public var duration: Int
    public var mimeType: String?
    public var fileSize: Int?

    enum CodingKeys: String, CodingKey {
        case fileID = "file_id"
        case fileUniqueID = "file_unique_id"
        case duration
        case mimeType = "mime_type"
        case fileSize = "file_size"
    }

    public init(fileID: String, fileUniqueID: String, duration: Int, mimeType: String? = nil, fileSize: Int? = nil) {
        self.fileID = fileID
        self.fileUniqueID = fileUniqueID
        self.duration = duration
        self.mimeType = mimeType
        self.fileSize = fileSize
    }
}
