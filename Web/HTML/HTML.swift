/// Markup made by string interpolation that escapes whatever is put into it.
///
/// The literal is the programmer's and becomes markup as it stands; a `String` becomes text. A `String` is no `HTML`, so
/// unescaped text cannot be passed where markup is wanted. `MarkupScanner` follows the literal and refuses a value where
/// escaping would not help: in a tag's name, an unquoted attribute, an address, a style, a script or a comment. A refusal
/// stops the process, and depends on the literal alone: rendering a page once shows that all its places are sound.
struct HTML: Sendable, Hashable {
    private(set) var bytes: [UInt8]

    static let empty = HTML(unchecked: [])

    /// Text, escaped.
    init(text: String) {
        bytes = []
        bytes.append(escaping: text)
    }

    init(unchecked bytes: [UInt8]) { self.bytes = bytes }

    /// Pieces one after another.
    init(_ pieces: some Sequence<HTML>) {
        bytes = []
        for piece in pieces { bytes += piece.bytes }
    }

    static func + (one: HTML, other: HTML) -> HTML { HTML(unchecked: one.bytes + other.bytes) }

    var string: String { String(decoding: bytes, as: UTF8.self) }
}

extension HTML: ExpressibleByStringInterpolation {
    init(stringLiteral literal: StaticString) {
        var scanner = MarkupScanner()
        literal.withUTF8Buffer { scanner.read($0) }
        scanner.expectEnd()
        bytes = literal.withUTF8Buffer(Array.init)
    }

    init(stringInterpolation: StringInterpolation) {
        stringInterpolation.scanner.expectEnd()
        bytes = stringInterpolation.bytes
    }

    struct StringInterpolation: StringInterpolationProtocol {
        var bytes: [UInt8] = []
        var scanner = MarkupScanner()

        init(literalCapacity: Int, interpolationCount: Int) {
            bytes.reserveCapacity(literalCapacity + 32 * interpolationCount)
        }

        mutating func appendLiteral(_ literal: StaticString) {
            literal.withUTF8Buffer {
                scanner.read($0)
                bytes.append(contentsOf: $0)
            }
        }

        /// Text, or part of a quoted attribute that holds no address.
        mutating func appendInterpolation(_ text: String) {
            scanner.expectText()
            bytes.append(escaping: text)
        }

        /// A whole number in plain digits.
        mutating func appendInterpolation(_ number: some BinaryInteger) { appendInterpolation(String(number)) }

        mutating func appendInterpolation(_ html: HTML) {
            scanner.expectMarkup()
            bytes += html.bytes
        }

        /// Nothing when there is none.
        mutating func appendInterpolation(_ html: HTML?) {
            appendInterpolation(html ?? .empty)
        }

        /// Pieces one after another.
        mutating func appendInterpolation(_ pieces: [HTML]) {
            scanner.expectMarkup()
            for piece in pieces { bytes += piece.bytes }
        }

        /// An attribute with the space before it: `<a\(.href(link))>`.
        mutating func appendInterpolation(_ attribute: Attribute) {
            scanner.expectAttribute()
            bytes += attribute.bytes
        }
    }
}

extension [UInt8] {
    /// Appends text such that it is the same text between tags and inside either kind of quotes.
    mutating func append(escaping text: String) {
        var text = text
        text.withUTF8 { source in
            var clean = 0
            for (index, byte) in source.enumerated() {
                guard let replacement = Self.replacement(byte) else { continue }
                append(contentsOf: source[clean..<index])
                replacement.withUTF8Buffer { append(contentsOf: $0) }
                clean = index + 1
            }
            append(contentsOf: source[clean...])
        }
    }

    private static func replacement(_ byte: UInt8) -> StaticString? {
        switch byte {
        case UInt8(ascii: "&"): "&amp;"
        case UInt8(ascii: "<"): "&lt;"
        case UInt8(ascii: ">"): "&gt;"
        case UInt8(ascii: "\""): "&quot;"
        case UInt8(ascii: "'"): "&#39;"
        // A browser reads NUL as an error of its own; people see the sign for "no such character".
        case 0: "\u{FFFD}"
        default: nil
        }
    }
}
