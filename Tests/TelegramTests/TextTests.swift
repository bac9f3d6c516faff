import Telegram
import Testing

@Suite struct TextTests {
    @Test func `what is put into a text is escaped`() {
        let name = "ООО <\"Рога\" & Копыта>"
        let html: TelegramHTML = "Звонок <b>\(name)</b> №\(7)"
        #expect(html.text == "Звонок <b>ООО &lt;&quot;Рога&quot; &amp; Копыта&gt;</b> №7")
        let nested: TelegramHTML = "<i>\(html)</i>"
        #expect(nested.text == "<i>\(html.text)</i>")
        #expect([html, TelegramHTML(plain: "a<b")].joined(separator: "\n").text == html.text + "\na&lt;b")
    }

    @Test func `a short text is one piece`() {
        #expect(TelegramHTML("<b>да</b>").pieces().map(\.text) == ["<b>да</b>"])
        #expect(TelegramHTML("").pieces().isEmpty)
        #expect(TelegramHTML(" \n <b> </b>").pieces().isEmpty)
    }

    @Test func `a text is cut at a paragraph, a line, a word, in this order`() {
        #expect(TelegramHTML("one two\n\nthree\nfour").pieces(limit: 16).map(\.text) == ["one two", "three\nfour"])
        #expect(TelegramHTML("one two\n\nthree four").pieces(limit: 15).map(\.text) == ["one two", "three four"])
        #expect(TelegramHTML("one two three\nfour").pieces(limit: 17).map(\.text) == ["one two three", "four"])
        #expect(
            TelegramHTML("a\n\none two three\nfour").pieces(limit: 17).map(\.text) == ["a\n\none two three", "four"]
        )
        #expect(TelegramHTML("one two three four").pieces(limit: 10).map(\.text) == ["one two", "three four"])
        #expect(TelegramHTML("abcdefghij").pieces(limit: 4).map(\.text) == ["abcd", "efgh", "ij"])
    }

    @Test func `an open tag is closed at the cut and opened again`() {
        let pieces = TelegramHTML("<b>one <a href=\"https://x.y/?a=1&amp;b=2\">two three</a></b> four").pieces(limit: 8)
        #expect(
            pieces.map(\.text) == [
                "<b>one <a href=\"https://x.y/?a=1&amp;b=2\">two</a></b>",
                "<b><a href=\"https://x.y/?a=1&amp;b=2\">three</a></b>",
                "four",
            ]
        )
    }

    @Test func `an entity, an emoji and a pair of surrogates are never cut`() {
        for limit in 2...9 {
            let pieces = TelegramHTML("a&lt;b&amp;c&#128512;d👩‍👩‍👧e").pieces(limit: max(limit, 8)).map(\.text)
            #expect(pieces.joined() == "a&lt;b&amp;c&#128512;d👩‍👩‍👧e")
            #expect(pieces.allSatisfy { $0.count(where: { $0 == "&" }) == $0.count(where: { $0 == ";" }) })
        }
        let piled = "a" + String(repeating: "\u{301}", count: 5000)
        let pieces = TelegramHTML(plain: piled).pieces().map(\.text)
        #expect(pieces.joined().unicodeScalars.count == 5001)
        #expect(pieces.allSatisfy { $0.utf16.count <= 4096 })
    }

    @Test(arguments: 0..<200)
    func `pieces of any text are whole, short and together the text`(seed: UInt64) {
        var random = Seeded(state: seed)
        var html = ""
        var open: [String] = []
        for _ in 0..<Int.random(in: 1...400, using: &random) {
            switch Int.random(in: 0..<12, using: &random) {
            case 0 where open.count < 3:
                open.append(["b", "i", "pre", "blockquote"].randomElement(using: &random) ?? "b")
                html += "<\(open.last ?? "")>"
            case 1: if let tag = open.popLast() { html += "</\(tag)>" }
            case 2: html += "\n\n"
            case 3: html += "\n"
            case 4: html += " "
            case 5: html += "&amp;"
            case 6: html += "😀"
            default: html += String(repeating: "слово", count: Int.random(in: 1...4, using: &random))
            }
        }
        for tag in open.reversed() { html += "</\(tag)>" }
        let pieces = TelegramHTML(stringLiteral: html).pieces(limit: 100).map(\.text)
        #expect(pieces.allSatisfy { (1...100).contains(visible($0).utf16.count) && isBalanced($0) })
        let letters = pieces.map { visible($0).filter { !$0.isWhitespace } }.joined()
        #expect(letters == visible(html).filter { !$0.isWhitespace })
    }

    @Test func `callback data is counted in bytes`() {
        #expect(CallbackData(String(repeating: "a", count: 64)) != nil)
        #expect(CallbackData(String(repeating: "я", count: 32))?.text.utf8.count == 64)
        #expect(CallbackData(String(repeating: "a", count: 65)) == nil)
        #expect(CallbackData(String(repeating: "я", count: 33)) == nil)
        #expect(CallbackData("") == nil)
    }

    /// The text without tags, entities as the character they stand for.
    private func visible(_ html: String) -> String {
        html.replacing(/<[^>]*>/, with: "").replacing("&amp;", with: "&")
    }

    private func isBalanced(_ html: String) -> Bool {
        var open: [Substring] = []
        for tag in html.matches(of: /<(\/?)([a-z]+)>/) {
            if tag.output.1.isEmpty {
                open.append(tag.output.2)
            } else if open.popLast() != tag.output.2 {
                return false
            }
        }
        return open.isEmpty
    }
}

/// Knuth's linear congruential generator: the same texts in every run.
private struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ (state >> 29)
    }
}
