/// A command in the bot's menu.
public struct BotCommand: Codable, Sendable, Hashable {
    /// 1 to 32 of `a-z`, `0-9` and `_`, without the slash.
    public var command: String
    /// 1 to 256 characters.
    public var description: String

    public init(command: String, description: String) {
        self.command = command
        self.description = description
    }
}

/// Whom a list of commands is for.
public struct BotCommandScope: Codable, Sendable, Hashable {
    /// Such as `default`, `all_private_chats` or `chat`.
    public var type: String
    public var chatID: Int64?
    public var userID: Int64?

    enum CodingKeys: String, CodingKey {
        case type
        case chatID = "chat_id"
        case userID = "user_id"
    }

    public init(type: String, chatID: Int64? = nil, userID: Int64? = nil) {
        self.type = type
        self.chatID = chatID
        self.userID = userID
    }
}

/// The button beside the input field of a private chat.
public struct MenuButton: Codable, Sendable, Hashable {
    /// `commands`, `default` or `web_app`.
    public var type: String
    public var text: String?
    public var webApp: WebAppInfo?

    enum CodingKeys: String, CodingKey {
        case type
        case text
        case webApp = "web_app"
    }

    public init(type: String, text: String? = nil, webApp: WebAppInfo? = nil) {
        self.type = type
        self.text = text
        self.webApp = webApp
    }
}

/// How a link in a message is previewed.
public struct LinkPreviewOptions: Codable, Sendable, Hashable {
    public var isDisabled: Bool?
    public var url: String?
    public var preferSmallMedia: Bool?
    public var preferLargeMedia: Bool?
    public var showAboveText: Bool?

    enum CodingKeys: String, CodingKey {
        case isDisabled = "is_disabled"
        case url
        case preferSmallMedia = "prefer_small_media"
        case preferLargeMedia = "prefer_large_media"
        case showAboveText = "show_above_text"
    }

    public init(
        isDisabled: Bool? = nil,
        url: String? = nil,
        preferSmallMedia: Bool? = nil,
        preferLargeMedia: Bool? = nil,
        showAboveText: Bool? = nil
    ) {
        self.isDisabled = isDisabled
        self.url = url
        self.preferSmallMedia = preferSmallMedia
        self.preferLargeMedia = preferLargeMedia
        self.showAboveText = showAboveText
    }
}

/// The message that a new one replies to.
public struct ReplyParameters: Codable, Sendable, Hashable {
    public var messageID: Int64
    public var chatID: Int64?
    /// Without it a deleted message makes the reply fail.
    public var allowSendingWithoutReply: Bool?
    public var quote: String?

    enum CodingKeys: String, CodingKey {
        case messageID = "message_id"
        case chatID = "chat_id"
        case allowSendingWithoutReply = "allow_sending_without_reply"
        case quote
    }

    public init(messageID: Int64, chatID: Int64? = nil, allowSendingWithoutReply: Bool? = nil, quote: String? = nil) {
        self.messageID = messageID
        self.chatID = chatID
        self.allowSendingWithoutReply = allowSendingWithoutReply
        self.quote = quote
    }
}
