/// JSON text without the escape `\u0000`, which becomes `\ufffd`.
///
/// PostgreSQL refuses the zero character in `jsonb`, as it does in `text`; a person can still put one into a message.
public func withoutZeroEscapes(_ json: String) -> String {
    guard json.byteOffset(of: #"\u0000"#) != nil else { return json }
    let bytes = Array(json.utf8)
    let zero = Array("u0000".utf8)
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
        guard bytes[index] == UInt8(ascii: "\\"), index + 1 < bytes.count else {
            result.append(bytes[index])
            index += 1
            continue
        }
        // An escape is taken as a whole: the text of an escaped backslash before "u0000" is left alone.
        if bytes[(index + 1)...].starts(with: zero) {
            result += Array(#"\ufffd"#.utf8)
            index += 1 + zero.count
        } else {
            result += bytes[index...(index + 1)]
            index += 2
        }
    }
    return String(decoding: result, as: UTF8.self)
}
