import Glibc

/// Follows the literal part of markup far enough to know what a value at this place would mean to a browser.
///
/// It knows only what our own pages use. Comments, unquoted or single-quoted values, styles and scripts with content need
/// other escaping, or none exists, so they are refused instead of understood. It runs over every literal of every page that
/// is sent, so it leaps from mark to mark and copies nothing.
struct MarkupScanner {
    private enum Place: Equatable {
        case text
        /// After `<`.
        case tagStart
        /// Behind a tag's name that the literal ends with.
        case tagName
        case doctype
        /// Between the attributes of a tag.
        case tag
        /// Behind an attribute's name that the literal ends with.
        case attributeName
        /// After `=`.
        case attributeStart
        case value
        /// Inside `<script>`, which stays empty.
        case script
    }

    private typealias Bytes = UnsafeBufferPointer<UInt8>

    private var place = Place.text
    /// Whether the value being read is an address, code or a style.
    private var isDangerous = false
    private var opensScript = false

    mutating func read(_ literal: UnsafeBufferPointer<UInt8>) {
        var index = 0
        while index < literal.count {
            switch place {
            case .text:
                guard let mark = Self.find(UInt8(ascii: "<"), in: literal, from: index) else { return }
                place = .tagStart
                index = mark + 1
            case .script:
                precondition(literal[index] == UInt8(ascii: "<"), "scripts live in files of their own")
                place = .tagStart
                index += 1
            case .tagStart where literal[index] == UInt8(ascii: "!"): place = .doctype
            case .tagStart: index = readTagName(literal, from: index)
            case .doctype:
                let byte = literal[index]
                precondition(byte != UInt8(ascii: "-"), "a comment would go to every reader; write it in the source")
                if byte == UInt8(ascii: ">") { place = .text }
                index += 1
            case .tag: index = readInTag(literal, from: index)
            case .attributeStart:
                precondition(literal[index] == UInt8(ascii: "\""), "a value stands in double quotes")
                place = .value
                index += 1
            case .value:
                guard let mark = Self.find(UInt8(ascii: "\""), in: literal, from: index) else { return }
                place = .tag
                index = mark + 1
            case .tagName, .attributeName: preconditionFailure("a name stands in one literal")
            }
        }
    }

    /// The slash of a closing tag counts as the first character of its name.
    private mutating func readTagName(_ literal: Bytes, from start: Int) -> Int {
        let end = Self.endOfName(in: literal, from: start + 1)
        precondition(!Self.matches(literal, start, end, "style"), "styles live in files of their own")
        opensScript = Self.matches(literal, start, end, "script")
        place = end < literal.count ? .tag : .tagName
        return end
    }

    private mutating func readInTag(_ literal: Bytes, from start: Int) -> Int {
        let byte = literal[start]
        if byte == UInt8(ascii: ">") { place = opensScript ? .script : .text }
        guard !Self.endsName(byte) else { return start + 1 }
        precondition((0x41...0x7A).contains(byte), "an attribute is written name=\"value\"")
        var end = start + 1
        while end < literal.count, literal[end] != UInt8(ascii: "="), !Self.endsName(literal[end]) { end += 1 }
        guard end < literal.count else {
            place = .attributeName
            return end
        }
        guard literal[end] == UInt8(ascii: "=") else { return end }
        isDangerous = Self.isDangerous(literal, start, end)
        place = .attributeStart
        return end + 1
    }

    func expectText() {
        let isSound = place == .text || (place == .value && !isDangerous)
        precondition(isSound, "a text stands between tags, or in a quoted attribute that is no address")
    }

    func expectMarkup() { precondition(place == .text, "markup stands between tags") }

    mutating func expectAttribute() {
        if place == .tagName { place = .tag }
        precondition(place == .tag, "an attribute stands inside a tag")
    }

    func expectEnd() { precondition(place == .text, "markup ends inside a tag") }

    /// Attributes that are addresses, code or styles take no plain text; `Attribute` has types for the addresses.
    static func isDangerous(_ name: UnsafeBufferPointer<UInt8>) -> Bool { isDangerous(name, 0, name.count) }

    private static func isDangerous(_ bytes: Bytes, _ start: Int, _ end: Int) -> Bool {
        if end - start >= 2, matches(bytes, start, start + 2, "on") { return true }
        // Most attributes of a page are told apart by their first letter and their length.
        switch (lowercase(bytes[start]), end - start) {
        case (UInt8(ascii: "h"), 4): return matches(bytes, start, end, "href")
        case (UInt8(ascii: "h"), 10): return matches(bytes, start, end, "http-equiv")
        case (UInt8(ascii: "s"), 3): return matches(bytes, start, end, "src")
        case (UInt8(ascii: "s"), 5): return matches(bytes, start, end, "style")
        case (UInt8(ascii: "s"), 6): return matches(bytes, start, end, "srcset") || matches(bytes, start, end, "srcdoc")
        case (UInt8(ascii: "a"), 6): return matches(bytes, start, end, "action")
        case (UInt8(ascii: "f"), 10): return matches(bytes, start, end, "formaction")
        case (UInt8(ascii: "p"), 6): return matches(bytes, start, end, "poster")
        case (UInt8(ascii: "p"), 4): return matches(bytes, start, end, "ping")
        case (UInt8(ascii: "d"), 4): return matches(bytes, start, end, "data")
        case (UInt8(ascii: "c"), 4): return matches(bytes, start, end, "cite")
        case (UInt8(ascii: "c"), 7): return matches(bytes, start, end, "content")
        case (UInt8(ascii: "b"), 10): return matches(bytes, start, end, "background")
        case (UInt8(ascii: "m"), 8): return matches(bytes, start, end, "manifest")
        case (UInt8(ascii: "x"), 10): return matches(bytes, start, end, "xlink:href")
        default: return false
        }
    }

    /// Whether these bytes are the word, in letters of either case.
    private static func matches(_ bytes: Bytes, _ start: Int, _ end: Int, _ word: StaticString) -> Bool {
        guard end - start == word.utf8CodeUnitCount else { return false }
        return (start..<end).allSatisfy { lowercase(bytes[$0]) == word.utf8Start[$0 - start] }
    }

    private static func find(_ byte: UInt8, in literal: Bytes, from start: Int) -> Int? {
        guard let base = literal.baseAddress,
            let found = memchr(base + start, CInt(byte), literal.count - start)
        else { return nil }
        return UnsafeRawPointer(found) - UnsafeRawPointer(base)
    }

    private static func endOfName(in literal: Bytes, from start: Int) -> Int {
        var end = start
        while end < literal.count, !endsName(literal[end]) { end += 1 }
        return end
    }

    private static func endsName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ">"), UInt8(ascii: "/"), 0x20, 0x0A, 0x09, 0x0D: true
        default: false
        }
    }

    private static func lowercase(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte + 0x20 : byte }
}
