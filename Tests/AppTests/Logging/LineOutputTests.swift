import Glibc
import Testing

@testable import zvonar

struct LineOutputTests {
    @Test func `a full disk ended the server with the first line of its log`() {
        let full = open("/dev/full", O_WRONLY)
        defer { close(full) }
        let output = LineOutput(descriptor: full)
        for number in 0..<3 { output.write("line \(number)") { "\($0) lost" } }
        #expect(output.droppedCount == 3)
    }

    @Test func `lines that could not be written are counted in the first that can`() {
        var ends: [Int32] = [-1, -1]
        #expect(pipe(&ends) == 0)
        for end in ends { #expect(fcntl(end, F_SETFL, O_NONBLOCK) == 0) }
        defer { ends.forEach { _ = close($0) } }
        let output = LineOutput(descriptor: ends[1])
        let line = String(repeating: "x", count: 1000)
        // Until the pipe is full, and one more.
        while output.droppedCount < 2 { output.write(line) { "\($0) lost" } }
        _ = read(ends[0])
        output.write("last") { "\($0) lost" }
        #expect(read(ends[0]) == "2 lost\nlast\n")
        #expect(output.droppedCount == 0)
    }

    private func read(_ end: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        var text = ""
        while case let count = Glibc.read(end, &bytes, bytes.count), count > 0 {
            text += String(decoding: bytes.prefix(count), as: UTF8.self)
        }
        return text
    }
}
