/// A person or a bot, as Telegram shows them.
public struct TelegramUser: Codable, Sendable, Hashable {
    public var id: Int64
    public var isBot: Bool
    public var firstName: String
    public var lastName: String?
    /// Without `@`.
    public var username: String?
    /// An IETF tag of the person's client, such as `ru`.
    public var languageCode: String?
    public var isPremium: Bool?
    public var canJoinGroups: Bool?
    public var canReadAllGroupMessages: Bool?
    public var hasMainWebApp: Bool?

    enum CodingKeys: String, CodingKey {
        case id
        case isBot = "is_bot"
        case firstName = "first_name"
        case lastName = "last_name"
        case username
        case languageCode = "language_code"
        case isPremium = "is_premium"
        case canJoinGroups = "can_join_groups"
        case canReadAllGroupMessages = "can_read_all_group_messages"
        case hasMainWebApp = "has_main_web_app"
    }

    public init(
        id: Int64,
        isBot: Bool,
        firstName: String,
        lastName: String? = nil,
        username: String? = nil,
        languageCode: String? = nil,
        isPremium: Bool? = nil,
        canJoinGroups: Bool? = nil,
        canReadAllGroupMessages: Bool? = nil,
        hasMainWebApp: Bool? = nil
    ) {
        self.id = id
        self.isBot = isBot
        self.firstName = firstName
        self.lastName = lastName
        self.username = username
        self.languageCode = languageCode
        self.isPremium = isPremium
        self.canJoinGroups = canJoinGroups
        self.canReadAllGroupMessages = canReadAllGroupMessages
        self.hasMainWebApp = hasMainWebApp
    }
}

/// A private chat, whose id is that of the person, or a group, whose id is negative.
public struct TelegramChat: Codable, Sendable, Hashable {
    public var id: Int64
    public var type: Kind
    public var title: String?
    public var username: String?
    public var firstName: String?
    public var lastName: String?
    public var isForum: Bool?

    enum CodingKeys: String, CodingKey {
        case id
        case type
        case title
        case username
        case firstName = "first_name"
        case lastName = "last_name"
        case isForum = "is_forum"
    }

    public init(
        id: Int64,
        type: Kind,
        title: String? = nil,
        username: String? = nil,
        firstName: String? = nil,
        lastName: String? = nil,
        isForum: Bool? = nil
    ) {
        self.id = id
        self.type = type
        self.title = title
        self.username = username
        self.firstName = firstName
        self.lastName = lastName
        self.isForum = isForum
    }

    public enum Kind: String, Codable, Sendable {
        case `private`
        case group
        case supergroup
        case channel
    }
}

/// Somebody's standing in a chat.
///
/// In a private chat the bot itself becomes `kicked` when the person blocks it, and `member` when they return.
public struct ChatMember: Codable, Sendable, Hashable {
    /// `creator`, `administrator`, `member`, `restricted`, `left` or `kicked`.
    public var status: String
    public var user: TelegramUser
    /// Told of the restricted only, who may be in the chat or not.
    public var isMember: Bool?

    enum CodingKeys: String, CodingKey {
        case status
        case user
        case isMember = "is_member"
    }

    public init(status: String, user: TelegramUser, isMember: Bool? = nil) {
        self.status = status
        self.user = user
        self.isMember = isMember
    }

    /// Whether messages of this member's chat reach them.
    public var isPresent: Bool {
        switch status {
        case "left", "kicked": false
        case "restricted": isMember ?? false
        default: true
        }
    }
}

/// Somebody joined, left, blocked or was given other rights.
public struct ChatMemberUpdated: Codable, Sendable, Hashable {
    public var chat: TelegramChat
    public var from: TelegramUser
    /// Seconds since 1970.
    public var date: Int
    public var oldChatMember: ChatMember
    public var newChatMember: ChatMember

    enum CodingKeys: String, CodingKey {
        case chat
        case from
        case date
        case oldChatMember = "old_chat_member"
        case newChatMember = "new_chat_member"
    }

    public init(
        chat: TelegramChat,
        from: TelegramUser,
        date: Int,
        oldChatMember: ChatMember,
        newChatMember: ChatMember
    ) {
        self.chat = chat
        self.from = from
        self.date = date
        self.oldChatMember = oldChatMember
        self.newChatMember = newChatMember
    }
}
