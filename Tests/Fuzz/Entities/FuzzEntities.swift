// Sources: Sources/TelegramSandbox/Entities/FormattedText.swift Sources/TelegramSandbox/Entities/HTMLParser.swift
// Sources: Sources/TelegramSandbox/Entities/MarkdownParser.swift Sources/TelegramSandbox/Entities/MarkdownV2Parser.swift
// Sources: Sources/TelegramSandbox/Entities/EntityRules.swift Sources/TelegramSandbox/Entities/TextCleaning.swift
// Sources: Sources/TelegramSandbox/Entities/MarkupBuffer.swift Sources/TelegramSandbox/HTTP/JSON.swift
import Foundation

/// Any text in any markup either is refused at one of its bytes or gives entities that lie in the text.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = Input(bytes, count)
    let mode = input.choice([ParseMode.html, .markdownv2, .markdown])
    // Telegram refuses what is no UTF-8 and turns a zero into a space before it parses.
    let text = String(decoding: input.remainder(), as: UTF8.self).replacing("\0", with: " ")
    do {
        let found = try mode.parse(text)
        check(found, of: text)
        if let cleaned = try found.cleaned() { check(cleaned, of: text) }
    } catch {
        checkOffset(error.detail, of: text)
    }
    checkEscaped(text, mode)
    return 0
}

private func check(_ found: FormattedText, of text: String) {
    let units = found.text.utf16.count
    for entity in found.entities {
        expect(entity.offset >= 0 && entity.length > 0, "\(entity) is empty")
        expect(entity.end <= units, "\(entity) ends behind \(units) units")
    }
    for (one, next) in zip(found.entities, found.entities.dropFirst()) {
        expect(one.offset <= next.offset, "\(one) stands before \(next)")
        // Beside each other or one in the other, never half.
        expect(one.end <= next.offset || next.end <= one.end, "\(one) crosses \(next)")
    }
}

private func checkOffset(_ detail: String, of text: String) {
    expect(!detail.isEmpty, "a refusal says why")
    guard let range = detail.range(of: "byte offset ") else { return }
    let offset = Int(detail[range.upperBound...].prefix { $0.isNumber })
    expect(
        offset.map { (0...text.utf8.count).contains($0) } ?? false,
        "\(detail) lies outside \(text.utf8.count) bytes"
    )
}

/// What is escaped as the manual says comes back as it was, without entities.
private func checkEscaped(_ text: String, _ mode: ParseMode) {
    var escaped = ""
    for scalar in text.unicodeScalars {
        switch mode {
        case .html:
            let replacement = ["<": "&lt;", ">": "&gt;", "&": "&amp;"][scalar]
            escaped += replacement ?? String(scalar)
        case .markdownv2:
            if (1...126).contains(scalar.value) { escaped += "\\" }
            escaped.unicodeScalars.append(scalar)
        case .markdown:
            // A backslash itself cannot be escaped there.
            if scalar == "\\" { return }
            if "_*`[".unicodeScalars.contains(scalar) { escaped += "\\" }
            escaped.unicodeScalars.append(scalar)
        }
    }
    do {
        let found = try mode.parse(escaped)
        expect(
            found.text.utf8.elementsEqual(text.utf8),
            "\(escaped.debugDescription) became \(found.text.debugDescription)"
        )
        expect(found.entities.isEmpty, "\(escaped.debugDescription) has \(found.entities)")
    } catch {
        fatalError("\(escaped.debugDescription) is refused: \(error.detail)")
    }
}
