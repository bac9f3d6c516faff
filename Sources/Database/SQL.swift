public import Foundation

/// A statement whose interpolated values are bound, never pasted.
///
/// Statements may be put together from literals and other statements; a `String` inside one is always a value. Text can only
/// be what the program itself holds, a `StaticString`:
///
///     let newest: SQL = "ORDER BY id DESC"
///     let sql: SQL = "SELECT id FROM calls WHERE state = \(state) \(newest) LIMIT \(limit)"
public struct SQL: ExpressibleByStringInterpolation, Sendable {
    enum Part: Sendable {
        case text(String)
        case parameter(Parameter)
    }

    var parts: [Part]

    public init(stringLiteral value: StaticString) { parts = [.text(value.description)] }

    public init(stringInterpolation: StringInterpolation) { parts = stringInterpolation.parts }

    /// The statement as the server sees it, `$1` for the first value, and the values.
    func render() -> (text: String, parameters: [Parameter]) {
        if parts.count == 1, case .text(let text) = parts[0] { return (text, []) }
        var text = ""
        var parameters: [Parameter] = []
        for part in parts {
            switch part {
            case .text(let literal): text += literal
            case .parameter(let parameter):
                parameters.append(parameter)
                text += "$\(parameters.count)"
            }
        }
        return (text, parameters)
    }

    public struct StringInterpolation: StringInterpolationProtocol {
        var parts: [Part] = []

        public init(literalCapacity: Int, interpolationCount: Int) {
            parts.reserveCapacity(interpolationCount * 2 + 1)
        }

        public mutating func appendLiteral(_ literal: StaticString) {
            if literal.utf8CodeUnitCount > 0 { parts.append(.text(literal.description)) }
        }

        public mutating func appendInterpolation(_ statement: SQL) { parts += statement.parts }

        public mutating func appendInterpolation(_ value: some BindableValue) {
            parts.append(.parameter(value.parameter))
        }

        public mutating func appendInterpolation<Value: BindableValue>(_ value: Value?) {
            parts.append(.parameter(value?.parameter ?? .null(Value.typeOID)))
        }

        public mutating func appendInterpolation<Value: RawRepresentable>(_ value: Value)
        where Value.RawValue: BindableValue {
            parts.append(.parameter(value.rawValue.parameter))
        }

        public mutating func appendInterpolation<Value: RawRepresentable>(_ value: Value?)
        where Value.RawValue: BindableValue {
            parts.append(.parameter(value?.rawValue.parameter ?? .null(Value.RawValue.typeOID)))
        }

        /// Text of our own making that cannot be bound, such as the name of a role; only this module has it.
        mutating func appendInterpolation(unsafeRaw text: String) { parts.append(.text(text)) }
    }
}

/// A value on its way to the server.
public struct Parameter: Sendable {
    /// The type told to the server; 0 lets it infer the type from the place.
    let typeOID: UInt32
    /// Nil is NULL.
    let bytes: [UInt8]?
    let isBinary: Bool

    static func null(_ typeOID: UInt32) -> Parameter { Parameter(typeOID: typeOID, bytes: nil, isBinary: true) }
}

/// Something that may stand in an interpolated statement.
///
/// The object ids are those of `pg_type`, fixed for built-in types.
public protocol BindableValue: Sendable {
    static var typeOID: UInt32 { get }
    var parameter: Parameter { get }
}

extension BindableValue {
    fileprivate func binary(_ bytes: [UInt8]) -> Parameter {
        Parameter(typeOID: Self.typeOID, bytes: bytes, isBinary: true)
    }
}

extension Int64: BindableValue {
    public static var typeOID: UInt32 { 20 }
    public var parameter: Parameter { binary(bigEndianBytes(self)) }
}

extension Int: BindableValue {
    public static var typeOID: UInt32 { 20 }
    public var parameter: Parameter { binary(bigEndianBytes(Int64(self))) }
}

extension Int32: BindableValue {
    public static var typeOID: UInt32 { 23 }
    public var parameter: Parameter { binary(bigEndianBytes(self)) }
}

extension Bool: BindableValue {
    public static var typeOID: UInt32 { 16 }
    public var parameter: Parameter { binary([self ? 1 : 0]) }
}

extension Double: BindableValue {
    public static var typeOID: UInt32 { 701 }
    public var parameter: Parameter { binary(bigEndianBytes(bitPattern)) }
}

/// Text of unknown type, which the server takes as `text`, `jsonb`, `date` or what the place asks for.
///
/// PostgreSQL has no zero byte in text: it is sent as U+FFFD.
extension String: BindableValue {
    public static var typeOID: UInt32 { 0 }
    public var parameter: Parameter {
        let safe = utf8.contains(0) ? replacing("\0", with: "\u{FFFD}") : self
        return Parameter(typeOID: 0, bytes: Array(safe.utf8), isBinary: false)
    }
}

/// `timestamptz`, microseconds since 2000-01-01 UTC.
extension Date: BindableValue {
    public static var typeOID: UInt32 { 1184 }
    public var parameter: Parameter {
        binary(bigEndianBytes(Int64(((timeIntervalSince1970 - postgresEpoch) * 1_000_000).rounded())))
    }
}

/// `bytea` for bytes; for other elements a PostgreSQL array.
extension Array: BindableValue where Element: ArrayElement {
    public static var typeOID: UInt32 { Element.arrayOID }
    public var parameter: Parameter { binary(Element.encode(self)) }
}

/// What an array that is bound or read may hold.
public protocol ArrayElement: Sendable {
    static var arrayOID: UInt32 { get }
    static func encode(_ elements: [Self]) -> [UInt8]
    static func decode(_ cell: Cell) throws(ColumnMismatch) -> [Self]
}

/// 2000-01-01 00:00 UTC in seconds of the Unix epoch.
let postgresEpoch: Double = 946_684_800

func bigEndianBytes(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.bigEndian) { Array($0) }
}
