/// Reads the legacy `parse_mode: Markdown`, which knows no nesting, by the rules of Telegram's server.
struct MarkdownParser {
    private var buffer: MarkupBuffer
    private var position = 0
    private var entities: [TextEntity] = []

    init(_ text: String) { buffer = MarkupBuffer(text) }

    mutating func parse() throws(EntityMistake) -> FormattedText {
        while position < buffer.bytes.count {
            let byte = buffer[position]
            if byte == UInt8(ascii: "\\"), "_*`[".utf8.contains(buffer[position + 1]) {
                buffer.keep(buffer[position + 1])
                position += 2
            } else if "_*`[".utf8.contains(byte) {
                try entity(byte)
            } else {
                buffer.keep(byte)
                position += 1
            }
        }
        return FormattedText(text: buffer.plainText, entities: entities)
    }

    private mutating func entity(_ mark: UInt8) throws(EntityMistake) {
        let start = position
        let isPre = mark == UInt8(ascii: "`") && buffer.slice(position, position + 3) == "```"
        position += isPre ? 3 : 1
        let language = isPre ? buffer.takeLanguage(&position) : ""
        let closing = isPre ? "```" : mark == UInt8(ascii: "[") ? "]" : String(UnicodeScalar(mark))
        let offset = buffer.units
        let textStart = buffer.plain.count
        while position < buffer.bytes.count, buffer.slice(position, position + closing.utf8.count) != closing {
            buffer.keep(buffer[position])
            position += 1
        }
        guard position < buffer.bytes.count else {
            throw EntityMistake("Can't find end of the entity starting at byte offset \(start)")
        }
        position += closing.utf8.count
        var found: (type: String, details: [String: JSON])?
        switch mark {
        case UInt8(ascii: "*"): found = ("bold", [:])
        case UInt8(ascii: "_"): found = ("italic", [:])
        case UInt8(ascii: "["):
            guard buffer.units > offset else { return }
            let text = String(decoding: buffer.plain[textStart...], as: UTF8.self)
            found = linkEntity(takeAddress() ?? text)
        default: found = (isPre ? "pre" : "code", language.isEmpty ? [:] : ["language": .string(language)])
        }
        guard let found, buffer.units > offset else { return }
        let length = buffer.units - offset
        entities.append(TextEntity(type: found.type, offset: offset, length: length, details: found.details))
    }

    private mutating func takeAddress() -> String? {
        guard buffer[position] == UInt8(ascii: "(") else { return nil }
        let start = position + 1
        while position < buffer.bytes.count, buffer[position] != UInt8(ascii: ")") { position += 1 }
        defer { position += 1 }
        return buffer.slice(start, position)
    }
}
