import Testing

@testable import Web

struct ByteRangeTests {
    @Test(arguments: [
        ("bytes=0-499", 0..<500), ("bytes=500-", 500..<1000), ("bytes=-200", 800..<1000), ("bytes=0-0", 0..<1),
        ("bytes=999-", 999..<1000), ("bytes=0-99999", 0..<1000), ("bytes=-5000", 0..<1000), ("Bytes=1-2", 1..<3),
        ("bytes=990-99999999999999999999999", 990..<1000), ("bytes= 5-6 ", 5..<7),
    ])
    func `a range of a file of a thousand bytes`(header: String, range: Range<Int>) {
        #expect(ByteRange(header, of: 1000) == .part(range))
    }

    @Test(arguments: ["bytes=1000-", "bytes=1000-2000", "bytes=-0", "bytes=99999999999999999999999-"])
    func `what lies behind the end cannot be given`(header: String) {
        #expect(ByteRange(header, of: 1000) == .unsatisfiable)
    }

    @Test(arguments: [
        nil, "", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=5-2", "bytes=0-1,5-6", "items=0-5", "bytes=0-5-9",
        "bytes=+1-2", "bytes=-+5", "bytes=1-b", "bytes=0x1-5", "bytes=١-٢",
    ])
    func `what is no range is ignored, as the standard allows`(header: String?) {
        #expect(ByteRange(header, of: 1000) == .whole)
    }

    @Test func `an empty file has no ranges`() {
        #expect(ByteRange("bytes=0-", of: 0) == .unsatisfiable)
        #expect(ByteRange("bytes=-5", of: 0) == .unsatisfiable)
    }
}
