/// Server-sent events as the HTML standard writes them.
enum EventStream {
    /// A message with a number to resume from; each line of the text becomes a line of data.
    ///
    /// A carriage return ends a line too, so that no text of a person can begin a field of its own.
    static func message(_ text: [UInt8], number: Int64) -> [UInt8] {
        var bytes = Array("id: \(number)\n".utf8)
        bytes.reserveCapacity(text.count + 64)
        for line in lines(text) {
            bytes += Array("data: ".utf8)
            bytes += line
            bytes.append(UInt8(ascii: "\n"))
        }
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }

    /// Tells the page that nobody is signed in any more.
    static let end = Array("event: end\ndata: end\n\n".utf8)

    /// How soon a browser comes back after a cut, in milliseconds.
    static let retry = Array("retry: 2000\n\n".utf8)

    /// Keeps proxies from closing a connection on which nothing happens.
    static let heartbeat = Array(": \n\n".utf8)

    private static func lines(_ text: [UInt8]) -> [ArraySlice<UInt8>] {
        var lines: [ArraySlice<UInt8>] = []
        var start = 0
        for (index, byte) in text.enumerated() where byte == 0x0A || byte == 0x0D {
            // Of CR LF the second adds no line.
            if byte == 0x0A, index > 0, text[index - 1] == 0x0D {
                start = index + 1
                continue
            }
            lines.append(text[start..<index])
            start = index + 1
        }
        if start < text.count || lines.isEmpty { lines.append(text[start...]) }
        return lines
    }
}
