/// Cuts JSON at its first level without reading what is inside, so that every value keeps its very text.
///
/// The text must be known to be valid: anything else gives nonsense, though never a crash.
enum RawJSON {
    /// The members of an object, by keys that are written without escapes.
    static func members(of object: [UInt8]) -> [(key: String, value: ArraySlice<UInt8>)] {
        var members: [(String, ArraySlice<UInt8>)] = []
        for piece in pieces(of: object) {
            guard let start = piece.firstIndex(of: quote),
                let end = piece[(start + 1)...].firstIndex(of: quote),
                let colon = piece[end...].firstIndex(of: UInt8(ascii: ":"))
            else { continue }
            members.append((String(decoding: piece[(start + 1)..<end], as: UTF8.self), trimmed(piece[(colon + 1)...])))
        }
        return members
    }

    static func elements(of array: [UInt8]) -> [ArraySlice<UInt8>] { pieces(of: array) }

    /// What stands between the commas of the outermost brackets.
    private static func pieces(of text: [UInt8]) -> [ArraySlice<UInt8>] {
        var pieces: [ArraySlice<UInt8>] = []
        var depth = 0
        var start = text.startIndex
        var isInString = false
        var index = text.startIndex
        while index < text.endIndex {
            let byte = text[index]
            if isInString {
                if byte == UInt8(ascii: "\\") {
                    index += 1
                } else if byte == quote {
                    isInString = false
                }
            } else {
                switch byte {
                case quote: isInString = true
                case UInt8(ascii: "{"), UInt8(ascii: "["):
                    depth += 1
                    if depth == 1 { start = index + 1 }
                case UInt8(ascii: "}"), UInt8(ascii: "]"):
                    if depth == 1 { pieces.append(trimmed(text[start..<index])) }
                    depth -= 1
                case UInt8(ascii: ",") where depth == 1:
                    pieces.append(trimmed(text[start..<index]))
                    start = index + 1
                default: break
                }
            }
            index += 1
        }
        return pieces.filter { !$0.isEmpty }
    }

    private static let quote = UInt8(ascii: "\"")

    private static func trimmed(_ slice: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var slice = slice.drop(while: isBlank)
        while let last = slice.last, isBlank(last) { slice.removeLast() }
        return slice
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }
}
