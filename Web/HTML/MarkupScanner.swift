/// Follows the literal part of markup far enough to know what a value at this place would mean to a browser.
///
/// It knows only what our own pages use. Comments, unquoted or single-quoted values, styles and scripts with content need
/// other escaping, or none exists, so they are refused instead of understood.
struct MarkupScanner {
    private enum Place: Equatable {
        case text
        /// After `<`.
        case tagStart
        case tagName
        case doctype
        /// Between the attributes of a tag.
        case tag
        case attributeName
        /// After `=`.
        case attributeStart
        case value
        /// Inside `<script>`, which stays empty.
        case script
    }

    private var place = Place.text
    private var name: [UInt8] = []
    /// Whether the value being read is an address, code or a style.
    private var isDangerous = false
    private var opensScript = false

    mutating func read(_ literal: some Sequence<UInt8>) {
        for byte in literal { step(byte) }
    }

    private mutating func step(_ byte: UInt8) {
        switch place {
        case .text:
            if byte == UInt8(ascii: "<") { start(.tagStart) }
        case .script:
            precondition(byte == UInt8(ascii: "<"), "scripts live in files of their own")
            start(.tagStart)
        case .tagStart:
            place = byte == UInt8(ascii: "!") ? .doctype : .tagName
            name.append(lowercase(byte))
        case .doctype:
            precondition(byte != UInt8(ascii: "-"), "a comment would go to every reader; write it in the source")
            if byte == UInt8(ascii: ">") { place = .text }
        case .tagName:
            guard endsName(byte) else { return name.append(lowercase(byte)) }
            leaveTagName()
            step(byte)
        case .tag:
            stepInTag(byte)
        case .attributeName:
            if byte == UInt8(ascii: "=") {
                isDangerous = Self.isDangerous(name)
                place = .attributeStart
            } else if endsName(byte) {
                place = .tag
                step(byte)
            } else {
                name.append(lowercase(byte))
            }
        case .attributeStart:
            precondition(byte == UInt8(ascii: "\""), "a value stands in double quotes")
            place = .value
        case .value:
            if byte == UInt8(ascii: "\"") { place = .tag }
        }
    }

    private mutating func stepInTag(_ byte: UInt8) {
        if byte == UInt8(ascii: ">") { return place = opensScript ? .script : .text }
        guard !endsName(byte) else { return }
        precondition((0x41...0x7A).contains(byte), "an attribute is written name=\"value\"")
        start(.attributeName)
        name.append(lowercase(byte))
    }

    private mutating func start(_ next: Place) {
        place = next
        name.removeAll(keepingCapacity: true)
    }

    private mutating func leaveTagName() {
        precondition(!name.elementsEqual("style".utf8), "styles live in files of their own")
        opensScript = name.elementsEqual("script".utf8)
        place = .tag
    }

    func expectText() {
        let isSound = place == .text || (place == .value && !isDangerous)
        precondition(isSound, "a text stands between tags, or in a quoted attribute that is no address")
    }

    func expectMarkup() { precondition(place == .text, "markup stands between tags") }

    mutating func expectAttribute() {
        if place == .tagName { leaveTagName() }
        precondition(place == .tag, "an attribute stands inside a tag")
    }

    func expectEnd() { precondition(place == .text, "markup ends inside a tag") }

    /// Attributes that are addresses, code or styles take no plain text; `Attribute` has types for the addresses.
    static func isDangerous(_ name: some Collection<UInt8>) -> Bool {
        name.starts(with: "on".utf8) || refused.contains(Array(name))
    }

    private static let refused: Set<[UInt8]> = Set(
        [
            "href", "src", "srcset", "srcdoc", "action", "formaction", "poster", "data", "cite", "background", "ping",
            "manifest", "xlink:href", "style", "http-equiv", "content",
        ].map { Array($0.utf8) }
    )

    private func endsName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ">"), UInt8(ascii: "/"), 0x20, 0x0A, 0x09, 0x0D: true
        default: false
        }
    }

    private func lowercase(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte + 0x20 : byte }
}
