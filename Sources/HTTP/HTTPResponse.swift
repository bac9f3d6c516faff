public struct HTTPResponse: Sendable {
    public var status: Int
    public var headers: HTTPHeaders
    public var body: [UInt8]

    public init(status: Int, headers: HTTPHeaders = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    public var isSuccess: Bool { (200..<300).contains(status) }
}

/// Status and headers, collected line by line.
struct ResponseHead: Sendable {
    var status = 0
    var headers = HTTPHeaders()
    private(set) var isComplete = false
    private var byteCount = 0

    /// Takes one line as libcurl gives it, line end included; false when the head is longer than any honest one.
    mutating func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
        byteCount += bytes.count
        guard byteCount <= 256 << 10 else { return false }
        // What comes after the body are trailers, which nobody reads.
        guard !isComplete else { return true }
        let line = String(decoding: bytes, as: UTF8.self).trimmingSuffix(while: \.isNewline)
        if line.hasPrefix("HTTP/") {
            // A provisional answer (1xx) was before this one.
            headers = HTTPHeaders()
            status = line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        } else if line.isEmpty {
            isComplete = status >= 200
        } else if let colon = line.firstIndex(of: ":") {
            headers.add(String(line[..<colon]), line[line.index(after: colon)...].trimmingBlanks())
        }
        return true
    }
}

extension StringProtocol {
    fileprivate func trimmingSuffix(while isUnwanted: (Character) -> Bool) -> String {
        var rest = self[...]
        while let last = rest.last, isUnwanted(last) { rest.removeLast() }
        return String(rest)
    }

    fileprivate func trimmingBlanks() -> String {
        String(drop { $0 == " " || $0 == "\t" }).trimmingSuffix { $0 == " " || $0 == "\t" }
    }
}
