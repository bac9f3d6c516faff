import Foundation

/// A stretch of text with a meaning or a look; offset and length count UTF-16 units, as everywhere in Telegram.
struct TextEntity: Sendable, Hashable {
    var type: String
    var offset: Int
    var length: Int
    /// What belongs to the type, such as `url` or `language`.
    var details: [String: JSON] = [:]

    var end: Int { offset + length }

    var json: JSON {
        .object(
            details.merging(
                ["type": .string(type), "offset": .integer(offset), "length": .integer(length)]
            ) { _, last in last }
        )
    }
}

/// A text with its entities, sorted as Telegram sorts them: by start, the longer first, then by type.
struct FormattedText: Sendable, Hashable {
    var text: String
    var entities: [TextEntity] = []

    var entitiesJSON: JSON? { entities.isEmpty ? nil : .array(entities.map(\.json)) }

    /// What Telegram counts against its limits.
    var codePointCount: Int { text.unicodeScalars.count }

    mutating func sort() { entities.sort { $0.precedes($1) } }
}

/// Why a text with markup was refused; the text is Telegram's.
struct EntityMistake: Error {
    let detail: String

    init(_ detail: String) { self.detail = detail }
}

/// How a bot marks up a text.
enum ParseMode: String {
    case html
    case markdown
    case markdownv2

    func parse(_ text: String) throws(EntityMistake) -> FormattedText {
        var parsed: FormattedText
        switch self {
        case .html:
            var parser = HTMLParser(text)
            parsed = try parser.parse()
        case .markdown:
            var parser = MarkdownParser(text)
            parsed = try parser.parse()
        case .markdownv2:
            var parser = MarkdownV2Parser(text)
            parsed = try parser.parse()
        }
        parsed.sort()
        return parsed
    }
}
