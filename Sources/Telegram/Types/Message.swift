/// A message of either side.
public struct Message: Codable, Sendable, Hashable {
    public var messageID: Int64
    public var messageThreadID: Int64?
    public var from: TelegramUser?
    public var senderChat: TelegramChat?
    /// Seconds since 1970; 0 when a button was pressed below a message that the bot can no longer see.
    public var date: Int
    public var chat: TelegramChat
    private var reply: Indirect<Message>?
    public var editDate: Int?
    /// The same for all files of an album.
    public var mediaGroupID: String?
    public var text: String?
    public var entities: [MessageEntity]?
    public var linkPreviewOptions: LinkPreviewOptions?
    public var audio: Audio?
    public var document: Document?
    /// The last is the largest.
    public var photo: [PhotoSize]?
    public var video: Video?
    public var videoNote: VideoNote?
    public var voice: Voice?
    public var caption: String?
    public var captionEntities: [MessageEntity]?
    public var contact: Contact?
    public var newChatMembers: [TelegramUser]?
    public var leftChatMember: TelegramUser?
    /// The group became the supergroup of this id.
    public var migrateToChatID: Int64?
    public var migrateFromChatID: Int64?
    public var webAppData: WebAppData?
    public var replyMarkup: InlineKeyboardMarkup?

    enum CodingKeys: String, CodingKey {
        case messageID = "message_id"
        case messageThreadID = "message_thread_id"
        case from
        case senderChat = "sender_chat"
        case date
        case chat
        case reply = "reply_to_message"
        case editDate = "edit_date"
        case mediaGroupID = "media_group_id"
        case text
        case entities
        case linkPreviewOptions = "link_preview_options"
        case audio
        case document
        case photo
        case video
        case videoNote = "video_note"
        case voice
        case caption
        case captionEntities = "caption_entities"
        case contact
        case newChatMembers = "new_chat_members"
        case leftChatMember = "left_chat_member"
        case migrateToChatID = "migrate_to_chat_id"
        case migrateFromChatID = "migrate_from_chat_id"
        case webAppData = "web_app_data"
        case replyMarkup = "reply_markup"
    }

    public init(
        messageID: Int64,
        messageThreadID: Int64? = nil,
        from: TelegramUser? = nil,
        senderChat: TelegramChat? = nil,
        date: Int,
        chat: TelegramChat,
        replyToMessage: Message? = nil,
        editDate: Int? = nil,
        mediaGroupID: String? = nil,
        text: String? = nil,
        entities: [MessageEntity]? = nil,
        linkPreviewOptions: LinkPreviewOptions? = nil,
        audio: Audio? = nil,
        document: Document? = nil,
        photo: [PhotoSize]? = nil,
        video: Video? = nil,
        videoNote: VideoNote? = nil,
        voice: Voice? = nil,
        caption: String? = nil,
        captionEntities: [MessageEntity]? = nil,
        contact: Contact? = nil,
        newChatMembers: [TelegramUser]? = nil,
        leftChatMember: TelegramUser? = nil,
        migrateToChatID: Int64? = nil,
        migrateFromChatID: Int64? = nil,
        webAppData: WebAppData? = nil,
        replyMarkup: InlineKeyboardMarkup? = nil
    ) {
        self.messageID = messageID
        self.messageThreadID = messageThreadID
        self.from = from
        self.senderChat = senderChat
        self.date = date
        self.chat = chat
        reply = replyToMessage.map(Indirect.init)
        self.editDate = editDate
        self.mediaGroupID = mediaGroupID
        self.text = text
        self.entities = entities
        self.linkPreviewOptions = linkPreviewOptions
        self.audio = audio
        self.document = document
        self.photo = photo
        self.video = video
        self.videoNote = videoNote
        self.voice = voice
        self.caption = caption
        self.captionEntities = captionEntities
        self.contact = contact
        self.newChatMembers = newChatMembers
        self.leftChatMember = leftChatMember
        self.migrateToChatID = migrateToChatID
        self.migrateFromChatID = migrateFromChatID
        self.webAppData = webAppData
        self.replyMarkup = replyMarkup
    }

    /// Telegram sends one level of replies only.
    public var replyToMessage: Message? {
        get { reply?.value }
        set { reply = newValue.map(Indirect.init) }
    }

    /// A message that the bot can no longer see has only its chat and id.
    public var isInaccessible: Bool { date == 0 }
}

/// A value on the heap, so that a structure can contain its own type; coded as the value itself.
private indirect enum Indirect<Value: Codable & Sendable & Hashable>: Codable, Sendable, Hashable {
    case some(Value)

    var value: Value {
        switch self {
        case .some(let value): value
        }
    }

    init(_ value: Value) { self = .some(value) }

    init(from decoder: any Decoder) throws { self = .some(try Value(from: decoder)) }

    func encode(to encoder: any Encoder) throws { try value.encode(to: encoder) }
}
