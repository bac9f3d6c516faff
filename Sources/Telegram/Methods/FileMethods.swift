/// A file to send.
public enum InputFile: Sendable, Hashable {
    /// One that Telegram has, by this bot's id of it.
    case known(id: String)
    case new(name: String, type: String, bytes: [UInt8])

    func parts(field: String) -> (id: String?, upload: TelegramUpload?) {
        switch self {
        case .known(let id): (id, nil)
        case .new(let name, let type, let bytes):
            (nil, TelegramUpload(field: field, name: name, type: type, bytes: bytes))
        }
    }
}

/// Sends any file, at most 50 MB.
public struct SendDocument: TelegramMethod {
    public typealias Answer = Message

    public static let name = "sendDocument"

    public var chatID: Int64
    /// The id of a file that Telegram has already; nil when `upload` is sent.
    public var document: String?
    public let upload: TelegramUpload?
    /// At most 1024 characters.
    public var caption: String?
    public var parseMode: ParseMode?
    public var replyParameters: ReplyParameters?
    public var replyMarkup: ReplyMarkup?
    public var disableNotification: Bool?

    enum CodingKeys: String, CodingKey {
        case chatID = "chat_id"
        case document
        case caption
        case parseMode = "parse_mode"
        case replyParameters = "reply_parameters"
        case replyMarkup = "reply_markup"
        case disableNotification = "disable_notification"
    }

    public init(
        chatID: Int64,
        document: InputFile,
        caption: String? = nil,
        parseMode: ParseMode? = nil,
        replyParameters: ReplyParameters? = nil,
        replyMarkup: ReplyMarkup? = nil,
        disableNotification: Bool? = nil
    ) {
        self.chatID = chatID
        (self.document, upload) = document.parts(field: "document")
        self.caption = caption
        self.parseMode = parseMode
        self.replyParameters = replyParameters
        self.replyMarkup = replyMarkup
        self.disableNotification = disableNotification
    }
}

/// Sends a voice message: Ogg Opus, MP3 or M4A, at most 50 MB; anything else arrives as a file.
public struct SendVoice: TelegramMethod {
    public typealias Answer = Message

    public static let name = "sendVoice"

    public var chatID: Int64
    /// The id of a file that Telegram has already; nil when `upload` is sent.
    public var voice: String?
    public let upload: TelegramUpload?
    /// Seconds.
    public var duration: Int?
    /// At most 1024 characters.
    public var caption: String?
    public var parseMode: ParseMode?
    public var replyParameters: ReplyParameters?
    public var replyMarkup: ReplyMarkup?
    public var disableNotification: Bool?

    enum CodingKeys: String, CodingKey {
        case chatID = "chat_id"
        case voice
        case duration
        case caption
        case parseMode = "parse_mode"
        case replyParameters = "reply_parameters"
        case replyMarkup = "reply_markup"
        case disableNotification = "disable_notification"
    }

    public init(
        chatID: Int64,
        voice: InputFile,
        duration: Int? = nil,
        caption: String? = nil,
        parseMode: ParseMode? = nil,
        replyParameters: ReplyParameters? = nil,
        replyMarkup: ReplyMarkup? = nil,
        disableNotification: Bool? = nil
    ) {
        self.chatID = chatID
        (self.voice, upload) = voice.parts(field: "voice")
        self.duration = duration
        self.caption = caption
        self.parseMode = parseMode
        self.replyParameters = replyParameters
        self.replyMarkup = replyMarkup
        self.disableNotification = disableNotification
    }
}

/// Sends music: MP3 or M4A, at most 50 MB.
public struct SendAudio: TelegramMethod {
    public typealias Answer = Message

    public static let name = "sendAudio"

    public var chatID: Int64
    /// The id of a file that Telegram has already; nil when `upload` is sent.
    public var audio: String?
    public let upload: TelegramUpload?
    /// Seconds.
    public var duration: Int?
    public var performer: String?
    public var title: String?
    /// At most 1024 characters.
    public var caption: String?
    public var parseMode: ParseMode?
    public var replyParameters: ReplyParameters?
    public var replyMarkup: ReplyMarkup?
    public var disableNotification: Bool?

    enum CodingKeys: String, CodingKey {
        case chatID = "chat_id"
        case audio
        case duration
        case performer
        case title
        case caption
        case parseMode = "parse_mode"
        case replyParameters = "reply_parameters"
        case replyMarkup = "reply_markup"
        case disableNotification = "disable_notification"
    }

    public init(
        chatID: Int64,
        audio: InputFile,
        duration: Int? = nil,
        performer: String? = nil,
        title: String? = nil,
        caption: String? = nil,
        parseMode: ParseMode? = nil,
        replyParameters: ReplyParameters? = nil,
        replyMarkup: ReplyMarkup? = nil,
        disableNotification: Bool? = nil
    ) {
        self.chatID = chatID
        (self.audio, upload) = audio.parts(field: "audio")
        self.duration = duration
        self.performer = performer
        self.title = title
        self.caption = caption
        self.parseMode = parseMode
        self.replyParameters = replyParameters
        self.replyMarkup = replyMarkup
        self.disableNotification = disableNotification
    }
}

/// Sends a picture, at most 10 MB.
public struct SendPhoto: TelegramMethod {
    public typealias Answer = Message

    public static let name = "sendPhoto"

    public var chatID: Int64
    /// The id of a file that Telegram has already; nil when `upload` is sent.
    public var photo: String?
    public let upload: TelegramUpload?
    /// At most 1024 characters.
    public var caption: String?
    public var parseMode: ParseMode?
    public var replyParameters: ReplyParameters?
    public var replyMarkup: ReplyMarkup?
    public var disableNotification: Bool?

    enum CodingKeys: String, CodingKey {
        case chatID = "chat_id"
        case photo
        case caption
        case parseMode = "parse_mode"
        case replyParameters = "reply_parameters"
        case replyMarkup = "reply_markup"
        case disableNotification = "disable_notification"
    }

    public init(
        chatID: Int64,
        photo: InputFile,
        caption: String? = nil,
        parseMode: ParseMode? = nil,
        replyParameters: ReplyParameters? = nil,
        replyMarkup: ReplyMarkup? = nil,
        disableNotification: Bool? = nil
    ) {
        self.chatID = chatID
        (self.photo, upload) = photo.parts(field: "photo")
        self.caption = caption
        self.parseMode = parseMode
        self.replyParameters = replyParameters
        self.replyMarkup = replyMarkup
        self.disableNotification = disableNotification
    }
}
