/// What a button sends back: 1 to 64 bytes of UTF-8, of which a Cyrillic letter takes two.
public struct CallbackData: Sendable, Hashable {
    public static let limitBytes = 64

    public let text: String

    /// Nil for what Telegram would refuse with `BUTTON_DATA_INVALID`.
    public init?(_ text: String) {
        guard (1...Self.limitBytes).contains(text.utf8.count) else { return nil }
        self.text = text
    }
}

extension InlineKeyboardButton {
    public init(text: String, data: CallbackData) { self.init(text: text, callbackData: data.text) }
}
