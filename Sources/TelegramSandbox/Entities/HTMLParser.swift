/// Reads `parse_mode: HTML` as Telegram's server does, with its errors to the letter (tdlib, MessageEntity.cpp).
struct HTMLParser {
    private var buffer: MarkupBuffer
    private var position = 0
    private var open: [OpenTag] = []
    private var entities: [TextEntity] = []

    private struct OpenTag {
        let name: String
        let argument: String
        let offset: Int
        let plainStart: Int
    }

    private static let tags: Set<String> = [
        "a", "b", "strong", "i", "em", "s", "strike", "del", "u", "ins", "tg-spoiler", "tg-emoji", "tg-time", "span",
        "pre", "code", "blockquote",
    ]

    init(_ text: String) { buffer = MarkupBuffer(text) }

    mutating func parse() throws(EntityMistake) -> FormattedText {
        while position < buffer.bytes.count {
            let byte = buffer[position]
            if byte == UInt8(ascii: "&"), let character = takeCharacterReference() {
                buffer.keep(String(character))
            } else if byte != UInt8(ascii: "<") {
                buffer.keep(byte)
                position += 1
            } else if buffer[position + 1] == UInt8(ascii: "/") {
                try endTag()
            } else {
                try startTag()
            }
        }
        if let unclosed = open.last {
            throw EntityMistake("Can't find end tag corresponding to start tag \"\(unclosed.name)\"")
        }
        return FormattedText(text: buffer.plainText, entities: entities)
    }

    private mutating func startTag() throws(EntityMistake) {
        let start = position
        position += 1
        while buffer[position] != 0, !MarkupBuffer.isSpace(buffer[position]), buffer[position] != UInt8(ascii: ">") {
            position += 1
        }
        guard buffer[position] != 0 else { throw EntityMistake("Unclosed start tag at byte offset \(start)") }
        let name = buffer.slice(start + 1, position).lowercased()
        guard Self.tags.contains(name) else {
            throw EntityMistake("Unsupported start tag \"\(name)\" at byte offset \(start)")
        }
        var argument = ""
        while let attribute = try nextAttribute(of: name, startingAt: start) {
            switch (name, attribute.name) {
            case ("a", "href"), ("tg-emoji", "emoji-id"), ("tg-time", "unix"): argument = attribute.value
            case ("code", "class") where attribute.value.hasPrefix("language-"):
                argument = String(attribute.value.dropFirst("language-".count))
            case ("span", "class") where attribute.value.hasPrefix("tg-"):
                argument = String(attribute.value.dropFirst("tg-".count))
            case ("blockquote", "expandable"): argument = "expandable"
            default: break
            }
        }
        if name == "span", argument != "spoiler" {
            throw EntityMistake("Tag \"span\" must have class \"tg-spoiler\" at byte offset \(start)")
        }
        open.append(OpenTag(name: name, argument: argument, offset: buffer.units, plainStart: buffer.plain.count))
    }

    /// Reads up to the next attribute; nil behind the closing `>`.
    private mutating func nextAttribute(
        of tag: String,
        startingAt start: Int
    ) throws(EntityMistake) -> (name: String, value: String)? {
        let unclosed = EntityMistake("Unclosed start tag \"\(tag)\" at byte offset \(start)")
        skipSpace()
        if buffer[position] == UInt8(ascii: ">") {
            position += 1
            return nil
        }
        let nameStart = position
        while buffer[position] != 0, !MarkupBuffer.isSpace(buffer[position]), buffer[position] != UInt8(ascii: "="),
            buffer[position] != UInt8(ascii: ">")
        {
            position += 1
        }
        let name = buffer.slice(nameStart, position).lowercased()
        guard buffer[position] != 0 else { throw unclosed }
        guard !name.isEmpty else {
            throw EntityMistake("Empty attribute name in the tag \"\(tag)\" at byte offset \(start)")
        }
        skipSpace()
        guard buffer[position] == UInt8(ascii: "=") else { return (name, "") }
        position += 1
        skipSpace()
        guard buffer[position] != 0 else { throw unclosed }
        let value = try attributeValue()
        guard buffer[position] != 0 else { throw unclosed }
        return (name, value)
    }

    private mutating func attributeValue() throws(EntityMistake) -> String {
        let quote = buffer[position]
        guard quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else { return try nameToken() }
        position += 1
        var value: [UInt8] = []
        while buffer[position] != quote, buffer[position] != 0 {
            if buffer[position] == UInt8(ascii: "&"), let character = takeCharacterReference() {
                value += String(character).utf8
            } else {
                value.append(buffer[position])
                position += 1
            }
        }
        if buffer[position] == quote { position += 1 }
        return String(decoding: value, as: UTF8.self)
    }

    private mutating func nameToken() throws(EntityMistake) -> String {
        let start = position
        while let scalar = Optional(UnicodeScalar(buffer[position])), scalar.isASCII,
            scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || scalar == "." || scalar == "-"
        {
            position += 1
        }
        guard MarkupBuffer.isSpace(buffer[position]) || buffer[position] == UInt8(ascii: ">") else {
            throw EntityMistake("Unexpected end of name token at byte offset \(start)")
        }
        return buffer.slice(start, position).lowercased()
    }

    private mutating func endTag() throws(EntityMistake) {
        let start = position
        guard let tag = open.last else { throw EntityMistake("Unexpected end tag at byte offset \(start)") }
        position += 2
        while buffer[position] != 0, !MarkupBuffer.isSpace(buffer[position]), buffer[position] != UInt8(ascii: ">") {
            position += 1
        }
        let name = buffer.slice(start + 2, position).lowercased()
        skipSpace()
        guard buffer[position] == UInt8(ascii: ">") else {
            throw EntityMistake("Unclosed end tag at byte offset \(start)")
        }
        guard name.isEmpty || name == tag.name else {
            throw EntityMistake(
                "Unmatched end tag at byte offset \(start), expected \"</\(tag.name)>\", found \"</\(name)>\""
            )
        }
        position += 1
        open.removeLast()
        if buffer.units > tag.offset { close(tag) }
    }

    private mutating func close(_ tag: OpenTag) {
        let length = buffer.units - tag.offset
        func entity(_ type: String, _ details: [String: JSON] = [:]) -> TextEntity {
            TextEntity(type: type, offset: tag.offset, length: length, details: details)
        }
        switch tag.name {
        case "b", "strong": entities.append(entity("bold"))
        case "i", "em": entities.append(entity("italic"))
        case "s", "strike", "del": entities.append(entity("strikethrough"))
        case "u", "ins": entities.append(entity("underline"))
        case "tg-spoiler", "span": entities.append(entity("spoiler"))
        case "tg-emoji": entities.append(entity("custom_emoji", ["custom_emoji_id": .string(tag.argument)]))
        case "tg-time": entities.append(entity("date_time", ["unix_time": .integer(Int(tag.argument) ?? 0)]))
        case "blockquote": entities.append(entity(tag.argument.isEmpty ? "blockquote" : "expandable_blockquote"))
        case "a":
            let text = String(decoding: buffer.plain[tag.plainStart...], as: UTF8.self)
            let link = tag.argument.isEmpty ? text : tag.argument
            if let user = linkedUser(link) {
                entities.append(entity("text_mention", ["user": ["id": .integer(user)]]))
            } else if let url = checkedLink(link) {
                entities.append(entity("text_link", ["url": .string(url)]))
            }
        default: closeCode(tag, length: length)
        }
    }

    /// `<pre><code class="language-x">` is one entity with a language; a language outside `pre` is dropped.
    private mutating func closeCode(_ tag: OpenTag, length: Int) {
        if tag.name == "pre", let last = entities.last, last.type == "code", last.offset == tag.offset,
            last.length == length
        {
            entities.removeLast()
            entities.append(TextEntity(type: "pre", offset: tag.offset, length: length, details: last.details))
        } else {
            let isInPre = tag.name == "code" && open.last?.name == "pre" && !tag.argument.isEmpty
            let details: [String: JSON] = isInPre ? ["language": .string(tag.argument)] : [:]
            entities.append(TextEntity(type: tag.name, offset: tag.offset, length: length, details: details))
        }
    }

    private mutating func skipSpace() { while MarkupBuffer.isSpace(buffer[position]) { position += 1 } }

    /// Reads `&lt;`, `&gt;`, `&amp;`, `&quot;` or a number; anything else stays as it is written.
    private mutating func takeCharacterReference() -> Unicode.Scalar? {
        var end = position + 1
        var scalar: Unicode.Scalar?
        if buffer[end] == UInt8(ascii: "#") {
            end += 1
            let isHexadecimal = buffer[end] == UInt8(ascii: "x")
            if isHexadecimal { end += 1 }
            let digits = end
            while isAlphanumeric(buffer[end]) { end += 1 }
            scalar = UInt32(buffer.slice(digits, end), radix: isHexadecimal ? 16 : 10).flatMap { Unicode.Scalar($0) }
            if scalar?.value == 0 { return nil }
        } else {
            while isAlphanumeric(buffer[end]) { end += 1 }
            let known: [String: Unicode.Scalar] = ["lt": "<", "gt": ">", "amp": "&", "quot": "\""]
            scalar = known[buffer.slice(position + 1, end)]
        }
        guard let scalar else { return nil }
        position = buffer[end] == UInt8(ascii: ";") ? end + 1 : end
        return scalar
    }

    private func isAlphanumeric(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (0x41...0x5A).contains(byte & 0xDF)
    }
}
