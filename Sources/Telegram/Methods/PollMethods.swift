import Foundation
public import HTTP

/// Who the bot is; the cheapest check of a token.
public struct GetMe: TelegramMethod {
    public typealias Answer = TelegramUser

    public static let name = "getMe"

    public init() {}
}

/// Waits for updates; asking from an offset confirms everything before it.
public struct GetUpdates: TelegramMethod {
    public typealias Answer = [ReceivedUpdate]

    public static let name = "getUpdates"

    /// The last id + 1; nil for what is not confirmed yet.
    public var offset: Int64?
    /// 1 to 100.
    public var limit: Int?
    /// Seconds to wait when there is nothing, at most 50.
    public var timeout: Int?
    /// Kept by Telegram between calls.
    public var allowedUpdates: [String]?

    enum CodingKeys: String, CodingKey {
        case offset
        case limit
        case timeout
        case allowedUpdates = "allowed_updates"
    }

    public init(offset: Int64? = nil, limit: Int? = nil, timeout: Int? = nil, allowedUpdates: [String]? = nil) {
        self.offset = offset
        self.limit = limit
        self.timeout = timeout
        self.allowedUpdates = allowedUpdates
    }

    public static func answer(from result: [UInt8]) throws -> [ReceivedUpdate] {
        try RawJSON.elements(of: result).map { element in
            let update = try JSONDecoder().decode(Update.self, from: Data(element))
            return ReceivedUpdate(update: update, json: String(decoding: element, as: UTF8.self))
        }
    }

    /// Longer than Telegram waits, so that the answer, not our patience, ends a quiet poll.
    public var timeouts: HTTPTimeouts { HTTPTimeouts(total: .seconds((timeout ?? 0) + 15)) }
}

/// An update together with the text it came as, which may hold more than `Update` knows of.
public struct ReceivedUpdate: Sendable, Hashable {
    public let update: Update
    /// The JSON object, to be stored.
    public let json: String
}

/// Finds where a file can be downloaded; over 20 MB Telegram refuses.
public struct GetFile: TelegramMethod {
    public typealias Answer = TelegramFile

    public static let name = "getFile"

    public var fileID: String

    enum CodingKeys: String, CodingKey {
        case fileID = "file_id"
    }

    public init(fileID: String) {
        self.fileID = fileID
    }
}

/// Ends the waiting of the person who pressed a button.
public struct AnswerCallbackQuery: TelegramMethod {
    public typealias Answer = Bool

    public static let name = "answerCallbackQuery"

    public var callbackQueryID: String
    /// At most 200 characters.
    public var text: String?
    public var showAlert: Bool?
    public var url: String?

    enum CodingKeys: String, CodingKey {
        case callbackQueryID = "callback_query_id"
        case text
        case showAlert = "show_alert"
        case url
    }

    public init(callbackQueryID: String, text: String? = nil, showAlert: Bool? = nil, url: String? = nil) {
        self.callbackQueryID = callbackQueryID
        self.text = text
        self.showAlert = showAlert
        self.url = url
    }
}

/// Shows for 5 s that the bot is busy.
public struct SendChatAction: TelegramMethod {
    public typealias Answer = Bool

    public static let name = "sendChatAction"

    public var chatID: Int64
    public var action: ChatAction
    public var messageThreadID: Int64?

    enum CodingKeys: String, CodingKey {
        case chatID = "chat_id"
        case action
        case messageThreadID = "message_thread_id"
    }

    public init(chatID: Int64, action: ChatAction, messageThreadID: Int64? = nil) {
        self.chatID = chatID
        self.action = action
        self.messageThreadID = messageThreadID
    }
}

public enum ChatAction: String, Codable, Sendable {
    case typing
    case uploadPhoto = "upload_photo"
    case recordVoice = "record_voice"
    case uploadVoice = "upload_voice"
    case uploadDocument = "upload_document"
}

/// Fills the menu of commands.
public struct SetMyCommands: TelegramMethod {
    public typealias Answer = Bool

    public static let name = "setMyCommands"

    /// At most 100.
    public var commands: [BotCommand]
    public var scope: BotCommandScope?
    /// Two letters; nil for all who have no list of their own.
    public var languageCode: String?

    enum CodingKeys: String, CodingKey {
        case commands
        case scope
        case languageCode = "language_code"
    }

    public init(commands: [BotCommand], scope: BotCommandScope? = nil, languageCode: String? = nil) {
        self.commands = commands
        self.scope = scope
        self.languageCode = languageCode
    }
}

/// Sets the button beside the input field.
public struct SetChatMenuButton: TelegramMethod {
    public typealias Answer = Bool

    public static let name = "setChatMenuButton"

    /// Nil for all private chats without a button of their own.
    public var chatID: Int64?
    public var menuButton: MenuButton?

    enum CodingKeys: String, CodingKey {
        case chatID = "chat_id"
        case menuButton = "menu_button"
    }

    public init(chatID: Int64? = nil, menuButton: MenuButton? = nil) {
        self.chatID = chatID
        self.menuButton = menuButton
    }
}
