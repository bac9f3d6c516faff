extension TelegramHTML {
    /// A message's limit, once formatting is taken out.
    public static let messageLimit = 4096
    /// The limit of a caption, counted likewise.
    public static let captionLimit = 1024

    /// The text in as few messages as Telegram takes, cut at the end of a paragraph, a line or a word.
    ///
    /// A tag that is open at a cut is closed there and opened again. Counted are UTF-16 units without formatting: never
    /// fewer than the characters the server counts. Pieces of nothing but blanks are left out.
    public func pieces(limit: Int = messageLimit) -> [TelegramHTML] {
        let tokens = Token.all(in: text, limit: limit)
        var pieces: [TelegramHTML] = []
        var open: [Token] = []
        var start = 0
        while start < tokens.count {
            let end = Self.cut(tokens, from: start, limit: limit)
            if let piece = Self.piece(of: tokens[start..<end], open: &open) { pieces.append(piece) }
            start = end
        }
        return pieces
    }

    /// Where the piece ends that begins at `start`.
    private static func cut(_ tokens: [Token], from start: Int, limit: Int) -> Int {
        var units = 0
        // The last place to cut of each kind, and how much text is before it.
        var places: [(index: Int, units: Int)?] = [nil, nil, nil]
        for index in start..<tokens.count {
            guard case .text(let text, let size) = tokens[index] else { continue }
            if units + size > limit {
                // A cut that leaves less than half of a message is worse than one at a lesser boundary.
                let place = places.first { ($0?.units ?? 0) > limit / 2 } ?? places.first { $0 != nil }
                return place??.index ?? max(index, start + 1)
            }
            units += size
            if text == "\n" {
                places[isBreak(tokens, index - 1, from: start) ? 0 : 1] = (index + 1, units)
            } else if text == " " {
                places[2] = (index + 1, units)
            }
        }
        return tokens.count
    }

    private static func isBreak(_ tokens: [Token], _ index: Int, from start: Int) -> Bool {
        guard index >= start, case .text("\n", _) = tokens[index] else { return false }
        return true
    }

    /// The tokens as a whole text; `open` are the tags open before, and then after them.
    private static func piece(of tokens: ArraySlice<Token>, open: inout [Token]) -> TelegramHTML? {
        var markup = open.map(\.markup).joined()
        var visible = tokens
        while let first = visible.first, first.isBlank { visible.removeFirst() }
        while let last = visible.last, last.isBlank { visible.removeLast() }
        var hasText = false
        for token in visible {
            markup += token.markup
            switch token {
            case .text: hasText = hasText || !token.isBlank
            case .open: open.append(token)
            case .close: if !open.isEmpty { open.removeLast() }
            }
        }
        markup += open.reversed().map(\.closing).joined()
        return hasText ? TelegramHTML(markup: markup) : nil
    }
}

/// The smallest parts that a text is never cut inside of.
private enum Token {
    /// A character, or an entity that stands for one, and how many UTF-16 units are seen of it.
    case text(Substring, Int)
    case open(Substring)
    case close(Substring)

    var markup: String {
        switch self {
        case .text(let text, _), .open(let text), .close(let text): String(text)
        }
    }

    var isBlank: Bool {
        guard case .text(let text, _) = self else { return false }
        // Not by characters: a blank with a mark upon it counts as one and is seen.
        return text.unicodeScalars.allSatisfy(\.properties.isWhitespace)
    }

    /// `</a>` for `<a href="…">`.
    var closing: String {
        guard case .open(let tag) = self else { return "" }
        return "</\(tag.dropFirst().prefix { $0.isLetter || $0 == "-" })>"
    }

    /// Markup is looked for among scalars: a mark that combines with the `>` before it is a part of the text.
    static func all(in text: String, limit: Int) -> [Token] {
        var tokens: [Token] = []
        let scalars = text.unicodeScalars
        var rest = scalars[...]
        while let first = rest.first {
            if first == "<", let end = rest.firstIndex(of: ">") {
                let tag = Substring(rest[...end])
                tokens.append(rest.dropFirst().first == "/" ? .close(tag) : .open(tag))
                rest = rest[scalars.index(after: end)...]
            } else if first == "&", let end = rest.prefix(10).firstIndex(of: ";") {
                // One unit is what the four named entities take; a numeric one may stand for two.
                tokens.append(.text(Substring(rest[...end]), rest.dropFirst().first == "#" ? 2 : 1))
                rest = rest[scalars.index(after: end)...]
            } else {
                let end = rest.dropFirst().firstIndex { $0 == "<" || $0 == "&" } ?? rest.endIndex
                // As a text of its own, so that its first character does not reach into the markup before it.
                let run = String(rest[..<end])
                for index in run.indices { tokens += parts(of: run[index...index], atMost: min(64, limit)) }
                rest = rest[end...]
            }
        }
        return tokens
    }

    /// The character itself, unless somebody piled up marks on it until it is as long as a message.
    private static func parts(of character: Substring, atMost units: Int) -> [Token] {
        guard character.utf16.count > units else { return [.text(character, character.utf16.count)] }
        return character.unicodeScalars.map { .text(Substring(String($0)), String($0).utf16.count) }
    }
}
