/// An attribute of a tag with the type of value that it may have; it brings the space before itself.
struct Attribute: Sendable, Hashable {
    let bytes: [UInt8]

    /// An attribute of plain text; none when the text is nil.
    ///
    /// The name stands in the source: addresses, styles and event handlers are refused here whatever the value is.
    static func named(_ name: StaticString, _ value: String?) -> Attribute {
        name.withUTF8Buffer { precondition(!MarkupScanner.isDangerous($0), "this attribute takes no plain text") }
        return value.map { Attribute(name, $0) } ?? .none
    }

    static let none = Attribute(bytes: [])

    /// An attribute without a value, such as `hidden`, present or not.
    static func flag(_ name: StaticString, _ isPresent: Bool) -> Attribute {
        isPresent ? Attribute(bytes: [0x20] + name.withUTF8Buffer(Array.init)) : .none
    }

    static func href(_ link: Link) -> Attribute { Attribute("href", link.text) }
    static func src(_ link: Link) -> Attribute { Attribute("src", link.text) }
    static func action(_ link: Link) -> Attribute { Attribute("action", link.text) }

    static func id(_ value: String) -> Attribute { Attribute("id", value) }
    static func value(_ value: String) -> Attribute { Attribute("value", value) }

    static func + (one: Attribute, other: Attribute) -> Attribute { Attribute(bytes: one.bytes + other.bytes) }

    private init(_ name: StaticString, _ value: String) {
        var bytes: [UInt8] = [0x20]
        name.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes += [0x3D, 0x22]
        bytes.append(escaping: value)
        bytes.append(0x22)
        self.bytes = bytes
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }
}

/// An address that a browser may be sent to: a path on this server, or http and https elsewhere.
///
/// `javascript:`, `data:`, `//host` and whatever a browser might read as such (a backslash, a control character, a space in
/// front) are no links.
struct Link: Sendable, Hashable, CustomStringConvertible {
    let text: String

    /// An address from outside; nil unless it is a local path or an http or https URL.
    init?(_ text: some StringProtocol) {
        guard Self.isLocalPath(text) || Self.isWebAddress(text) else { return nil }
        self.text = String(text)
    }

    /// A path on this server written in the source, with parts that are percent-encoded, such as `"/calls/\(id)"`.
    init(path: LocalPath) { text = path.text }

    /// A path on this server from outside, such as where to go after signing in.
    init?(local text: some StringProtocol) {
        guard Self.isLocalPath(text) else { return nil }
        self.text = String(text)
    }

    /// A recording from a second on, as media fragments (W3C) name it.
    func playing(from second: Double) -> Link { Link(unchecked: "\(text)#t=\(Formats.machine(second))") }

    /// The same address at an element of the page.
    func at(_ id: String) -> Link { Link(unchecked: "\(text)#\(percentEncoded(id))") }

    private init(unchecked text: String) { self.text = text }

    private static func isLocalPath(_ text: some StringProtocol) -> Bool {
        text.hasPrefix("/") && !text.hasPrefix("//") && hasOnlyAddressBytes(text)
    }

    private static func isWebAddress(_ text: some StringProtocol) -> Bool {
        let lowered = text.prefix(8).lowercased()
        return (lowered.hasPrefix("https://") || lowered.hasPrefix("http://")) && hasOnlyAddressBytes(text)
    }

    /// Printable ASCII without what RFC 3986 forbids: `"`, `<`, `>`, `\`, `^`, a backquote and braces.
    private static func hasOnlyAddressBytes(_ text: some StringProtocol) -> Bool {
        text.utf8.allSatisfy { (0x21...0x7E).contains($0) && !forbidden.contains($0) }
    }

    private static let forbidden = Set("\"<>\\^`{|}".utf8)

    var description: String { text }
}

/// A path of this server as the source writes it; parts put in cannot add a segment or a parameter.
struct LocalPath: Sendable, ExpressibleByStringInterpolation {
    let text: String

    init(stringLiteral literal: StaticString) { self.init(checked: literal.description) }

    init(stringInterpolation: StringInterpolation) { self.init(checked: stringInterpolation.text) }

    private init(checked text: String) {
        precondition(text.hasPrefix("/") && !text.hasPrefix("//"), "a local path begins with one slash")
        self.text = text
    }

    struct StringInterpolation: StringInterpolationProtocol {
        var text = ""

        init(literalCapacity: Int, interpolationCount: Int) {}

        mutating func appendLiteral(_ literal: StaticString) { text += literal.description }

        mutating func appendInterpolation(_ part: String) { text += percentEncoded(part) }

        /// A number, an identifier or anything else that describes itself.
        mutating func appendInterpolation(_ part: some CustomStringConvertible & Sendable) {
            text += percentEncoded(part.description)
        }
    }
}

/// Leaves the unreserved characters of RFC 3986 and turns every other byte into `%XX`.
func percentEncoded(_ text: String) -> String {
    var encoded: [UInt8] = []
    let digits = Array("0123456789ABCDEF".utf8)
    for byte in text.utf8 {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            encoded.append(byte)
        default: encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
    }
    return String(decoding: encoded, as: UTF8.self)
}
