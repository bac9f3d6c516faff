/// Reads `parse_mode: HTML` by the rules of Telegram's server, with its errors to the letter.
struct HTMLParser {
    private var buffer: MarkupBuffer
    private var position = 0
    private var open: [OpenTag] = []
    private var entities: [TextEntity] = []
    private var hasHalfSymbol = false

    fileprivate struct OpenTag {
        let name: String
        var argument = ""
        var date = 0
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
            if byte == UInt8(ascii: "&"), let code = takeCharacterReference() {
                keep(code)
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
        guard !hasHalfSymbol else {
            throw EntityMistake(
                "Text contains invalid Unicode characters after decoding HTML entities, check for unmatched "
                    + "surrogate code units"
            )
        }
        // A language without `pre` around it is dropped.
        for index in entities.indices where entities[index].type == "code" { entities[index].details = [:] }
        return FormattedText(text: buffer.plainText, entities: entities)
    }

    private mutating func keep(_ code: UInt32) {
        guard let scalar = Unicode.Scalar(code) else {
            hasHalfSymbol = true
            return
        }
        buffer.keep(String(Character(scalar)))
    }

    private mutating func startTag() throws(EntityMistake) {
        let start = position
        position += 1
        while !isSpaceOrEnd(buffer[position]), buffer[position] != UInt8(ascii: ">") { position += 1 }
        guard buffer[position] != 0 else { throw EntityMistake("Unclosed start tag at byte offset \(start)") }
        let name = buffer.slice(start + 1, position).asciiLowercased
        guard Self.tags.contains(name) else {
            throw EntityMistake("Unsupported start tag \"\(name)\" at byte offset \(start)")
        }
        var tag = OpenTag(name: name, offset: buffer.units, plainStart: buffer.plain.count)
        while buffer[position] != UInt8(ascii: ">"), let attribute = try nextAttribute(of: name, startingAt: start) {
            use(attribute, in: &tag)
        }
        position += 1
        if name == "span", tag.argument != "spoiler" {
            throw EntityMistake("Tag \"span\" must have class \"tg-spoiler\" at byte offset \(start)")
        }
        open.append(tag)
    }

    private func use(_ attribute: (name: String, value: String?), in tag: inout OpenTag) {
        switch (tag.name, attribute.name, attribute.value) {
        case ("blockquote", "expandable", _): tag.argument = "1"
        case ("a", "href", let value?), ("tg-emoji", "emoji-id", let value?), ("tg-time", "format", let value?):
            tag.argument = value
        case ("tg-time", "unix", let value?): tag.date = Int(Int32(value) ?? 0)
        case ("code", "class", let value?) where value.hasPrefix("language-"): tag.argument = String(value.dropFirst(9))
        case ("span", "class", let value?) where value.hasPrefix("tg-"): tag.argument = String(value.dropFirst(3))
        default: break
        }
    }

    /// Reads the next attribute, which may have no value; nil at the closing `>`.
    private mutating func nextAttribute(
        of tag: String,
        startingAt start: Int
    ) throws(EntityMistake) -> (name: String, value: String?)? {
        let unclosed = EntityMistake("Unclosed start tag \"\(tag)\" at byte offset \(start)")
        skipSpace()
        if buffer[position] == UInt8(ascii: ">") { return nil }
        let nameStart = position
        while !isSpaceOrEnd(buffer[position]), !"=>/\"'".utf8.contains(buffer[position]) { position += 1 }
        let name = buffer.slice(nameStart, position)
        guard !name.isEmpty else {
            throw EntityMistake("Empty attribute name in the tag \"\(tag)\" at byte offset \(start)")
        }
        skipSpace()
        guard buffer[position] == UInt8(ascii: "=") else {
            guard buffer[position] != 0 else { throw unclosed }
            return (name, nil)
        }
        position += 1
        skipSpace()
        guard buffer[position] != 0 else { throw unclosed }
        let value = try attributeValue()
        guard buffer[position] != 0 else { throw EntityMistake("Unclosed start tag at byte offset \(start)") }
        return (name, value)
    }

    private mutating func attributeValue() throws(EntityMistake) -> String {
        let quote = buffer[position]
        guard quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else { return try nameToken() }
        position += 1
        var value: [UInt8] = []
        while buffer[position] != quote, buffer[position] != 0 {
            if buffer[position] == UInt8(ascii: "&"), let code = takeCharacterReference() {
                value += String(Character(Unicode.Scalar(code) ?? "\u{FFFD}")).utf8
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
        while isLetter(buffer[position]) || isDigit(buffer[position]) || ".-".utf8.contains(buffer[position]) {
            position += 1
        }
        guard isSpaceOrEnd(buffer[position]) || buffer[position] == UInt8(ascii: ">") else {
            throw EntityMistake("Unexpected end of name token at byte offset \(start)")
        }
        return buffer.slice(start, position).asciiLowercased
    }

    private mutating func endTag() throws(EntityMistake) {
        let start = position
        guard let tag = open.last else { throw EntityMistake("Unexpected end tag at byte offset \(start)") }
        position += 2
        while !isSpaceOrEnd(buffer[position]), buffer[position] != UInt8(ascii: ">") { position += 1 }
        let name = buffer.slice(start + 2, position).asciiLowercased
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
        if buffer.units > tag.offset { try close(tag) }
    }

    private mutating func close(_ tag: OpenTag) throws(EntityMistake) {
        switch tag.name {
        case "b", "strong": add("bold", tag)
        case "i", "em": add("italic", tag)
        case "s", "strike", "del": add("strikethrough", tag)
        case "u", "ins": add("underline", tag)
        case "tg-spoiler", "span": add("spoiler", tag)
        case "blockquote": add(tag.argument.isEmpty ? "blockquote" : "expandable_blockquote", tag)
        case "tg-emoji":
            guard let id = Int(tag.argument), id != 0 else {
                throw EntityMistake("Invalid custom emoji identifier specified")
            }
            add("custom_emoji", tag, ["custom_emoji_id": .string(String(id))])
        case "tg-time":
            try checkDateFormat(tag.argument)
            if tag.date > 0 { add("date_time", tag, dateDetails(tag.date, tag.argument)) }
        case "a":
            let text = String(decoding: buffer.plain[tag.plainStart...], as: UTF8.self)
            if let (type, details) = linkEntity(tag.argument.isEmpty ? text : tag.argument) { add(type, tag, details) }
        default: closeCode(tag)
        }
    }

    private mutating func add(_ type: String, _ tag: OpenTag, _ details: [String: JSON] = [:]) {
        let length = buffer.units - tag.offset
        entities.append(TextEntity(type: type, offset: tag.offset, length: length, details: details))
    }

    /// `pre` and `code` around the same text are one entity when `code` names a language.
    private mutating func closeCode(_ tag: OpenTag) {
        let twin = tag.name == "pre" ? "code" : "pre"
        let length = buffer.units - tag.offset
        let language = tag.name == "pre" ? entities.last?.details["language"] : tag.language
        if let last = entities.last, last.type == twin, last.offset == tag.offset, last.length == length, let language {
            entities[entities.count - 1].type = "pre"
            entities[entities.count - 1].details = ["language": language]
        } else {
            add(tag.name, tag, tag.name == "code" ? tag.language.map { ["language": $0] } ?? [:] : [:])
        }
    }

    private mutating func skipSpace() { while MarkupBuffer.isSpace(buffer[position]) { position += 1 } }

    /// Reads `&lt;`, `&gt;`, `&amp;`, `&quot;` or a number; anything else stays as it is written.
    private mutating func takeCharacterReference() -> UInt32? {
        var end = position + 1
        var code: UInt32?
        if buffer[end] == UInt8(ascii: "#") {
            let isHexadecimal = buffer[end + 1] == UInt8(ascii: "x")
            end += isHexadecimal ? 2 : 1
            let digits = end
            while isDigit(buffer[end]) || (isHexadecimal && isHexadecimalLetter(buffer[end])) { end += 1 }
            code = UInt32(buffer.slice(digits, end), radix: isHexadecimal ? 16 : 10)
            guard let code, code > 0, code < 0x10_FFFF, end - position < 10 else { return nil }
        } else {
            while isLetter(buffer[end]) { end += 1 }
            let known: [String: UInt32] = ["lt": 0x3C, "gt": 0x3E, "amp": 0x26, "quot": 0x22]
            code = known[buffer.slice(position + 1, end)]
        }
        guard let code else { return nil }
        position = buffer[end] == UInt8(ascii: ";") ? end + 1 : end
        return code
    }

    private func isSpaceOrEnd(_ byte: UInt8) -> Bool { byte == 0 || MarkupBuffer.isSpace(byte) }
    private func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }
    private func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    private func isHexadecimalLetter(_ byte: UInt8) -> Bool { (0x61...0x66).contains(byte | 0x20) }
}

extension HTMLParser.OpenTag {
    fileprivate var language: JSON? { argument.isEmpty ? nil : .string(argument) }
}
