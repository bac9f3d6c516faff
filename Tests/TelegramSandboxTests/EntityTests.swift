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
        ("<a href=\"x", "Unclosed start tag \"a\" at byte offset 0"),
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
        (">раз\n>два\nтри", "раз\nдва\nтри", ["blockquote 0+7"]),
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
        ("ы *жирный", "Can't find end of Bold entity at byte offset 3"),
        ("_a", "Can't find end of Italic entity at byte offset 0"),
        ("`a", "Can't find end of Code entity at byte offset 0"),
        ("[a](http://x", "Can't find end of a URL at byte offset 4"),
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
        let trimmed = try ParseMode.html.parse("\n  <b>x </b>y \n").trimmed
        #expect(trimmed.text == "x y")
        #expect(short(trimmed) == ["bold 0+2"])
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
