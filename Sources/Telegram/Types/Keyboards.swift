/// What stands below a message or instead of the keyboard.
///
/// It is coded as the plain object, told apart by the one key that each of them must have.
public enum ReplyMarkup: Codable, Sendable, Hashable {
    case inline(InlineKeyboardMarkup)
    case keyboard(ReplyKeyboardMarkup)
    case remove(ReplyKeyboardRemove)
    case forceReply(ForceReply)

    private enum Keys: String, CodingKey {
        case inlineKeyboard = "inline_keyboard"
        case keyboard
        case removeKeyboard = "remove_keyboard"
        case forceReply = "force_reply"
    }

    public init(from decoder: any Decoder) throws {
        let keys = try decoder.container(keyedBy: Keys.self)
        if keys.contains(.inlineKeyboard) {
            self = .inline(try InlineKeyboardMarkup(from: decoder))
        } else if keys.contains(.keyboard) {
            self = .keyboard(try ReplyKeyboardMarkup(from: decoder))
        } else if keys.contains(.removeKeyboard) {
            self = .remove(try ReplyKeyboardRemove(from: decoder))
        } else {
            self = .forceReply(try ForceReply(from: decoder))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .inline(let markup): try markup.encode(to: encoder)
        case .keyboard(let markup): try markup.encode(to: encoder)
        case .remove(let markup): try markup.encode(to: encoder)
        case .forceReply(let markup): try markup.encode(to: encoder)
        }
    }
}

/// Buttons below a message, row by row.
public struct InlineKeyboardMarkup: Codable, Sendable, Hashable {
    public var inlineKeyboard: [[InlineKeyboardButton]]

    enum CodingKeys: String, CodingKey {
        case inlineKeyboard = "inline_keyboard"
    }

    public init(inlineKeyboard: [[InlineKeyboardButton]]) {
        self.inlineKeyboard = inlineKeyboard
    }
}

/// A button below a message; exactly one of its actions is set.
public struct InlineKeyboardButton: Codable, Sendable, Hashable {
    public var text: String
    /// 1 to 64 bytes of UTF-8; see `CallbackData`.
    public var callbackData: String?
    public var url: String?
    public var webApp: WebAppInfo?
    public var copyText: CopyTextButton?
    public var switchInlineQuery: String?
    /// `danger`, `success` or `primary`.
    public var style: String?

    enum CodingKeys: String, CodingKey {
        case text
        case callbackData = "callback_data"
        case url
        case webApp = "web_app"
        case copyText = "copy_text"
        case switchInlineQuery = "switch_inline_query"
        case style
    }

    public init(
        text: String,
        callbackData: String? = nil,
        url: String? = nil,
        webApp: WebAppInfo? = nil,
        copyText: CopyTextButton? = nil,
        switchInlineQuery: String? = nil,
        style: String? = nil
    ) {
        self.text = text
        self.callbackData = callbackData
        self.url = url
        self.webApp = webApp
        self.copyText = copyText
        self.switchInlineQuery = switchInlineQuery
        self.style = style
    }
}

/// What a button opens inside Telegram.
public struct WebAppInfo: Codable, Sendable, Hashable {
    public var url: String

    public init(url: String) {
        self.url = url
    }
}

/// What a button copies, 1 to 256 characters.
public struct CopyTextButton: Codable, Sendable, Hashable {
    public var text: String

    public init(text: String) {
        self.text = text
    }
}

/// Buttons instead of the keyboard; a press writes the button's text into the chat.
public struct ReplyKeyboardMarkup: Codable, Sendable, Hashable {
    public var keyboard: [[KeyboardButton]]
    public var isPersistent: Bool?
    public var resizeKeyboard: Bool?
    public var oneTimeKeyboard: Bool?
    /// 1 to 64 characters.
    public var inputFieldPlaceholder: String?
    public var selective: Bool?

    enum CodingKeys: String, CodingKey {
        case keyboard
        case isPersistent = "is_persistent"
        case resizeKeyboard = "resize_keyboard"
        case oneTimeKeyboard = "one_time_keyboard"
        case inputFieldPlaceholder = "input_field_placeholder"
        case selective
    }

    public init(
        keyboard: [[KeyboardButton]],
        isPersistent: Bool? = nil,
        resizeKeyboard: Bool? = nil,
        oneTimeKeyboard: Bool? = nil,
        inputFieldPlaceholder: String? = nil,
        selective: Bool? = nil
    ) {
        self.keyboard = keyboard
        self.isPersistent = isPersistent
        self.resizeKeyboard = resizeKeyboard
        self.oneTimeKeyboard = oneTimeKeyboard
        self.inputFieldPlaceholder = inputFieldPlaceholder
        self.selective = selective
    }
}

/// A button of the keyboard.
public struct KeyboardButton: Codable, Sendable, Hashable {
    public var text: String
    /// In private chats only; the answer is `Message.contact`.
    public var requestContact: Bool?
    public var requestLocation: Bool?
    public var webApp: WebAppInfo?

    enum CodingKeys: String, CodingKey {
        case text
        case requestContact = "request_contact"
        case requestLocation = "request_location"
        case webApp = "web_app"
    }

    public init(text: String, requestContact: Bool? = nil, requestLocation: Bool? = nil, webApp: WebAppInfo? = nil) {
        self.text = text
        self.requestContact = requestContact
        self.requestLocation = requestLocation
        self.webApp = webApp
    }
}

/// Takes the bot's keyboard away.
public struct ReplyKeyboardRemove: Codable, Sendable, Hashable {
    public var removeKeyboard = true
    public var selective: Bool?

    enum CodingKeys: String, CodingKey {
        case removeKeyboard = "remove_keyboard"
        case selective
    }

    public init(selective: Bool? = nil) { self.selective = selective }
}

/// Shows the person a reply to the message, as if they had chosen to reply.
public struct ForceReply: Codable, Sendable, Hashable {
    public var forceReply = true
    /// 1 to 64 characters.
    public var inputFieldPlaceholder: String?
    public var selective: Bool?

    enum CodingKeys: String, CodingKey {
        case forceReply = "force_reply"
        case inputFieldPlaceholder = "input_field_placeholder"
        case selective
    }

    public init(inputFieldPlaceholder: String? = nil, selective: Bool? = nil) {
        self.inputFieldPlaceholder = inputFieldPlaceholder
        self.selective = selective
    }
}
