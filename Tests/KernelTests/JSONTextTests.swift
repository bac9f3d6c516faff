import Kernel
import Testing

struct JSONTextTests {
    @Test func `a text is found where it stands first`() {
        #expect("да\"нет\"".byteOffset(of: "\"") == 4)
        #expect("aab".byteOffset(of: "ab") == 1)
        #expect("aab".byteOffset(of: "aab ") == nil)
        #expect("".byteOffset(of: "a") == nil)
        #expect("a".byteOffset(of: "") == nil)
    }

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
