/// Bytes are `bytea`, not an array.
extension UInt8: ArrayElement {
    public static var arrayOID: UInt32 { 17 }
    public static func encode(_ elements: [UInt8]) -> [UInt8] { elements }
    public static func decode(_ cell: Cell) throws(ColumnMismatch) -> [UInt8] {
        guard cell.typeOID == 17 else { throw ColumnMismatch(reason: "its type is \(cell.typeOID)") }
        return Array(try cell.present())
    }
}

extension Int64: ArrayElement {
    public static var arrayOID: UInt32 { 1016 }
    public static func encode(_ elements: [Int64]) -> [UInt8] { encodeArray(elements, of: 20) { bigEndianBytes($0) } }
    public static func decode(_ cell: Cell) throws(ColumnMismatch) -> [Int64] {
        try decodeArray(cell, of: 20) { Int64(bigEndian: $0.loadUnaligned(as: Int64.self)) }
    }
}

extension Int: ArrayElement {
    public static var arrayOID: UInt32 { 1016 }
    public static func encode(_ elements: [Int]) -> [UInt8] { Int64.encode(elements.map(Int64.init)) }
    public static func decode(_ cell: Cell) throws(ColumnMismatch) -> [Int] { try Int64.decode(cell).map(Int.init) }
}

extension Float: ArrayElement {
    public static var arrayOID: UInt32 { 1021 }
    public static func encode(_ elements: [Float]) -> [UInt8] {
        encodeArray(elements, of: 700) { bigEndianBytes($0.bitPattern) }
    }
    public static func decode(_ cell: Cell) throws(ColumnMismatch) -> [Float] {
        try decodeArray(cell, of: 700) { Float(bitPattern: UInt32(bigEndian: $0.loadUnaligned(as: UInt32.self))) }
    }
}

extension String: ArrayElement {
    public static var arrayOID: UInt32 { 1009 }
    public static func encode(_ elements: [String]) -> [UInt8] {
        encodeArray(elements, of: 25) { Array($0.replacing("\0", with: "\u{FFFD}").utf8) }
    }
    public static func decode(_ cell: Cell) throws(ColumnMismatch) -> [String] {
        try decodeArray(cell, of: 25) { String(decoding: $0, as: UTF8.self) }
    }
}

/// The binary form of a one-dimensional array: dimensions, a NULL flag, the element's type, count, lower bound, and each
/// element with its length (PostgreSQL, `array_send`).
private func encodeArray<Element>(_ elements: [Element], of typeOID: UInt32, _ encode: (Element) -> [UInt8]) -> [UInt8]
{
    var bytes = bigEndianBytes(Int32(elements.isEmpty ? 0 : 1)) + bigEndianBytes(Int32(0)) + bigEndianBytes(typeOID)
    guard !elements.isEmpty else { return bytes }
    bytes += bigEndianBytes(Int32(elements.count)) + bigEndianBytes(Int32(1))
    for element in elements {
        let encoded = encode(element)
        bytes += bigEndianBytes(Int32(encoded.count))
        bytes += encoded
    }
    return bytes
}

private func decodeArray<Element>(
    _ cell: Cell,
    of typeOID: UInt32,
    _ decode: (UnsafeRawBufferPointer) -> Element
) throws(ColumnMismatch) -> [Element] {
    let bytes = try cell.present()
    func integer(at offset: Int) throws(ColumnMismatch) -> Int {
        guard offset + 4 <= bytes.count else { throw ColumnMismatch(reason: "the array is cut") }
        return Int(Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self)))
    }
    if try integer(at: 0) == 0 { return [] }
    guard try integer(at: 0) == 1 else { throw ColumnMismatch(reason: "the array has more than one dimension") }
    guard try integer(at: 8) == Int(typeOID) else { throw ColumnMismatch(reason: "its elements are of another type") }
    var elements: [Element] = []
    var offset = 20
    for _ in 0..<(try integer(at: 12)) {
        let length = try integer(at: offset)
        guard length >= 0 else { throw ColumnMismatch(reason: "an element is NULL") }
        guard offset + 4 + length <= bytes.count else { throw ColumnMismatch(reason: "the array is cut") }
        elements.append(decode(UnsafeRawBufferPointer(rebasing: bytes[(offset + 4)..<(offset + 4 + length)])))
        offset += 4 + length
    }
    return elements
}
