/// Reads `parse_mode: MarkdownV2` as Telegram's server does, with its errors to the letter (tdlib, MessageEntity.cpp).
struct MarkdownV2Parser {
    private var buffer: MarkupBuffer
    private var position = 0
    private var open: [OpenEntity] = []
    private var entities: [TextEntity] = []
    private var hasBlockquote = false

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
        case blockquote = "BlockQuote"

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
                buffer.keep(buffer[position + 1])
                position += 2
            } else if !isReserved(byte) {
                buffer.keep(byte)
                position += 1
            } else if isEnd(byte) {
                try end(byte)
            } else {
                try begin(byte)
            }
        }
        if hasBlockquote, let last = open.last, last.kind == .blockquote { try close(last, details: [:]) }
        if let unclosed = open.last { throw cannotFindEnd(of: unclosed) }
        return FormattedText(text: buffer.plainText, entities: entities)
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
        if hasBlockquote, byte == UInt8(ascii: "\n"), buffer[position + 1] != UInt8(ascii: ">") { return true }
        return switch last.kind {
        case .bold: byte == UInt8(ascii: "*")
        case .italic: byte == UInt8(ascii: "_") && !follows("__")
        case .underline: follows("__")
        case .strikethrough: byte == UInt8(ascii: "~")
        case .spoiler: follows("||")
        case .code: byte == UInt8(ascii: "`")
        case .pre, .preCode: follows("```")
        case .textURL, .customEmoji: byte == UInt8(ascii: "]")
        case .blockquote: false
        }
    }

    private mutating func begin(_ byte: UInt8) throws(EntityMistake) {
        let start = position
        var language = ""
        let kind: Kind
        switch byte {
        case UInt8(ascii: "_"): kind = follows("__") ? .underline : .italic
        case UInt8(ascii: "*"): kind = .bold
        case UInt8(ascii: "~"): kind = .strikethrough
        case UInt8(ascii: "["): kind = .textURL
        case UInt8(ascii: "|") where follows("||"): kind = .spoiler
        case UInt8(ascii: "!") where follows("!["): kind = .customEmoji
        case UInt8(ascii: "`") where follows("```"):
            position += 3
            language = takeLanguage()
            kind = language.isEmpty ? .pre : .preCode
        case UInt8(ascii: "`"): kind = .code
        case UInt8(ascii: "\n"):
            try lineEnd()
            return
        case UInt8(ascii: ">") where position == 0:
            kind = .blockquote
            hasBlockquote = true
        default:
            let character = Character(UnicodeScalar(byte))
            throw EntityMistake("Character '\(character)' is reserved and must be escaped with the preceding '\\'")
        }
        if kind != .pre && kind != .preCode {
            position += kind == .underline || kind == .spoiler || kind == .customEmoji ? 2 : 1
        }
        push(kind, language, at: start)
    }

    private mutating func push(_ kind: Kind, _ language: String, at start: Int) {
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

    /// A line end stays in the text; `>` behind it begins a quotation or carries one on.
    private mutating func lineEnd() throws(EntityMistake) {
        let start = position
        buffer.keep(UInt8(ascii: "\n"))
        position += 1
        guard buffer[position] == UInt8(ascii: ">") else { return }
        position += 1
        guard !hasBlockquote else { return }
        hasBlockquote = true
        push(.blockquote, "", at: start)
    }

    /// Reads the language behind three back-ticks and the one line end that may follow.
    private mutating func takeLanguage() -> String {
        var end = position
        while buffer[end] != 0, !MarkupBuffer.isSpace(buffer[end]), buffer[end] != UInt8(ascii: "`") { end += 1 }
        var language = ""
        if end != position, end < buffer.bytes.count, buffer[end] != UInt8(ascii: "`") {
            language = buffer.slice(position, end)
            position = end
        }
        func isLineEnd(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }
        if isLineEnd(buffer[position]) {
            position += isLineEnd(buffer[position + 1]) && buffer[position] != buffer[position + 1] ? 2 : 1
        }
        return language
    }

    private mutating func end(_ byte: UInt8) throws(EntityMistake) {
        guard let last = open.last else { return }
        if byte == UInt8(ascii: "\n"), last.kind != .blockquote { throw cannotFindEnd(of: last) }
        var details: [String: JSON]? = last.language.isEmpty ? [:] : ["language": .string(last.language)]
        switch last.kind {
        case .underline, .spoiler: position += 2
        case .pre, .preCode: position += 3
        case .textURL: details = try linkDetails(textStart: last.plainStart)
        case .customEmoji: details = try customEmojiDetails()
        case .blockquote:
            try close(last, details: [:])
            buffer.keep(byte)
            position += 1
            return
        default: position += 1
        }
        try close(last, details: details)
    }

    /// Ends an entity; without details it is dropped, as one with a bad link is.
    private mutating func close(_ entity: OpenEntity, details: [String: JSON]?) throws(EntityMistake) {
        open.removeLast()
        if entity.kind == .blockquote { hasBlockquote = false }
        guard let details, buffer.units > entity.offset else { return }
        entities.append(
            TextEntity(
                type: details["user"] == nil ? entity.kind.entityType : "text_mention",
                offset: entity.offset,
                length: buffer.units - entity.offset,
                details: details
            )
        )
    }

    private mutating func linkDetails(textStart: Int) throws(EntityMistake) -> [String: JSON]? {
        position += 1
        var link = String(decoding: buffer.plain[textStart...], as: UTF8.self)
        if buffer[position] == UInt8(ascii: "(") { link = try takeAddress(named: "a URL") }
        if let user = linkedUser(link) { return ["user": ["id": .integer(user)]] }
        return checkedLink(link).map { ["url": .string($0)] }
    }

    private mutating func customEmojiDetails() throws(EntityMistake) -> [String: JSON] {
        position += 1
        guard buffer[position] == UInt8(ascii: "(") else {
            throw EntityMistake("Custom emoji entity must contain a tg://emoji URL")
        }
        let link = try takeAddress(named: "a custom emoji URL")
        let prefix = "tg://emoji?id="
        guard link.hasPrefix(prefix) else { throw EntityMistake("Custom emoji URL must have an emoji identifier") }
        return ["custom_emoji_id": .string(String(link.dropFirst(prefix.count)))]
    }

    private mutating func takeAddress(named name: String) throws(EntityMistake) -> String {
        position += 1
        let start = position
        var address: [UInt8] = []
        while position < buffer.bytes.count, buffer[position] != UInt8(ascii: ")") {
            if buffer[position] == UInt8(ascii: "\\"), isEscapable(buffer[position + 1]) { position += 1 }
            address.append(buffer[position])
            position += 1
        }
        guard position < buffer.bytes.count else {
            throw EntityMistake("Can't find end of \(name) at byte offset \(start)")
        }
        position += 1
        return String(decoding: address, as: UTF8.self)
    }

    private func cannotFindEnd(of entity: OpenEntity) -> EntityMistake {
        EntityMistake("Can't find end of \(entity.kind.rawValue) entity at byte offset \(entity.byteOffset)")
    }
}
