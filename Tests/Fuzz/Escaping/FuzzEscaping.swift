// Sources: Web/HTML/Attribute.swift Web/HTML/HTML.swift Web/HTML/MarkupScanner.swift
import Foundation

/// Whatever is put into a page stays text: no tag, no end of an attribute, no other address.
///
/// The formats of the panel are not compiled in; a second of playing is not looked at here.
enum Formats {
    static func machine(_ number: Double) -> String { "\(number)" }
}

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = Input(bytes, count)
    let text = input.text(atMost: 120)
    let title = input.text(atMost: 60)
    let page: HTML = "<p title=\"\(title)\"\(.named("data-name", text))>\(text)</p>"
    let values = values(of: page.string)
    expect(values.count == 3, "\(page.string) has other tags than it was written with")
    expect(zip(values, [title, text, text]).allSatisfy(isSame), "\(page.string) says something else")
    checkLinks(input.text(atMost: 120))
    return 0
}

/// What stands between the marks of the page above; too few or too many where a value brought a mark of its own.
private func values(of page: String) -> [String] {
    var values: [String] = []
    var rest = Substring(page)
    for mark in ["<p title=\"", "\" data-name=\"", "\">", "</p>"] {
        guard let range = rest.range(of: mark, options: .literal) else { return values }
        values.append(String(rest[..<range.lowerBound]))
        rest = rest[range.upperBound...]
    }
    return rest.isEmpty ? Array(values.dropFirst()) : values
}

private func isSame(_ escaped: String, _ text: String) -> Bool {
    guard !escaped.utf8.contains(where: { "<>\"'".utf8.contains($0) }) else { return false }
    var read = escaped
    for (reference, character) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")] {
        read = read.replacingOccurrences(of: reference, with: character, options: .literal)
    }
    return read.utf8.elementsEqual(text.replacingOccurrences(of: "\0", with: "\u{FFFD}", options: .literal).utf8)
}

/// An address that is taken goes to this server or is plainly a web address, as browsers read it.
private func checkLinks(_ text: String) {
    // Browsers drop tabs and line ends inside an address and blanks around it, and take a backslash for a slash.
    let seen = text.filter { !"\t\r\n".contains($0) }.trimmingCharacters(in: .whitespacesAndNewlines)
        .replacing("\\", with: "/").lowercased()
    if let link = Link(text) {
        let isOurs = seen.hasPrefix("/") && !seen.hasPrefix("//")
        expect(isOurs || seen.hasPrefix("http://") || seen.hasPrefix("https://"), "\(link.text) is taken for a link")
    }
    if let link = Link(local: text) {
        expect(seen.hasPrefix("/") && !seen.hasPrefix("//"), "\(link.text) leaves this server")
    }
}
