// Sources: Sources/Telegram/Text/TelegramHTML.swift Sources/Telegram/Text/TelegramHTML+Pieces.swift
// Sources: Sources/TelegramSandbox/Entities/FormattedText.swift Sources/TelegramSandbox/Entities/HTMLParser.swift
// Sources: Sources/TelegramSandbox/Entities/MarkdownParser.swift Sources/TelegramSandbox/Entities/MarkdownV2Parser.swift
// Sources: Sources/TelegramSandbox/Entities/EntityRules.swift Sources/TelegramSandbox/Entities/TextCleaning.swift
// Sources: Sources/TelegramSandbox/Entities/MarkupBuffer.swift Sources/TelegramSandbox/HTTP/JSON.swift
import Foundation

/// A formatted text of any length becomes messages that Telegram takes, and nothing but blanks is lost between them.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = Input(bytes, count)
    // Small limits reach the cuts with short texts. A character of the server's count is at most two units.
    let limit = 2 + input.number(below: 60)
    var written = ""
    var looks: [String] = []
    let text = run(&input, depth: 0, inside: [], &written, &looks)
    let pieces = text.pieces(limit: limit)
    var read = ""
    var readLooks: [String] = []
    for piece in pieces {
        do {
            var parser = HTMLParser(piece.text)
            let found = try parser.parse()
            expect(found.codePointCount <= limit, "\(found.codePointCount) characters for a limit of \(limit)")
            expect(found.text.unicodeScalars.contains { !$0.properties.isWhitespace }, "an empty message")
            read += found.text
            readLooks += looked(found)
        } catch {
            fatalError("\(piece.text.debugDescription) is refused: \(error.detail)")
        }
    }
    expect(
        visible(read) == visible(written),
        "\(visible(written).debugDescription) became \(visible(read).debugDescription)"
    )
    expect(readLooks == looks, "the formatting moved: \(looks) became \(readLooks)")
    return 0
}

/// Text with formatting inside formatting; `looks` has each visible scalar with the names it stands in.
private func run(
    _ input: inout Input,
    depth: Int,
    inside: [String],
    _ written: inout String,
    _ looks: inout [String]
) -> TelegramHTML {
    var html: TelegramHTML = ""
    for _ in 0..<(1 + input.number(below: 6)) {
        guard !input.isEmpty else { break }
        let kind = input.number(below: depth < 3 ? 8 : 3)
        switch kind {
        case 3: html += "<b>\(run(&input, depth: depth + 1, inside: inside + ["bold"], &written, &looks))</b>"
        case 4: html += "<i>\(run(&input, depth: depth + 1, inside: inside + ["italic"], &written, &looks))</i>"
        case 5: html += "<code>\(plain(&input, inside + ["code"], &written, &looks))</code>"
        case 6:
            let link = "https://example.com/?a=1&b=\"\(input.byte())"
            html += "<a href=\"\(link)\">\(plain(&input, inside + ["text_link"], &written, &looks))</a>"
        case 7:
            let space = input.choice([" ", "\n", "\n\n"])
            written += space
            html += TelegramHTML(plain: space)
        default: html += plain(&input, inside, &written, &looks)
        }
    }
    return html
}

private func plain(
    _ input: inout Input,
    _ inside: [String],
    _ written: inout String,
    _ looks: inout [String]
) -> TelegramHTML {
    let text = input.text(atMost: 40).replacing("\0", with: " ")
    written += text
    // Blanks at the edges of a message may go, and with them what they looked like.
    for scalar in text.unicodeScalars where !scalar.properties.isWhitespace {
        looks.append("\(scalar.value) \(Set(inside).sorted())")
    }
    return TelegramHTML(plain: text)
}

private func looked(_ found: FormattedText) -> [String] {
    var looks: [String] = []
    var offset = 0
    for scalar in found.text.unicodeScalars {
        let inside = Set(found.entities.filter { $0.offset <= offset && offset < $0.end }.map(\.type))
        if !scalar.properties.isWhitespace { looks.append("\(scalar.value) \(inside.sorted())") }
        offset += String(scalar).utf16.count
    }
    return looks
}

private func visible(_ text: String) -> String {
    var visible = ""
    visible.unicodeScalars += text.unicodeScalars.filter { !$0.properties.isWhitespace }
    return visible
}
