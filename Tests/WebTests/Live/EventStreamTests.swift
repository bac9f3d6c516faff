import Testing

@testable import Web

struct EventStreamTests {
    private func message(_ text: String) -> String {
        String(decoding: EventStream.message(Array(text.utf8), number: 7), as: UTF8.self)
    }

    @Test func `a message has its number, and each line is data`() {
        #expect(message("<p>\na</p>") == "id: 7\ndata: <p>\ndata: a</p>\n\n")
        #expect(message("one") == "id: 7\ndata: one\n\n")
        #expect(message("") == "id: 7\ndata: \n\n")
    }

    @Test func `no line end of a person's text begins a field`() {
        #expect(
            message("a\rid: 9\r\nevent: end\n\nb")
                == "id: 7\ndata: a\ndata: id: 9\ndata: event: end\ndata: \ndata: b\n\n"
        )
    }

    @Test func `only what changed is sent, and all of it when lines come or go`() {
        let one: HTML = "<li id=\"a\">1</li>"
        let two: HTML = "<li id=\"b\">2</li>"
        let other: HTML = "<li id=\"b\">3</li>"
        let former = LiveFragments(outline: ["a", "b"], pieces: [one, two], whole: "<ol>12</ol>")
        #expect(former.changes(since: nil)?.string == "<ol>12</ol>")
        #expect(former.changes(since: former) == nil)
        let later = LiveFragments(outline: ["a", "b"], pieces: [one, other], whole: "<ol>13</ol>")
        #expect(later.changes(since: former) == other)
        let fewer = LiveFragments(outline: ["b"], pieces: [other], whole: "<ol>3</ol>")
        #expect(fewer.changes(since: later)?.string == "<ol>3</ol>")
    }
}
