import Testing

@testable import TelegramSandbox

@Suite struct `Markup is read as Telegram reads it` {
    private func mistake(_ mode: ParseMode, _ text: String) -> String? {
        do {
            _ = try mode.parse(text)
            return nil
        } catch {
            return error.detail
        }
    }

    private func short(_ text: FormattedText) -> [String] {
        text.entities.map { "\($0.type) \($0.offset)+\($0.length)" }
    }

    @Test(arguments: [
        ("<b>a</b> <i>б</i>", "a б", ["bold 0+1", "italic 2+1"]),
        (
            "<strong>a</strong><em>b</em><ins>c</ins><del>d</del>", "abcd",
            ["bold 0+1", "italic 1+1", "underline 2+1", "strikethrough 3+1"]
        ),
        ("<b>a<i>b</i></b>", "ab", ["bold 0+2", "italic 1+1"]),
        ("🙂<b>я</b>", "🙂я", ["bold 2+1"]),
        ("&lt;b&gt; &amp; &quot;x&quot; &#1103; &#x44F; &nbsp;", "<b> & \"x\" я я &nbsp;", []),
        ("<pre><code class=\"language-swift\">let x</code></pre>", "let x", ["pre 0+5"]),
        ("<pre><code>x</code></pre>", "x", ["pre 0+1", "code 0+1"]),
        ("<tg-emoji emoji-id=\"5\">🙂</tg-emoji>", "🙂", ["custom_emoji 0+2"]),
        ("<tg-time unix=\"1700000000\" format=\"wD\">тогда</tg-time>", "тогда", ["date_time 0+5"]),
        ("&#128578; &#0; &#x110000; &ltx", "🙂 &#0; &#x110000; &ltx", []),
        ("<blockquote expandable>долго</blockquote>", "долго", ["expandable_blockquote 0+5"]),
        ("<span class='tg-spoiler'>s</span><tg-spoiler>t</tg-spoiler>", "st", ["spoiler 0+1", "spoiler 1+1"]),
        ("<a href=\"http://localhost/\">нет</a>", "нет", []),
        ("<b></b>x", "x", []),
    ])
    func `HTML`(source: String, text: String, entities: [String]) throws {
        let parsed = try ParseMode.html.parse(source)
        #expect(parsed.text == text)
        #expect(short(parsed) == entities)
    }

    @Test func `an HTML link keeps its address and pre its language`() throws {
        let link = try ParseMode.html.parse("<a href=\"https://example.com/?a=1&amp;b=2\">тут</a>")
        #expect(link.entities.first?.details["url"] == "https://example.com/?a=1&b=2")
        let user = try ParseMode.html.parse("<a href=\"tg://user?id=77\">Иван</a>")
        #expect(user.entities.first?.details["user"]?["id"] == 77)
        let code = try ParseMode.html.parse("<pre><code class=\"language-swift\">x</code></pre>")
        #expect(code.entities.first?.details["language"] == "swift")
    }

    @Test(arguments: [
        ("ы<br>", "Unsupported start tag \"br\" at byte offset 2"),
        ("<b>x", "Can't find end tag corresponding to start tag \"b\""),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b>x</i>", "Unmatched end tag at byte offset 4, expected \"</b>\", found \"</i>\""),
        ("<b", "Unclosed start tag at byte offset 0"),
        ("<a href=\"x", "Unclosed start tag at byte offset 0"),
        ("<a href", "Unclosed start tag \"a\" at byte offset 0"),
        ("<b />x", "Empty attribute name in the tag \"b\" at byte offset 0"),
        ("<a href=ы>x</a>", "Unexpected end of name token at byte offset 8"),
        ("<tg-emoji emoji-id=\"x\">x</tg-emoji>", "Invalid custom emoji identifier specified"),
        ("<tg-time unix=\"5\" format=\"x\">x</tg-time>", "Invalid date format used"),
        (
            "x&#xD83D;",
            "Text contains invalid Unicode characters after decoding HTML entities, check for unmatched surrogate code units"
        ),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ("<span>x</span>", "Tag \"span\" must have class \"tg-spoiler\" at byte offset 0"),
        ("1 < 2", "Unsupported start tag \"\" at byte offset 2"),
    ])
    func `and HTML mistakes are named as there`(source: String, detail: String) {
        #expect(mistake(.html, source) == detail)
    }

    @Test(arguments: [
        (
            "*a* _b_ __c__ ~d~ ||e|| `f`", "a b c d e f",
            ["bold 0+1", "italic 2+1", "underline 4+1", "strikethrough 6+1", "spoiler 8+1", "code 10+1"]
        ),
        ("*a _b_*", "a b", ["bold 0+3", "italic 2+1"]),
        ("1\\. 2\\!", "1. 2!", []),
        ("```swift\nlet x```", "let x", ["pre 0+5"]),
        (">раз\n>два\nтри", "раз\nдва\nтри", ["blockquote 0+8"]),
        (">раз\n>два||\nтри", "раз\nдва\nтри", ["expandable_blockquote 0+8"]),
        ("x\n>раз||", "x\nраз", ["expandable_blockquote 2+3"]),
        ("![🙂](tg://emoji?id=5)", "🙂", ["custom_emoji 0+2"]),
        ("![тогда](tg://time?unix=1700000000&format=r)", "тогда", ["date_time 0+5"]),
        ("[тут](https://example.com/a\\)b)", "тут", ["text_link 0+3"]),
        ("`a*b_c`", "a*b_c", ["code 0+5"]),
    ])
    func `MarkdownV2`(source: String, text: String, entities: [String]) throws {
        let parsed = try ParseMode.markdownv2.parse(source)
        #expect(parsed.text == text)
        #expect(short(parsed) == entities)
    }

    @Test(arguments: [
        ("готово.", "Character '.' is reserved and must be escaped with the preceding '\\'"),
        ("a-b", "Character '-' is reserved and must be escaped with the preceding '\\'"),
        ("*жирный\n>цитата*", "Can't find end of Bold entity at byte offset 27"),
        ("ы *жирный", "Can't find end of Bold entity at byte offset 3"),
        ("_a", "Can't find end of Italic entity at byte offset 0"),
        ("`a", "Can't find end of Code entity at byte offset 0"),
        ("[a](http://x", "Can't find end of a URL at byte offset 4"),
        ("![a](https://example.com)", "Invalid tg://emoji or tg://time URL specified"),
        ("![a]", "The entity must contain a tg://emoji or tg://time URL"),
        (">*a\nb", "Can't find end of Bold entity at byte offset 1"),
        ("a>b", "Character '>' is reserved and must be escaped with the preceding '\\'"),
        ("|a", "Character '|' is reserved and must be escaped with the preceding '\\'"),
    ])
    func `and MarkdownV2 mistakes are named as there`(source: String, detail: String) {
        #expect(mistake(.markdownv2, source) == detail)
    }

    @Test func `legacy Markdown too`() throws {
        let parsed = try ParseMode.markdown.parse("*a* _b_ [c](https://example.com) `d`. 1-2!")
        #expect(parsed.text == "a b c d. 1-2!")
        #expect(short(parsed) == ["bold 0+1", "italic 2+1", "text_link 4+1", "code 6+1"])
        #expect(mistake(.markdown, "a *b") == "Can't find end of the entity starting at byte offset 2")
    }

    @Test(arguments: [
        ("/start abc", ["bot_command 0+6"]), ("см. https://example.com/a?b=1, ok", ["url 4+25"]),
        ("пишите me@example.com!", ["email 7+14"]), ("@zvonar_bot и #звонки", ["mention 0+11", "hashtag 14+7"]),
        ("http://127.0.0.1:8080/login", ["url 0+27"]), ("example.ru/путь", ["url 0+15"]), ("и/или 1/2", []),
    ])
    func `commands and links are found in plain text`(text: String, entities: [String]) {
        #expect(short(FoundEntities.add(to: FormattedText(text: text))) == entities)
    }

    @Test func `white space around a text goes and entities move with it`() throws {
        let trimmed = try #require(try ParseMode.html.parse("\n  <b>x </b>y <i> \n</i>").cleaned())
        #expect(trimmed.text == "x y")
        #expect(short(trimmed) == ["bold 0+2"])
        // Up to the first entity only.
        let inside = try #require(try ParseMode.html.parse("  <b> x</b>").cleaned())
        #expect(inside.text == " x")
        #expect(try ParseMode.html.parse("<b> \n\u{200B}</b>").cleaned() == nil)
    }

    @Test func `a mistake reaches the bot in full`() async throws {
        try await Playground.play { play async throws in
            let answer = try await play.say("<b>x</i>", ["parse_mode": "HTML"])
            #expect(
                answer.description
                    == "Bad Request: can't parse entities: Unmatched end tag at byte offset 4, "
                    + "expected \"</b>\", found \"</i>\""
            )
            #expect(
                try await play.say("x", ["parse_mode": "BBCode"]).description == "Bad Request: unsupported parse_mode"
            )
        }
    }
}
