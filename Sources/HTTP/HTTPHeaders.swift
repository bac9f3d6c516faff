/// Header lines in their order; names are compared without case.
public struct HTTPHeaders: Sendable, Hashable, ExpressibleByDictionaryLiteral {
    public struct Line: Sendable, Hashable {
        public var name: String
        public var value: String
    }

    public private(set) var lines: [Line]

    public init() { lines = [] }

    public init(dictionaryLiteral elements: (String, String)...) {
        lines = elements.map { Line(name: $0.0, value: $0.1) }
    }

    /// The first value of a name; setting replaces all of them, and nil removes them.
    public subscript(name: String) -> String? {
        get { lines.first { isSame($0.name, name) }?.value }
        set {
            lines = lines.filter { !isSame($0.name, name) }
            if let newValue { lines.append(Line(name: name, value: newValue)) }
        }
    }

    /// Every value of a name, such as those of `Set-Cookie`.
    public func all(_ name: String) -> [String] { lines.filter { isSame($0.name, name) }.map(\.value) }

    public mutating func add(_ name: String, _ value: String) { lines.append(Line(name: name, value: value)) }

    /// Those that may be shown to another host than the one they were meant for.
    func withoutCredentials() -> HTTPHeaders {
        let harmless: Set = ["accept", "accept-language", "range", "if-none-match", "if-modified-since", "user-agent"]
        var rest = self
        rest.lines.removeAll { !harmless.contains($0.name.lowercased()) }
        return rest
    }

    /// Whether the lines cannot break out of their place in the request.
    var areSound: Bool {
        lines.allSatisfy { line in
            !line.name.isEmpty && line.name.utf8.allSatisfy(isNameByte)
                && line.value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f || $0 == 0x09 }
        }
    }
}

private func isSame(_ one: String, _ other: String) -> Bool {
    one.utf8.count == other.utf8.count && one.lowercased() == other.lowercased()
}

/// RFC 9110, 5.6.2: a token.
private func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
}
