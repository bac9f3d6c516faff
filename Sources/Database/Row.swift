import CPostgres
public import Foundation
public import Kernel

/// A result of libpq, freed with its last row.
///
/// Safe to share: a finished result is only ever read.
final class ResultBuffer: @unchecked Sendable {
    let pointer: OpaquePointer
    let rowCount: Int
    let columnCount: Int

    init(_ pointer: OpaquePointer) {
        self.pointer = pointer
        rowCount = Int(PQntuples(pointer))
        columnCount = Int(PQnfields(pointer))
    }

    deinit { PQclear(pointer) }
}

/// One row of a result; its values are decoded when asked for.
public struct Row: Sendable {
    let buffer: ResultBuffer
    let index: Int

    /// The columns from left to right, such as `try row.decode(Int64.self, String?.self)`.
    public func decode<each Column: ColumnValue>(
        _ types: repeat (each Column).Type
    ) throws -> (repeat each Column) {
        var column = 0
        func next<Value: ColumnValue>(_ type: Value.Type) throws -> Value {
            defer { column += 1 }
            return try value(at: column)
        }
        return (repeat try next(each types))
    }

    /// The only column, or the first of several.
    public func decode<Column: ColumnValue>(_ type: Column.Type) throws -> Column { try value(at: 0) }

    private func value<Value: ColumnValue>(at column: Int) throws -> Value {
        guard column < buffer.columnCount else { throw DatabaseFault.unreadable("the row has no column \(column + 1)") }
        let (row, number) = (Int32(index), Int32(column))
        let isNull = PQgetisnull(buffer.pointer, row, number) == 1
        let bytes = UnsafeRawBufferPointer(
            start: PQgetvalue(buffer.pointer, row, number),
            count: Int(PQgetlength(buffer.pointer, row, number))
        )
        do {
            return try Value.decode(Cell(bytes: isNull ? nil : bytes, typeOID: PQftype(buffer.pointer, number)))
        } catch {
            let name = PQfname(buffer.pointer, number).map { String(cString: $0) } ?? "?"
            throw DatabaseFault.unreadable("column \(name) is not \(Value.self): \(error.reason)")
        }
    }
}

/// The bytes of one value in PostgreSQL's binary form.
public struct Cell {
    let bytes: UnsafeRawBufferPointer?
    let typeOID: UInt32

    func present() throws(ColumnMismatch) -> UnsafeRawBufferPointer {
        guard let bytes else { throw ColumnMismatch(reason: "it is NULL") }
        return bytes
    }
}

/// Why a value cannot be read as the type that was asked for.
public struct ColumnMismatch: Error {
    let reason: String
}

/// Something that can be read from a column.
public protocol ColumnValue: Sendable {
    static func decode(_ cell: Cell) throws(ColumnMismatch) -> Self
}

extension Optional: ColumnValue where Wrapped: ColumnValue {
    public static func decode(_ cell: Cell) throws(ColumnMismatch) -> Wrapped? {
        cell.bytes == nil ? nil : try Wrapped.decode(cell)
    }
}

extension ColumnValue where Self: FixedWidthInteger {
    /// Reads `smallint`, `integer` and `bigint` where the number fits.
    public static func decode(_ cell: Cell) throws(ColumnMismatch) -> Self {
        let bytes = try cell.present()
        let number: Int64
        switch cell.typeOID {
        case 20: number = Int64(bigEndian: bytes.loadUnaligned(as: Int64.self))
        case 21: number = Int64(Int16(bigEndian: bytes.loadUnaligned(as: Int16.self)))
        case 23: number = Int64(Int32(bigEndian: bytes.loadUnaligned(as: Int32.self)))
        default: throw ColumnMismatch(reason: "its type is \(cell.typeOID)")
        }
        guard let value = Self(exactly: number) else { throw ColumnMismatch(reason: "it does not fit") }
        return value
    }
}

extension Int: ColumnValue {}
extension Int64: ColumnValue {}
extension Int32: ColumnValue {}
extension Int16: ColumnValue {}

extension Bool: ColumnValue {
    public static func decode(_ cell: Cell) throws(ColumnMismatch) -> Bool {
        guard cell.typeOID == 16 else { throw ColumnMismatch(reason: "its type is \(cell.typeOID)") }
        return try cell.present()[0] != 0
    }
}

extension Double: ColumnValue {
    public static func decode(_ cell: Cell) throws(ColumnMismatch) -> Double {
        let bytes = try cell.present()
        switch cell.typeOID {
        case 701: return Double(bitPattern: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)))
        case 700: return Double(Float(bitPattern: UInt32(bigEndian: bytes.loadUnaligned(as: UInt32.self))))
        default: throw ColumnMismatch(reason: "its type is \(cell.typeOID)")
        }
    }
}

extension Float: ColumnValue {
    public static func decode(_ cell: Cell) throws(ColumnMismatch) -> Float {
        guard cell.typeOID == 700 else { throw ColumnMismatch(reason: "its type is \(cell.typeOID)") }
        return Float(bitPattern: UInt32(bigEndian: try cell.present().loadUnaligned(as: UInt32.self)))
    }
}

extension String: ColumnValue {
    /// Reads `text`, `varchar`, `char`, `name`, `json`, `jsonb` and, as hexadecimal with hyphens, `uuid`.
    public static func decode(_ cell: Cell) throws(ColumnMismatch) -> String {
        let bytes = try cell.present()
        switch cell.typeOID {
        case 25, 1043, 1042, 19, 114, 705: return String(decoding: bytes, as: UTF8.self)
        // jsonb's binary form has one byte of version in front.
        case 3802: return String(decoding: bytes.dropFirst(), as: UTF8.self)
        case 2950:
            let text = hexadecimal(bytes)
            let cuts = [0, 8, 12, 16, 20, 32]
            return zip(cuts, cuts.dropFirst()).map { String(text.dropFirst($0).prefix($1 - $0)) }.joined(separator: "-")
        default: throw ColumnMismatch(reason: "its type is \(cell.typeOID)")
        }
    }
}

extension Date: ColumnValue {
    /// Reads `timestamptz`, and `date` as its midnight in UTC.
    public static func decode(_ cell: Cell) throws(ColumnMismatch) -> Date {
        let bytes = try cell.present()
        switch cell.typeOID {
        case 1184:
            let microseconds = Int64(bigEndian: bytes.loadUnaligned(as: Int64.self))
            return Date(timeIntervalSince1970: Double(microseconds) / 1_000_000 + postgresEpoch)
        case 1082:
            let days = Int32(bigEndian: bytes.loadUnaligned(as: Int32.self))
            return Date(timeIntervalSince1970: Double(days) * 86_400 + postgresEpoch)
        default: throw ColumnMismatch(reason: "its type is \(cell.typeOID)")
        }
    }
}

extension Identifier: ColumnValue {
    public static func decode(_ cell: Cell) throws(ColumnMismatch) -> Self { Self(rawValue: try Int64.decode(cell)) }
}

extension Array: ColumnValue where Element: ArrayElement {
    public static func decode(_ cell: Cell) throws(ColumnMismatch) -> [Element] { try Element.decode(cell) }
}
