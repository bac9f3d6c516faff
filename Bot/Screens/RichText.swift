import Telegram

/// A message's text with its formatting and its length, put together piece by piece.
struct RichText: Sendable, Hashable, ExpressibleByStringLiteral {
    private(set) var html: TelegramHTML = ""
    /// UTF-16 code units without the tags: what Telegram limits to 4,096.
    private(set) var length = 0

    static let limit = TelegramHTML.messageLimit

    init() {}

    init(_ plain: String) { append(plain) }

    init(stringLiteral plain: String) { append(plain) }

    var isEmpty: Bool { length == 0 }

    mutating func append(_ plain: String) {
        html += TelegramHTML(plain: plain)
        length += plain.utf16.count
    }

    mutating func append(_ other: RichText) {
        html += other.html
        length += other.length
    }

    mutating func bold(_ plain: String) { append(plain, as: "<b>\(plain)</b>") }

    mutating func italic(_ plain: String) { append(plain, as: "<i>\(plain)</i>") }

    /// Ends the line; twice makes an empty one.
    mutating func line() { append("\n") }

    /// Begins a new paragraph, unless nothing stands before it.
    mutating func paragraph() {
        if !isEmpty { append("\n\n") }
    }

    private mutating func append(_ plain: String, as formatted: TelegramHTML) {
        // Telegram refuses a tag around nothing.
        guard !plain.isEmpty else { return }
        html += formatted
        length += plain.utf16.count
    }
}

/// A text cut to at most so many UTF-16 units between words, with an ellipsis where something was left out.
func shortened(_ text: String, to limit: Int) -> String {
    guard text.utf16.count > limit else { return text }
    var kept = ""
    var length = 0
    for character in text {
        let size = character.utf16.count
        guard length + size <= limit - 1 else { break }
        kept.append(character)
        length += size
    }
    // A word is given up only when that costs little: a text without spaces is cut where it must be.
    if let space = kept.lastIndex(where: \.isWhitespace), kept.distance(from: space, to: kept.endIndex) < 20 {
        kept = String(kept[..<space])
    }
    return kept + "…"
}
