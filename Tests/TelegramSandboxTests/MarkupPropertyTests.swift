import Testing

@testable import TelegramSandbox

@Suite struct `Any text` {
    private func sorted(_ entities: [TextEntity]) -> [TextEntity] { entities.sorted { $0.precedes($1) } }

    @Test(arguments: 0..<8)
    func `says the same in HTML, in MarkdownV2 and as a list of entities`(seed: Int) throws {
        var numbers = SeededNumbers(UInt64(seed))
        for _ in 0..<150 {
            let tree = MarkupTree.message(&numbers)
            let expected = sorted(tree.entities())
            for (mode, source) in [(ParseMode.html, tree.html), (.markdownv2, tree.markdown())] {
                let parsed = try mode.parse(source)
                try #require(parsed.text == tree.text, "\(source)")
                try #require(sorted(parsed.entities) == expected, "\(source)")
            }
            let cleaned = try #require(try FormattedText(text: tree.text, entities: expected).cleaned())
            let reached = try #require(try ParseMode.html.parse(tree.html).cleaned())
            try #require(cleaned == reached, "\(tree.html)")
            try check(cleaned)
        }
    }

    @Test(arguments: 0..<8)
    func `keeps each letter's look whatever entities overlap on it`(seed: Int) throws {
        var numbers = SeededNumbers(UInt64(seed) &+ 1_000)
        let types = Array(TextEntity.splittable).sorted() + ["code", "text_link", "blockquote"]
        for _ in 0..<200 {
            let length = numbers.number(1...24)
            let entities = (0..<numbers.number(0...8)).map { _ in
                let offset = numbers.number(0...(length - 1))
                let type = numbers.pick(types)
                let details: [String: JSON] = type == "text_link" ? ["url": "http://a.b/"] : [:]
                let count = numbers.number(0...(length - offset))
                return TextEntity(type: type, offset: offset, length: count, details: details)
            }
            let text = FormattedText(text: String(repeating: "я", count: length), entities: entities)
            let cleaned = try #require(try text.cleaned())
            try check(cleaned)
            for unit in 0..<length {
                let code = looks(cleaned.entities, at: unit).contains("code")
                let wanted = looks(entities, at: unit).intersection(TextEntity.splittable)
                let shown = looks(cleaned.entities, at: unit).intersection(TextEntity.splittable)
                try #require(shown == (code ? [] : wanted), "unit \(unit) of \(entities)")
            }
        }
    }

    private func looks(_ entities: [TextEntity], at unit: Int) -> Set<String> {
        Set(entities.filter { $0.offset <= unit && unit < $0.end }.map(\.type))
    }

    /// Entities lie in the text, stand in order, nest, and cut no symbol in two.
    private func check(_ text: FormattedText) throws {
        let units = Array(text.text.utf16)
        func isInside(_ offset: Int) -> Bool { offset < units.count && UTF16.isTrailSurrogate(units[offset]) }
        for entity in text.entities {
            try #require(entity.offset >= 0 && entity.length > 0 && entity.end <= units.count)
            try #require(!isInside(entity.offset) && !isInside(entity.end))
        }
        try #require(text.entities == sorted(text.entities))
        var open: [TextEntity] = []
        for entity in text.entities {
            while let last = open.last, last.end <= entity.offset { open.removeLast() }
            try #require(open.allSatisfy { entity.end <= $0.end && $0.type != entity.type && !$0.isPlain })
            open.append(entity)
        }
    }

    /// What Telegram may say of a text, and what stands at the byte it names.
    private let mistakes: [(pattern: Regex<(Substring, Substring)>, marks: [String])] = [
        (/Unsupported start tag ".*" at byte offset (\d+)/.dotMatchesNewlines(), ["<"]),
        (/Unclosed start tag(?: "[a-z-]+")? at byte offset (\d+)/, ["<"]),
        (/Empty attribute name in the tag "[a-z-]+" at byte offset (\d+)/, ["<"]),
        (/Unexpected end of name token at byte offset (\d+)/, [""]),
        (/Unexpected end tag at byte offset (\d+)/, ["</"]), (/Unclosed end tag at byte offset (\d+)/, ["</"]),
        (
            /Unmatched end tag at byte offset (\d+), expected "<\/[a-z-]+>", found "<\/.*>"/.dotMatchesNewlines(),
            ["</"]
        ),
        (/Tag "span" must have class "tg-spoiler" at byte offset (\d+)/, ["<span", "<SPAN"]),
        (/Can't find end of Bold entity at byte offset (\d+)/, ["*"]),
        (/Can't find end of Italic entity at byte offset (\d+)/, ["_"]),
        (/Can't find end of Underline entity at byte offset (\d+)/, ["__"]),
        (/Can't find end of Strikethrough entity at byte offset (\d+)/, ["~"]),
        (/Can't find end of Spoiler entity at byte offset (\d+)/, ["||"]),
        (/Can't find end of Code entity at byte offset (\d+)/, ["`"]),
        (/Can't find end of Pre(?:Code)? entity at byte offset (\d+)/, ["```"]),
        (/Can't find end of TextUrl entity at byte offset (\d+)/, ["["]),
        (/Can't find end of CustomEmoji entity at byte offset (\d+)/, ["!["]),
        (/Can't find end of BlockQuote entity at byte offset (\d+)/, [">"]),
        (/Can't find end of the entity starting at byte offset (\d+)/, ["_", "*", "`", "["]),
        (/Can't find end of a URL at byte offset (\d+)/, [""]),
    ]

    private let plainMistakes: [Regex<Substring>] = [
        /Can't find end tag corresponding to start tag "[a-z-]+"/,
        /Character '[\]()~>#+\-=|{}.!]' is reserved and must be escaped with the preceding '\\'/,
        /The entity must contain a tg:\/\/emoji or tg:\/\/time URL/,
        /Invalid tg:\/\/emoji or tg:\/\/time URL specified/,
        /Invalid custom emoji identifier specified/, /Invalid date format used/,
        /Text contains invalid Unicode characters after decoding HTML entities, .*/,
    ]

    private static let shards = [
        "<", ">", "</", "<b>", "</b>", "<i", "<a href=", "<a href=\"http://a.b\">", "</a>", "<pre>",
        "<code class=\"language-x\">",
        "</code>", "<span class=\"tg-spoiler\">", "<span>", "<SPAN", "</>", "<br/>", "<tg-emoji emoji-id=", "\"5\"",
        "'", "=", "/",
        "<blockquote expandable>", "&lt;", "&#", "x44F;", "&#xD83D;", "&", ";", "*", "_", "__", "~", "|", "||", "`",
        "```",
        "[", "](", "![", "](tg://emoji?id=5)", "](tg://time?unix=5&format=q)", ")", "\n", "\n>", "\r", "\\", "я", "🙂",
        " ", "z", ".",
        "#", "-", "tg://user?id=7",
    ]

    @Test(arguments: 0..<8)
    func `of rubbish is read or refused at the right byte`(seed: Int) throws {
        var numbers = SeededNumbers(UInt64(seed) &+ 2_000)
        var read = 0
        for _ in 0..<1_500 {
            let source = (0..<numbers.number(1...7)).map { _ in numbers.pick(Self.shards) }.joined()
            let mode = numbers.pick([ParseMode.html, .markdown, .markdownv2])
            let parsed: FormattedText
            do {
                parsed = try mode.parse(source)
            } catch {
                try check(error.detail, of: source)
                continue
            }
            read += 1
            if let cleaned = try parsed.cleaned() { try check(cleaned) }
        }
        #expect((100..<1_400).contains(read), "the rubbish is all good or all bad: \(read)")
    }

    private func check(_ detail: String, of source: String) throws {
        for (pattern, marks) in mistakes {
            guard let match = detail.wholeMatch(of: pattern) else { continue }
            let offset = try #require(Int(match.1))
            let bytes = Array(source.utf8)
            try #require(offset <= bytes.count, "\(detail): \(source)")
            try #require(marks.contains { bytes[offset...].starts(with: $0.utf8) }, "\(detail): \(source)")
            return
        }
        try #require(plainMistakes.contains { detail.wholeMatch(of: $0) != nil }, "unknown: \(detail): \(source)")
    }

    @Test(arguments: [
        ("🙂", 1, 1, "entity begins in a middle of a UTF-16 symbol at byte offset 4"),
        ("🙂", 0, 1, "entity beginning at UTF-16 offset 0 ends in a middle of a UTF-16 symbol at byte offset 4"),
        ("я", 0, 2, "entity beginning at UTF-16 offset 0 ends after the end of the text at UTF-16 offset 2"),
        ("я", 5, 1, "entity begins after the end of the text at UTF-16 offset 5"),
        ("я", -1, 1, "receive an entity with incorrect offset -1"),
        ("я", 0, -1, "receive an entity with incorrect length -1"),
    ])
    func `with an entity that does not fit is refused`(text: String, offset: Int, length: Int, mistake: String) throws {
        let list: JSON = [["type": "bold", "offset": .integer(offset), "length": .integer(length)]]
        let parameters = Parameters(["text": .string(text), "entities": list])
        let failure = #expect(throws: BotFailure.self) {
            try BotText.read("text", entities: "entities", of: parameters, limit: .message)
        }
        #expect(failure?.description == "Bad Request: \(mistake)")
    }

    @Test func `loses characters that nobody should see, and entities move with it`() throws {
        let list: JSON = [["type": "bold", "offset": 3, "length": 4]]
        let parameters = Parameters(["text": "a\r\n\u{202E}b\u{30A}c\td", "entities": list])
        let text = try BotText.read("text", entities: "entities", of: parameters, limit: .message)
        #expect(text?.text == "a\nbc d")
        #expect(text?.entities.map(\.json) == [["type": "bold", "offset": 2, "length": 2]])
    }

    @Test func `is cut into pieces where something else begins`() throws {
        let text = try ParseMode.html.parse("<b>см. https://example.com тут <i>или</i> там</b>").cleaned()
        let found = FoundEntities.add(to: try #require(text)).entities.map { "\($0.type) \($0.offset)+\($0.length)" }
        #expect(found == ["bold 0+4", "url 4+19", "bold 4+19", "bold 23+5", "bold 28+7", "italic 28+3"])
    }

    @Test func `mentions known people in full and nobody else`() async throws {
        try await Playground.play { play async throws in
            let html = "<a href=\"tg://user?id=\(play.person)\">Анна</a> и <a href=\"tg://user?id=5\">никто</a>"
            let entities = try await play.say(html, ["parse_mode": "HTML"]).result["entities"]?.array ?? []
            #expect(entities.map { $0["user"]?["first_name"] } == ["Анна"])
            #expect(entities.first?["user"]?["is_bot"] == false)
        }
    }
}
