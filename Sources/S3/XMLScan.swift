/// Reads what S3 answers: small XML of known elements without attributes that matter.
///
/// Not a parser: what is not found is nil, and nothing in a document can make it read anything else.
struct XMLScan: Sendable {
    private let text: Substring

    init(_ bytes: [UInt8]) { text = Substring(String(decoding: bytes, as: UTF8.self)) }

    private init(_ text: Substring) { self.text = text }

    /// The text of the first element of a name, with entities read.
    func first(_ name: String) -> String? { all(name).first.map { Self.unescaped($0.text) } }

    /// The elements of a name that are not nested in each other, in their order.
    func all(_ name: String) -> [XMLScan] {
        var found: [XMLScan] = []
        var rest = text
        while let open = rest.firstRange(of: "<\(name)>"),
            let close = rest[open.upperBound...].firstRange(of: "</\(name)>")
        {
            found.append(XMLScan(rest[open.upperBound..<close.lowerBound]))
            rest = rest[close.upperBound...]
        }
        return found
    }

    private static func unescaped(_ text: Substring) -> String {
        String(text).replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&quot;", with: "\"")
            .replacing("&apos;", with: "'").replacing("&#39;", with: "'").replacing("&#34;", with: "\"")
            .replacing("&amp;", with: "&")
    }
}
