/// A message's text in Telegram's HTML; what is interpolated is escaped.
///
///     "Звонок <b>\(name)</b>"
public struct TelegramHTML: Sendable, Hashable, ExpressibleByStringInterpolation {
    public private(set) var text: String

    public init(stringLiteral text: String) { self.text = text }

    public init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }

    /// A text without formatting.
    public init(plain text: String) { self.text = escaped(text) }

    init(markup: String) { text = markup }

    public static func + (one: TelegramHTML, other: TelegramHTML) -> TelegramHTML {
        TelegramHTML(markup: one.text + other.text)
    }

    public static func += (one: inout TelegramHTML, other: TelegramHTML) { one.text += other.text }

    public struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        public init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity) }

        public mutating func appendLiteral(_ literal: String) { text += literal }

        public mutating func appendInterpolation(_ html: TelegramHTML) { text += html.text }

        public mutating func appendInterpolation(_ value: some CustomStringConvertible) {
            text += escaped(value.description)
        }
    }
}

extension Sequence<TelegramHTML> {
    public func joined(separator: TelegramHTML = "") -> TelegramHTML {
        TelegramHTML(markup: map(\.text).joined(separator: separator.text))
    }
}

/// Telegram knows four named entities; a quotation mark must be escaped inside an attribute and may be anywhere.
private func escaped(_ text: String) -> String {
    var result = ""
    result.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
        switch scalar {
        case "&": result += "&amp;"
        case "<": result += "&lt;"
        case ">": result += "&gt;"
        case "\"": result += "&quot;"
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result
}
