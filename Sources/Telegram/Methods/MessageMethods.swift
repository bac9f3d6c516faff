/// How a text's formatting is written.
public enum ParseMode: String, Codable, Sendable {
    case html = "HTML"
}

/// Writes a message.
///
/// See `HTMLText` for its text.
public struct SendMessage: TelegramMethod {
    public typealias Answer = Message

    public static let name = "sendMessage"

    public var chatID: Int64
    /// 1 to 4096 characters once formatting is taken out.
    public var text: String
    public var parseMode: ParseMode?
    public var entities: [MessageEntity]?
    public var linkPreviewOptions: LinkPreviewOptions?
    public var replyParameters: ReplyParameters?
    public var replyMarkup: ReplyMarkup?
    public var disableNotification: Bool?
    public var protectContent: Bool?
    public var messageThreadID: Int64?

    enum CodingKeys: String, CodingKey {
        case chatID = "chat_id"
        case text
        case parseMode = "parse_mode"
        case entities
        case linkPreviewOptions = "link_preview_options"
        case replyParameters = "reply_parameters"
        case replyMarkup = "reply_markup"
        case disableNotification = "disable_notification"
        case protectContent = "protect_content"
        case messageThreadID = "message_thread_id"
    }

    public init(
        chatID: Int64,
        text: String,
        parseMode: ParseMode? = nil,
        entities: [MessageEntity]? = nil,
        linkPreviewOptions: LinkPreviewOptions? = nil,
        replyParameters: ReplyParameters? = nil,
        replyMarkup: ReplyMarkup? = nil,
        disableNotification: Bool? = nil,
        protectContent: Bool? = nil,
        messageThreadID: Int64? = nil
    ) {
        self.chatID = chatID
        self.text = text
        self.parseMode = parseMode
        self.entities = entities
        self.linkPreviewOptions = linkPreviewOptions
        self.replyParameters = replyParameters
        self.replyMarkup = replyMarkup
        self.disableNotification = disableNotification
        self.protectContent = protectContent
        self.messageThreadID = messageThreadID
    }
}

/// Changes a text message of the bot.
public struct EditMessageText: TelegramMethod {
    public typealias Answer = Message

    public static let name = "editMessageText"

    public var chatID: Int64
    public var messageID: Int64
    public var text: String
    public var parseMode: ParseMode?
    public var entities: [MessageEntity]?
    public var linkPreviewOptions: LinkPreviewOptions?
    /// Nil takes the buttons away.
    public var replyMarkup: InlineKeyboardMarkup?

    enum CodingKeys: String, CodingKey {
        case chatID = "chat_id"
        case messageID = "message_id"
        case text
        case parseMode = "parse_mode"
        case entities
        case linkPreviewOptions = "link_preview_options"
        case replyMarkup = "reply_markup"
    }

    public init(
        chatID: Int64,
        messageID: Int64,
        text: String,
        parseMode: ParseMode? = nil,
        entities: [MessageEntity]? = nil,
        linkPreviewOptions: LinkPreviewOptions? = nil,
        replyMarkup: InlineKeyboardMarkup? = nil
    ) {
        self.chatID = chatID
        self.messageID = messageID
        self.text = text
        self.parseMode = parseMode
        self.entities = entities
        self.linkPreviewOptions = linkPreviewOptions
        self.replyMarkup = replyMarkup
    }
}

/// Changes the buttons below a message of the bot.
public struct EditMessageReplyMarkup: TelegramMethod {
    public typealias Answer = Message

    public static let name = "editMessageReplyMarkup"

    public var chatID: Int64
    public var messageID: Int64
    /// Nil takes the buttons away.
    public var replyMarkup: InlineKeyboardMarkup?

    enum CodingKeys: String, CodingKey {
        case chatID = "chat_id"
        case messageID = "message_id"
        case replyMarkup = "reply_markup"
    }

    public init(chatID: Int64, messageID: Int64, replyMarkup: InlineKeyboardMarkup? = nil) {
        self.chatID = chatID
        self.messageID = messageID
        self.replyMarkup = replyMarkup
    }
}

/// Takes a message away; one older than 48 h is refused.
public struct DeleteMessage: TelegramMethod {
    public typealias Answer = Bool

    public static let name = "deleteMessage"

    public var chatID: Int64
    public var messageID: Int64

    enum CodingKeys: String, CodingKey {
        case chatID = "chat_id"
        case messageID = "message_id"
    }

    public init(chatID: Int64, messageID: Int64) {
        self.chatID = chatID
        self.messageID = messageID
    }
}
