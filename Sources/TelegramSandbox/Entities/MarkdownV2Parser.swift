/// Reads `parse_mode: MarkdownV2` by the rules of Telegram's server, with its errors to the letter.
struct MarkdownV2Parser {
    private var buffer: MarkupBuffer
    private var position = 0
    private var open: [OpenEntity] = []
    private var entities: [TextEntity] = []
    private var hasQuote = false
    /// Whether a `>` here would begin a quotation: only the line's end and opening marks may stand before it.
    private var isAtLineStart = true

    private struct OpenEntity {
        let kind: Kind
        let language: String
        let offset: Int
        let byteOffset: Int
        let plainStart: Int
    }

    /// The raw values are the names in Telegram's errors.
    private enum Kind: String {
        case bold = "Bold"
        case italic = "Italic"
        case underline = "Underline"
        case strikethrough = "Strikethrough"
        case spoiler = "Spoiler"
        case code = "Code"
        case pre = "Pre"
        case preCode = "PreCode"
        case textURL = "TextUrl"
        case customEmoji = "CustomEmoji"
        case quote = "BlockQuote"

        var isCode: Bool { self == .code || self == .pre || self == .preCode }

        var entityType: String {
            switch self {
            case .preCode: "pre"
            case .textURL: "text_link"
            case .customEmoji: "custom_emoji"
            default: rawValue.lowercased()
            }
        }
    }

    init(_ text: String) { buffer = MarkupBuffer(text) }

    mutating func parse() throws(EntityMistake) -> FormattedText {
        while position < buffer.bytes.count {
            let byte = buffer[position]
            if byte == UInt8(ascii: "\\"), isEscapable(buffer[position + 1]) {
                keep(buffer[position + 1])
                position += 2
            } else if !isReserved(byte) {
                keep(byte)
                position += 1
            } else if isEnd(byte) {
                try end(byte)
            } else {
                try begin(byte)
            }
        }
        if hasQuote { closeLastQuote() }
        if let unclosed = open.last { throw cannotFindEnd(of: unclosed) }
        return FormattedText(text: buffer.plainText, entities: entities)
    }

    private mutating func keep(_ byte: UInt8) {
        buffer.keep(byte)
        if byte != UInt8(ascii: "\r") { isAtLineStart = byte == UInt8(ascii: "\n") }
    }

    private func isEscapable(_ byte: UInt8) -> Bool { byte > 0 && byte <= 126 }

    private func isReserved(_ byte: UInt8) -> Bool {
        open.last?.kind.isCode == true ? byte == UInt8(ascii: "`") : "_*[]()~`>#+-=|{}.!\n".utf8.contains(byte)
    }

    private func follows(_ text: String) -> Bool {
        text.utf8.enumerated().allSatisfy { buffer[position + $0.offset] == $0.element }
    }

    private func isEnd(_ byte: UInt8) -> Bool {
        guard let last = open.last else { return false }
        if hasQuote, byte == UInt8(ascii: "\n"), buffer[position + 1] != UInt8(ascii: ">") { return true }
        return switch last.kind {
        case .bold: byte == UInt8(ascii: "*")
        case .italic: byte == UInt8(ascii: "_") && !follows("__")
        case .underline: follows("__")
        case .strikethrough: byte == UInt8(ascii: "~")
        case .spoiler: follows("||")
        case .code: byte == UInt8(ascii: "`")
        case .pre, .preCode: follows("```")
        case .textURL, .customEmoji: byte == UInt8(ascii: "]")
        case .quote: false
        }
    }

    private mutating func begin(_ byte: UInt8) throws(EntityMistake) {
        let start = position
        switch byte {
        case UInt8(ascii: "_") where follows("__"): push(.underline, length: 2)
        case UInt8(ascii: "_"): push(.italic, length: 1)
        case UInt8(ascii: "*"): push(.bold, length: 1)
        case UInt8(ascii: "~"): push(.strikethrough, length: 1)
        case UInt8(ascii: "["): push(.textURL, length: 1)
        case UInt8(ascii: "|") where follows("||"): push(.spoiler, length: 2)
        case UInt8(ascii: "!") where follows("!["): push(.customEmoji, length: 2)
        case UInt8(ascii: "`") where follows("```"):
            position += 3
            let language = buffer.takeLanguage(&position)
            push(language.isEmpty ? .pre : .preCode, language, from: start)
        case UInt8(ascii: "`"): push(.code, length: 1)
        case UInt8(ascii: "\n"):
            keep(byte)
            position += 1
        case UInt8(ascii: ">") where isAtLineStart:
            // A line of a quotation that has begun already only loses its mark.
            if hasQuote { position += 1 } else { push(.quote, length: 1) }
            hasQuote = true
        default:
            let character = Character(UnicodeScalar(byte))
            throw EntityMistake("Character '\(character)' is reserved and must be escaped with the preceding '\\'")
        }
    }

    private mutating func push(_ kind: Kind, length: Int) {
        let start = position
        position += length
        push(kind, "", from: start)
    }

    private mutating func push(_ kind: Kind, _ language: String, from start: Int) {
        open.append(
            OpenEntity(
                kind: kind,
                language: language,
                offset: buffer.units,
                byteOffset: start,
                plainStart: buffer.plain.count
            )
        )
    }

    private mutating func end(_ byte: UInt8) throws(EntityMistake) {
        guard let last = open.last else { return }
        if byte == UInt8(ascii: "\n") { return try endQuote() }
        switch last.kind {
        case .underline, .spoiler: position += 2
        case .pre, .preCode: position += 3
        case .textURL:
            position += 1
            let text = String(decoding: buffer.plain[last.plainStart...], as: UTF8.self)
            let link = buffer[position] == UInt8(ascii: "(") ? try takeAddress() : text
            return close(linkEntity(link))
        case .customEmoji:
            position += 1
            return close(try customEntity())
        default: position += 1
        }
        close((last.kind.entityType, last.language.isEmpty ? [:] : ["language": .string(last.language)]))
    }

    /// Ends an entity; without a type it is dropped, as one with a bad link is, or one without text.
    private mutating func close(_ entity: (type: String, details: [String: JSON])?) {
        let last = open.removeLast()
        let length = buffer.units - last.offset
        guard let entity, length > 0 else { return }
        entities.append(TextEntity(type: entity.type, offset: last.offset, length: length, details: entity.details))
    }

    /// The line's end belongs to the quotation that it ends; `||` before it makes the quotation expandable.
    private mutating func endQuote() throws(EntityMistake) {
        let isExpandable = isFoldMark(at: position)
        if isExpandable { open.removeLast() }
        guard let quote = open.last, quote.kind == .quote else {
            throw open.last.map { cannotFindEnd(of: $0) } ?? EntityMistake("Text must be non-empty")
        }
        keep(UInt8(ascii: "\n"))
        position += 1
        hasQuote = false
        close((isExpandable ? "expandable_blockquote" : "blockquote", [:]))
    }

    /// Whether a spoiler was opened right before `end`, with a carriage return between them at most.
    private func isFoldMark(at end: Int) -> Bool {
        guard let last = open.last, last.kind == .spoiler else { return false }
        return last.byteOffset == end - 2 || (last.byteOffset == end - 3 && buffer.plain.last == 0x0D)
    }

    private mutating func closeLastQuote() {
        let isExpandable = open.last?.kind == .spoiler && open.last?.byteOffset == buffer.bytes.count - 2
        if isExpandable { open.removeLast() }
        guard open.last?.kind == .quote else { return }
        close((isExpandable ? "expandable_blockquote" : "blockquote", [:]))
    }

    private mutating func customEntity() throws(EntityMistake) -> (type: String, details: [String: JSON]) {
        guard buffer[position] == UInt8(ascii: "(") else {
            throw EntityMistake("The entity must contain a tg://emoji or tg://time URL")
        }
        let link = try takeAddress()
        // No other spelling of a number is taken: no sign, no leading zeros.
        if let id = linkParameters(link, host: "emoji")?["id"], let number = Int(id), number != 0, String(number) == id
        {
            return ("custom_emoji", ["custom_emoji_id": .string(id)])
        }
        if let time = linkParameters(link, host: "time"), let date = time["unix"].flatMap({ Int32($0) }), date > 0 {
            try checkDateFormat(time["format"] ?? "")
            return ("date_time", dateDetails(Int(date), time["format"] ?? ""))
        }
        throw EntityMistake("Invalid tg://emoji or tg://time URL specified")
    }

    private mutating func takeAddress() throws(EntityMistake) -> String {
        position += 1
        let start = position
        var address: [UInt8] = []
        while position < buffer.bytes.count, buffer[position] != UInt8(ascii: ")") {
            if buffer[position] == UInt8(ascii: "\\"), isEscapable(buffer[position + 1]) { position += 1 }
            address.append(buffer[position])
            position += 1
        }
        guard position < buffer.bytes.count else {
            throw EntityMistake("Can't find end of a URL at byte offset \(start)")
        }
        position += 1
        return String(decoding: address, as: UTF8.self)
    }

    private func cannotFindEnd(of entity: OpenEntity) -> EntityMistake {
        EntityMistake("Can't find end of \(entity.kind.rawValue) entity at byte offset \(entity.byteOffset)")
    }
}
