@testable import TelegramSandbox

/// Random numbers that a seed repeats (SplitMix64).
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func pick<Element>(_ list: [Element]) -> Element { list[Int.random(in: list.indices, using: &self)] }
    mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }
}

/// A formatted text as a person thinks of it: words, and marked stretches of words and further stretches.
indirect enum MarkupTree {
    case words(String)
    case marked(Mark, [MarkupTree])

    enum Mark: Hashable {
        case bold, italic, underline, strikethrough, spoiler, code
        case pre(language: String)
        case link(String)
        case mention(Int)
        case emoji(Int)
        case date(Int, format: String)
        case quote(isExpandable: Bool)
    }

    private static let atoms = [
        "a", "Ж", "қ", "🙂", "👨‍👩‍👧", "e\u{301}", " ", "<", ">", "&", "\"", "&lt;", "_", "*", "[", "]", "(", ")", "~", "`",
        "#", "+",
        "-", "=", "|", "{", "}", ".", "!", "\\", "1", "𝕏", "€",
    ]

    /// Words that begin and end with a letter, so that marks never touch each other or a space.
    private static func words(_ numbers: inout SeededNumbers) -> MarkupTree {
        let middle = (0..<numbers.number(0...5)).map { _ in numbers.pick(atoms) }.joined()
        return .words("я\(middle)z")
    }

    /// Stretches and words in turn, which begin and end with words.
    static func list(_ numbers: inout SeededNumbers, depth: Int, within outer: [Mark] = []) -> [MarkupTree] {
        var list = [words(&numbers)]
        for _ in 0..<numbers.number(0...(depth > 0 ? 3 : 0)) {
            list.append(stretch(&numbers, depth: depth, within: outer))
            list.append(words(&numbers))
        }
        return list
    }

    private static func stretch(_ numbers: inout SeededNumbers, depth: Int, within outer: [Mark]) -> MarkupTree {
        let plain: [Mark] = [.bold, .italic, .underline, .strikethrough, .spoiler]
        let solid: [Mark] = [
            .code, .pre(language: ""), .pre(language: "swift"), .link("https://example.com/a(b)?c=1&d=\"2\""),
            .mention(77), .emoji(5_368_324), .date(1_700_000_000, format: "wDT"),
        ]
        let isSolidAllowed = outer.allSatisfy { plain.contains($0) }
        let choices = plain.filter { !outer.contains($0) } + (isSolidAllowed ? solid : [])
        let mark = numbers.pick(choices.isEmpty ? [.bold] : choices)
        switch mark {
        case .code, .pre: return .marked(mark, [words(&numbers)])
        default: return .marked(mark, list(&numbers, depth: depth - 1, within: outer + [mark]))
        }
    }

    /// A whole message: lines, some of them quotations.
    static func message(_ numbers: inout SeededNumbers) -> [MarkupTree] {
        var message = list(&numbers, depth: 3)
        for _ in 0..<numbers.number(0...2) {
            message.append(.words("\n"))
            let mark = Mark.quote(isExpandable: numbers.number(0...1) == 0)
            var lines = list(&numbers, depth: 2)
            for _ in 0..<numbers.number(0...2) { lines += [.words("\n")] + list(&numbers, depth: 1) }
            // The line's end belongs to the quotation.
            message.append(.marked(mark, lines + [.words("\n")]))
            message += list(&numbers, depth: 1)
        }
        return message
    }
}

extension [MarkupTree] {
    var text: String {
        map { tree in
            switch tree {
            case .words(let text): text
            case .marked(_, let inner): inner.text
            }
        }.joined()
    }

    /// The entities, counted independently of any parser.
    func entities(from offset: Int = 0) -> [TextEntity] {
        var found: [TextEntity] = []
        var position = offset
        for tree in self {
            switch tree {
            case .words(let text): position += text.utf16.count
            case .marked(let mark, let inner):
                let length = inner.text.utf16.count
                found.append(mark.entity(position, length))
                found += inner.entities(from: position)
                position += length
            }
        }
        return found
    }

    var html: String {
        map { tree in
            switch tree {
            case .words(let text): text.escapedForHTML
            case .marked(let mark, let inner): mark.htmlStart + inner.html + mark.htmlEnd
            }
        }.joined()
    }

    func markdown(isCode: Bool = false, isQuote: Bool = false) -> String {
        map { tree in
            switch tree {
            case .words("\n"): isQuote ? "\n>" : "\n"
            case .words(let text): text.escapedForMarkdown(isCode: isCode)
            case .marked(.quote(let isExpandable), let lines):
                ">" + [MarkupTree](lines.dropLast()).markdown(isQuote: true) + (isExpandable ? "||\n" : "\n")
            case .marked(let mark, let inner):
                mark.markdownStart + inner.markdown(isCode: mark.isCode, isQuote: isQuote) + mark.markdownEnd
            }
        }.joined()
    }
}

extension MarkupTree.Mark {
    var isCode: Bool {
        switch self {
        case .code, .pre: true
        default: false
        }
    }

    fileprivate func entity(_ offset: Int, _ length: Int) -> TextEntity {
        var details: [String: JSON] = [:]
        let type: String
        switch self {
        case .bold: type = "bold"
        case .italic: type = "italic"
        case .underline: type = "underline"
        case .strikethrough: type = "strikethrough"
        case .spoiler: type = "spoiler"
        case .code: type = "code"
        case .pre(let language):
            type = "pre"
            if !language.isEmpty { details["language"] = .string(language) }
        case .link(let url):
            type = "text_link"
            details["url"] = .string(url)
        case .mention(let id):
            type = "text_mention"
            details["user"] = ["id": .integer(id)]
        case .emoji(let id):
            type = "custom_emoji"
            details["custom_emoji_id"] = .string(String(id))
        case .date(let time, let format):
            type = "date_time"
            details = ["unix_time": .integer(time), "date_time_format": .string(format)]
        case .quote(let isExpandable): type = isExpandable ? "expandable_blockquote" : "blockquote"
        }
        return TextEntity(type: type, offset: offset, length: length, details: details)
    }

    fileprivate var htmlStart: String {
        switch self {
        case .bold: "<b>"
        case .italic: "<EM>"
        case .underline: "<u >"
        case .strikethrough: "<del>"
        case .spoiler: "<span class=\"tg-spoiler\">"
        case .code: "<code>"
        case .pre(let language): language.isEmpty ? "<pre>" : "<pre><code class='language-\(language)'>"
        case .link(let url): "<a href=\"\(url.escapedForHTML)\">"
        case .mention(let id): "<a href=\"tg://user?id=\(id)\">"
        case .emoji(let id): "<tg-emoji emoji-id=\"\(id)\">"
        case .date(let time, let format): "<tg-time unix=\(time) format=\"\(format)\">"
        case .quote(let isExpandable): isExpandable ? "<blockquote expandable>" : "<blockquote>"
        }
    }

    fileprivate var htmlEnd: String {
        switch self {
        case .bold: "</b>"
        case .italic: "</>"
        case .underline: "</u >"
        case .strikethrough: "</DEL>"
        case .spoiler: "</span>"
        case .code: "</code>"
        case .pre(let language): language.isEmpty ? "</pre>" : "</code></pre>"
        case .link, .mention: "</a>"
        case .emoji: "</tg-emoji>"
        case .date: "</tg-time>"
        case .quote: "</blockquote>"
        }
    }

    fileprivate var markdownStart: String {
        switch self {
        case .bold: "*"
        case .italic: "_"
        case .underline: "__"
        case .strikethrough: "~"
        case .spoiler: "||"
        case .code: "`"
        case .pre(let language): "```\(language)\n"
        case .link, .mention: "["
        case .emoji, .date: "!["
        case .quote: ">"
        }
    }

    fileprivate var markdownEnd: String {
        switch self {
        case .pre: "```"
        case .link(let url): "](\(url.escapedForMarkdown(isCode: false)))"
        case .mention(let id): "](tg://user?id=\(id))"
        case .emoji(let id): "](tg://emoji?id=\(id))"
        case .date(let time, let format): "](tg://time?unix=\(time)&format=\(format))"
        default: markdownStart
        }
    }
}

extension String {
    fileprivate var escapedForHTML: String {
        replacing("&", with: "&amp;").replacing("<", with: "&#60;").replacing(">", with: "&#x3e;")
            .replacing("\"", with: "&quot;")
    }

    fileprivate func escapedForMarkdown(isCode: Bool) -> String {
        let marks = isCode ? "`\\" : "_*[]()~`>#+-=|{}.!\\"
        return String(flatMap { marks.contains($0) ? ["\\", $0] : [$0] })
    }
}
