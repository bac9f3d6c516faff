import Support
import Testing

@testable import Web

struct HTMLTests {
    @Test func `text between tags and in quotes keeps its meaning and loses its power`() {
        let nasty = "<script>alert('x')</script> & \"y\""
        let html: HTML = "<p title=\"\(nasty)\">\(nasty)</p>"
        let safe = "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;y&quot;"
        #expect(html.string == "<p title=\"\(safe)\">\(safe)</p>")
    }

    @Test func `markup is put in as it is, and a missing piece as nothing`() {
        let item: HTML = "<li>\("a<b")</li>"
        let missing: HTML? = nil
        let list: HTML = "<ul>\([item, item])\(missing)\(item + item)</ul>"
        #expect(list.string == "<ul>\(String(repeating: "<li>a&lt;b</li>", count: 4))</ul>")
    }

    @Test func `numbers are plain digits`() {
        let html: HTML = "<b>\(1_234_567)</b>"
        #expect(html.string == "<b>1234567</b>")
    }

    @Test func `a missing attribute leaves no trace`() {
        let html: HTML = "<a\(.named("title", nil))\(.flag("hidden", false))\(.flag("download", true))>x</a>"
        #expect(html.string == "<a download>x</a>")
    }

    @Test func `an attribute value cannot leave its quotes`() {
        let html: HTML = "<i\(.named("data-name", "\" onclick=\"alert(1)"))></i>"
        #expect(html.string == "<i data-name=\"&quot; onclick=&quot;alert(1)\"></i>")
    }

    /// Reads what is rendered back with a reader that knows nothing of the writer.
    @Test(arguments: 0..<200)
    func `any text comes back from between tags and from quotes as it was`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let text = randomText(using: &generator)
        let html: HTML = "<p title=\"\(text)\"\(.named("data-x", text))>\(text)</p>"
        let parts = readBack(html.string)
        #expect(parts?.title == text)
        #expect(parts?.data == text)
        #expect(parts?.content == text)
    }

    @Test(arguments: [
        "href", "src", "srcset", "srcdoc", "action", "formaction", "poster", "data", "cite", "background", "ping",
        "manifest", "xlink:href", "style", "http-equiv", "content", "onclick", "onanything",
    ])
    func `no attribute of an address, code or a style takes plain text, however it is written`(name: String) {
        func isDangerous(_ name: String) -> Bool {
            Array(name.utf8).withUnsafeBufferPointer { MarkupScanner.isDangerous($0) }
        }
        #expect(isDangerous(name))
        #expect(isDangerous(name.uppercased()))
        #expect(!isDangerous("x" + name))
        #expect(!["class", "title", "value", "id", "alt", "aria-label", "height", "o"].contains(where: isDangerous))
    }

    @Test func `a text where escaping would not help stops the process`() async {
        await #expect(processExitsWith: .failure) { let _: HTML = "<a href=\"\("javascript:alert(1)")\">x</a>" }
        await #expect(processExitsWith: .failure) { let _: HTML = "<a onclick=\"\("alert(1)")\">x</a>" }
        await #expect(processExitsWith: .failure) { let _: HTML = "<a title=\("x onclick=alert(1)")>x</a>" }
        await #expect(processExitsWith: .failure) { let _: HTML = "<\("img onerror=alert(1)")>" }
        await #expect(processExitsWith: .failure) { let _: HTML = "<script>\("alert(1)")</script>" }
        await #expect(processExitsWith: .failure) { let _: HTML = "<p style=\"\("position:fixed")\"></p>" }
        await #expect(processExitsWith: .failure) { _ = Attribute.named("onclick", "alert(1)") }
    }
}

struct LinkTests {
    @Test(arguments: [
        "javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)", "java\tscript:alert(1)",
        "data:text/html,x",
        "vbscript:x", "//evil.example", "/\\evil.example", "\\/evil.example", "/a\nb", "/a b", "https:evil",
        "mailto:a@b",
        "ftp://a/b", "", "calls", "https://a\"onclick=", "/\u{0}", "/путь", "http:/\\evil",
    ])
    func `what a browser might run or misread is no link`(text: String) { #expect(Link(text) == nil) }

    @Test(arguments: ["/", "/calls/12?before=3#turn-4", "https://example.com/a?b=c&d=e", "HTTP://example.com"])
    func `local paths and web addresses are links`(text: String) { #expect(Link(text)?.text == text) }

    @Test(arguments: ["https://example.com/", "//evil.example/", "/\\evil.example", "calls", ""])
    func `after signing in a person goes to a path of ours only`(text: String) { #expect(Link(local: text) == nil) }

    @Test func `a part of a path cannot add a segment or a parameter`() {
        #expect(Link(path: "/calls/\("../a?b=c&d#e")").text == "/calls/..%2Fa%3Fb%3Dc%26d%23e")
        #expect(Link(path: "/calls?before=\(12)").text == "/calls?before=12")
    }

    @Test func `an ampersand in an address is escaped in its attribute`() {
        let html: HTML = "<a\(.href(Link(path: "/a?b=1&c=2")))>x</a>"
        #expect(html.string == "<a href=\"/a?b=1&amp;c=2\">x</a>")
    }
}

private func randomText(using generator: inout SeededGenerator) -> String {
    let pieces = [
        "<", ">", "&", "\"", "'", "&amp;", "&#39;", "</p>", "<!--", "-->", "<script>", "onclick=", "`", "=", "/", " ",
        "\n",
        "я", "қ", "😀", "\u{301}", "\u{202E}", "a", "]]>", "&lt", "\\", "%3C",
    ]
    return (0..<Int.random(in: 0...24, using: &generator))
        .compactMap { _ in pieces.randomElement(using: &generator) }.joined()
}

/// The three values of `<p title="…" data-x="…">…</p>`, or nil when the markup is not exactly of this form.
///
/// Read byte by byte: a combining character after a semicolon must not hide the semicolon.
private func readBack(_ markup: String) -> (title: String, data: String, content: String)? {
    var rest = Array(markup.utf8)[...]
    guard let title = take(&rest, after: "<p title=\"", upTo: "\""),
        let data = take(&rest, after: " data-x=\"", upTo: "\""),
        let content = take(&rest, after: ">", upTo: "<"),
        rest.elementsEqual("/p>".utf8)
    else { return nil }
    return (title, data, content)
}

/// Takes an unescaped value that holds no bare `<`, `>` or quote.
private func take(_ rest: inout ArraySlice<UInt8>, after opening: String, upTo end: Character) -> String? {
    guard rest.starts(with: opening.utf8) else { return nil }
    rest.removeFirst(opening.utf8.count)
    guard let stop = rest.firstIndex(where: { $0 == end.asciiValue }) else { return nil }
    var value = rest[..<stop]
    rest = rest[(stop + 1)...]
    guard !value.contains(where: { "<>\"'".utf8.contains($0) }) else { return nil }
    var text: [UInt8] = []
    while let byte = value.first {
        let entity = byte == UInt8(ascii: "&") ? entities.first { value.starts(with: $0.key.utf8) } : nil
        if byte == UInt8(ascii: "&"), entity == nil { return nil }
        text += entity.map { Array($0.value.utf8) } ?? [byte]
        value.removeFirst(entity?.key.utf8.count ?? 1)
    }
    return String(decoding: text, as: UTF8.self)
}

private let entities = ["&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": "\"", "&#39;": "'"]
