/// The form that an answer must have: the part of JSON Schema that engines enforce, checked here as well.
///
/// Known are `type` (one or several), `properties`, `required`, `additionalProperties: false`, `items`, `enum`, `minItems`,
/// `maxItems`, `minLength`, `maxLength`, `minimum`, `maximum`; other keywords are sent and not checked.
public struct JSONSchema: Codable, Sendable, Hashable {
    /// Letters, digits, `_` and `-`, at most 64.
    public var name: String
    public var schema: JSONValue

    public init(name: String, schema: JSONValue) {
        self.name = String(
            name.map { $0.isASCII && ($0.isLetter || $0.isNumber || "_-".contains($0)) ? $0 : "_" }.prefix(64)
        )
        self.schema = schema
    }

    /// What is wrong with a value, as sentences that a model can follow; empty when nothing is.
    public func mistakes(in value: JSONValue) -> [String] { Self.mistakes(in: value, against: schema, at: "$") }

    private static func mistakes(in value: JSONValue, against schema: JSONValue, at path: String) -> [String] {
        let types = schema["type"].map { $0.array?.compactMap(\.string) ?? [$0.string].compactMap(\.self) } ?? []
        if !types.isEmpty, !types.contains(where: { isType($0, value) }) {
            return ["\(path) must be \(types.joined(separator: " or "))"]
        }
        if let allowed = schema["enum"]?.array, !allowed.contains(value) {
            let names = allowed.map { $0.string.map { "\"\($0)\"" } ?? "\($0)" }
            return ["\(path) must be one of \(names.joined(separator: ", "))"]
        }
        switch value {
        case .object(let members): return objectMistakes(members, schema, path)
        case .array(let values): return arrayMistakes(values, schema, path)
        case .string(let text):
            return range(Double(text.count), schema["minLength"], schema["maxLength"], "the length of \(path)")
        case .number(let number): return range(number, schema["minimum"], schema["maximum"], path)
        case .bool, .null: return []
        }
    }

    private static func objectMistakes(_ members: [String: JSONValue], _ schema: JSONValue, _ path: String) -> [String]
    {
        var properties: [String: JSONValue] = [:]
        if case .object(let known)? = schema["properties"] { properties = known }
        let missing = (schema["required"]?.array ?? []).compactMap(\.string).filter { members[$0] == nil }
        var mistakes = missing.map { "\(path).\($0) is missing" }
        for (key, member) in members.sorted(by: { $0.key < $1.key }) {
            if let property = properties[key] {
                mistakes += Self.mistakes(in: member, against: property, at: "\(path).\(key)")
            } else if schema["additionalProperties"] == .bool(false) {
                mistakes.append("\(path).\(key) is not allowed")
            }
        }
        return mistakes
    }

    private static func arrayMistakes(_ values: [JSONValue], _ schema: JSONValue, _ path: String) -> [String] {
        let count = range(Double(values.count), schema["minItems"], schema["maxItems"], "the count of \(path)")
        guard let item = schema["items"] else { return count }
        return values.enumerated().reduce(count) {
            $0 + mistakes(in: $1.element, against: item, at: "\(path)[\($1.offset)]")
        }
    }

    private static func range(_ number: Double, _ low: JSONValue?, _ high: JSONValue?, _ what: String) -> [String] {
        if let low = low?.number, number < low { return ["\(what) must be at least \(low)"] }
        if let high = high?.number, number > high { return ["\(what) must be at most \(high)"] }
        return []
    }

    private static func isType(_ type: String, _ value: JSONValue) -> Bool {
        switch (type, value) {
        case ("object", .object), ("array", .array), ("string", .string), ("boolean", .bool), ("null", .null),
            ("number", .number):
            true
        case ("integer", .number(let number)): number == number.rounded()
        default: false
        }
    }
}
