import Foundation

/// Why a text is not JSON; the message of a refusal adds what was being read.
struct JSONMistake: Error {
    let offset: Int
}

extension JSON {
    init(parsing text: some StringProtocol) throws(JSONMistake) { try self.init(parsing: Array(text.utf8)) }

    /// Reads one value; anything but white space behind it is a mistake (RFC 8259).
    init(parsing bytes: [UInt8]) throws(JSONMistake) {
        var reader = JSONReader(bytes: bytes)
        self = try reader.value(depth: 0)
        reader.skipSpace()
        guard reader.position == bytes.count else { throw reader.mistake }
    }
}

private struct JSONReader {
    let bytes: [UInt8]
    var position = 0

    var mistake: JSONMistake { JSONMistake(offset: position) }
    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    mutating func value(depth: Int) throws(JSONMistake) -> JSON {
        // 100 levels: a deeper text is an attack on the stack, not a message.
        guard depth < 100 else { throw mistake }
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func word(_ word: String, _ value: JSON) throws(JSONMistake) -> JSON {
        guard bytes[position...].starts(with: word.utf8) else { throw mistake }
        position += word.utf8.count
        return value
    }

    private mutating func take(_ byte: UInt8) throws(JSONMistake) {
        guard next == byte else { throw mistake }
        position += 1
    }

    private mutating func object(depth: Int) throws(JSONMistake) -> JSON {
        position += 1
        var fields: [String: JSON] = [:]
        skipSpace()
        if next == UInt8(ascii: "}") {
            position += 1
            return .object(fields)
        }
        while true {
            skipSpace()
            let key = try string()
            skipSpace()
            try take(UInt8(ascii: ":"))
            fields[key] = try value(depth: depth + 1)
            skipSpace()
            if next == UInt8(ascii: ",") {
                position += 1
                continue
            }
            try take(UInt8(ascii: "}"))
            return .object(fields)
        }
    }

    private mutating func array(depth: Int) throws(JSONMistake) -> JSON {
        position += 1
        var items: [JSON] = []
        skipSpace()
        if next == UInt8(ascii: "]") {
            position += 1
            return .array(items)
        }
        while true {
            items.append(try value(depth: depth + 1))
            skipSpace()
            if next == UInt8(ascii: ",") {
                position += 1
                continue
            }
            try take(UInt8(ascii: "]"))
            return .array(items)
        }
    }

    private mutating func string() throws(JSONMistake) -> String {
        try take(UInt8(ascii: "\""))
        var text: [UInt8] = []
        while let byte = next {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): text += try escape()
            case 0..<0x20: throw mistake
            default: text.append(byte)
            }
        }
        throw mistake
    }

    private mutating func escape() throws(JSONMistake) -> [UInt8] {
        guard let byte = next else { throw mistake }
        position += 1
        switch byte {
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "u"): return try unicodeEscape()
        default: throw mistake
        }
    }

    private mutating func unicodeEscape() throws(JSONMistake) -> [UInt8] {
        var units = [try hexadecimalUnit()]
        if UTF16.isLeadSurrogate(units[0]), bytes[position...].starts(with: "\\u".utf8) {
            position += 2
            units.append(try hexadecimalUnit())
        }
        return Array(String(decoding: units, as: UTF16.self).utf8)
    }

    private mutating func hexadecimalUnit() throws(JSONMistake) -> UInt16 {
        guard position + 4 <= bytes.count,
            let unit = UInt16(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)
        else { throw mistake }
        position += 4
        return unit
    }

    private mutating func number() throws(JSONMistake) -> JSON {
        let start = position
        while let byte = next, "+-0123456789.eE".utf8.contains(byte) { position += 1 }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if let whole = Int(text) { return .integer(whole) }
        guard let number = Double(text) else { throw JSONMistake(offset: start) }
        return .number(number)
    }
}
