/// A stretch of a text that is a command, a link or formatted.
public struct MessageEntity: Codable, Sendable, Hashable {
    public var type: Kind
    /// UTF-16 code units, as `length`.
    public var offset: Int
    public var length: Int
    /// Of `textLink`.
    public var url: String?
    /// Of `textMention`.
    public var user: TelegramUser?
    /// Of `pre`.
    public var language: String?
    public var customEmojiID: String?

    enum CodingKeys: String, CodingKey {
        case type
        case offset
        case length
        case url
        case user
        case language
        case customEmojiID = "custom_emoji_id"
    }

    public init(
        type: Kind,
        offset: Int,
        length: Int,
        url: String? = nil,
        user: TelegramUser? = nil,
        language: String? = nil,
        customEmojiID: String? = nil
    ) {
        self.type = type
        self.offset = offset
        self.length = length
        self.url = url
        self.user = user
        self.language = language
        self.customEmojiID = customEmojiID
    }

    /// Telegram adds kinds now and then, so that any word is one.
    public struct Kind: RawRepresentable, Codable, Sendable, Hashable {
        public let rawValue: String

        public init(rawValue: String) { self.rawValue = rawValue }

        public static let mention = Kind(rawValue: "mention")
        public static let hashtag = Kind(rawValue: "hashtag")
        public static let botCommand = Kind(rawValue: "bot_command")
        public static let url = Kind(rawValue: "url")
        public static let email = Kind(rawValue: "email")
        public static let phoneNumber = Kind(rawValue: "phone_number")
        public static let bold = Kind(rawValue: "bold")
        public static let italic = Kind(rawValue: "italic")
        public static let underline = Kind(rawValue: "underline")
        public static let strikethrough = Kind(rawValue: "strikethrough")
        public static let spoiler = Kind(rawValue: "spoiler")
        public static let blockquote = Kind(rawValue: "blockquote")
        public static let expandableBlockquote = Kind(rawValue: "expandable_blockquote")
        public static let code = Kind(rawValue: "code")
        public static let pre = Kind(rawValue: "pre")
        public static let textLink = Kind(rawValue: "text_link")
        public static let textMention = Kind(rawValue: "text_mention")
        public static let customEmoji = Kind(rawValue: "custom_emoji")
    }
}

/// A phone number that somebody shared.
///
/// It is the sender's own only when `userID` is the id of the message's sender.
public struct Contact: Codable, Sendable, Hashable {
    /// With or without `+`.
    public var phoneNumber: String
    public var firstName: String
    public var lastName: String?
    public var userID: Int64?
    public var vcard: String?

    enum CodingKeys: String, CodingKey {
        case phoneNumber = "phone_number"
        case firstName = "first_name"
        case lastName = "last_name"
        case userID = "user_id"
        case vcard
    }

    public init(
        phoneNumber: String,
        firstName: String,
        lastName: String? = nil,
        userID: Int64? = nil,
        vcard: String? = nil
    ) {
        self.phoneNumber = phoneNumber
        self.firstName = firstName
        self.lastName = lastName
        self.userID = userID
        self.vcard = vcard
    }
}

/// What a web app sent to the bot.
public struct WebAppData: Codable, Sendable, Hashable {
    public var data: String
    public var buttonText: String

    enum CodingKeys: String, CodingKey {
        case data
        case buttonText = "button_text"
    }

    public init(data: String, buttonText: String) {
        self.data = data
        self.buttonText = buttonText
    }
}

/// A press of a button below a message; until it is answered the person's client shows that it waits.
public struct CallbackQuery: Codable, Sendable, Hashable {
    public var id: String
    public var from: TelegramUser
    public var message: Message?
    public var inlineMessageID: String?
    public var chatInstance: String
    public var data: String?

    enum CodingKeys: String, CodingKey {
        case id
        case from
        case message
        case inlineMessageID = "inline_message_id"
        case chatInstance = "chat_instance"
        case data
    }

    public init(
        id: String,
        from: TelegramUser,
        message: Message? = nil,
        inlineMessageID: String? = nil,
        chatInstance: String,
        data: String? = nil
    ) {
        self.id = id
        self.from = from
        self.message = message
        self.inlineMessageID = inlineMessageID
        self.chatInstance = chatInstance
        self.data = data
    }
}
