import Kernel
import Testing

struct JSONTextTests {
    @Test(arguments: [
        (#"{"a": "x\u0000y"}"#, #"{"a": "x\ufffdy"}"#),
        (#"["\u0000\u0000"]"#, #"["\ufffd\ufffd"]"#),
        // An escaped backslash, and then plain letters.
        (#"["\\u0000"]"#, #"["\\u0000"]"#),
        (#"["\\\u0000\n\u00001"]"#, #"["\\\ufffd\n\ufffd1"]"#),
        (#"["Ноль"]"#, #"["Ноль"]"#),
    ])
    func `the zero character goes out of JSON, and nothing else does`(given: String, expected: String) {
        #expect(withoutZeroEscapes(given) == expected)
    }
}
