import Foundation
import Testing

@testable import Language

@Suite struct JSONSchemaTests {
    private let schema = JSONSchema(
        name: "оценка",
        schema: [
            "type": "object", "additionalProperties": false, "required": ["items", "note"],
            "properties": [
                "note": ["type": ["string", "null"], "maxLength": 5],
                "items": [
                    "type": "array", "minItems": 1, "maxItems": 2,
                    "items": ["type": "integer", "minimum": 0, "maximum": 9],
                ],
            ],
        ]
    )

    @Test func `a value of the form has no mistakes`() {
        #expect(schema.mistakes(in: ["items": [0, 9], "note": .null]).isEmpty)
    }

    @Test(arguments: [
        ("[]", "$ must be object"),
        (#"{"items":[1]}"#, "$.note is missing"),
        (#"{"items":[],"note":"a"}"#, "the count of $.items must be at least 1.0"),
        (#"{"items":[1,2,3],"note":"a"}"#, "the count of $.items must be at most 2.0"),
        (#"{"items":[1.5],"note":"a"}"#, "$.items[0] must be integer"),
        (#"{"items":[-1],"note":"a"}"#, "$.items[0] must be at least 0.0"),
        (#"{"items":["1"],"note":"a"}"#, "$.items[0] must be integer"),
        (#"{"items":[1],"note":"длинная"}"#, "the length of $.note must be at most 5.0"),
        (#"{"items":[1],"note":false}"#, "$.note must be string or null"),
        (#"{"items":[1],"note":"a","more":1}"#, "$.more is not allowed"),
    ])
    func `each mistake is named by its place`(text: String, mistake: String) throws {
        let value = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
        #expect(schema.mistakes(in: value) == [mistake])
    }

    @Test func `a name keeps only what engines allow`() {
        #expect(JSONSchema(name: "call analysis/1", schema: [:]).name == "call_analysis_1")
        #expect(JSONSchema(name: String(repeating: "a", count: 99), schema: [:]).name.count == 64)
    }

    @Test func `JSON survives its text`() throws {
        let value: JSONValue = ["b": [true, 1, .number(1.5), .null], "a": "да/нет"]
        #expect(try value.text() == #"{"a":"да/нет","b":[true,1,1.5,null]}"#)
        #expect(try JSONDecoder().decode(JSONValue.self, from: Data(value.text().utf8)) == value)
    }
}
