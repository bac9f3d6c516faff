import Foundation

/// A request as it arrived.
public struct LoopbackRequest: Sendable {
    public let method: String
    /// What stands between method and version: a path, or an address when the server is taken for a proxy.
    public let target: String
    /// Header lines without their case.
    public let headers: [(name: String, value: String)]
    public let body: [UInt8]

    public subscript(name: String) -> String? { headers.first { $0.name == name.lowercased() }?.value }

    public var text: String { String(decoding: body, as: UTF8.self) }

    /// The parts of a `multipart/form-data` body; empty when it is none or is malformed.
    public var parts: [LoopbackPart] {
        guard let type = self["content-type"], type.hasPrefix("multipart/form-data; boundary=") else { return [] }
        return LoopbackPart.all(in: body, boundary: String(type.dropFirst("multipart/form-data; boundary=".count)))
    }
}

/// The server's end of one connection.
public final class LoopbackPeer {
    private let descriptor: Int32
    private let server: LoopbackServer
    private var buffer: [UInt8] = []

    init(descriptor: Int32, server: LoopbackServer) {
        self.descriptor = descriptor
        self.server = server
    }

    /// The next request with its whole body; nil when the connection ends before it.
    public func readRequest() -> LoopbackRequest? {
        guard let head = readUntil(Array("\r\n\r\n".utf8)) else { return nil }
        let lines = String(decoding: head, as: UTF8.self).components(separatedBy: "\r\n")
        let words = (lines.first ?? "").components(separatedBy: " ")
        guard words.count == 3 else { return nil }
        let headers = lines.dropFirst().compactMap { line -> (name: String, value: String)? in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            return (line[..<colon].lowercased(), line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces))
        }
        let length = headers.first { $0.name == "content-length" }.flatMap { Int($0.value) } ?? 0
        guard let body = read(length) else { return nil }
        let request = LoopbackRequest(method: words[0], target: words[1], headers: headers, body: body)
        server.note(request)
        return request
    }

    /// Exactly so many bytes; nil when the connection ends before.
    public func read(_ count: Int) -> [UInt8]? {
        while buffer.count < count { guard receive() else { return nil } }
        let bytes = Array(buffer.prefix(count))
        buffer.removeFirst(count)
        return bytes
    }

    /// Waits for the other side to end the connection.
    public func waitForEnd() { while receive() {} }

    public func write(_ text: String) { write(Array(text.utf8)) }

    /// False when the other side is gone.
    @discardableResult
    public func write(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    /// An answer with `Content-Length`, after which the connection may be used again.
    public func answer(_ status: Int = 200, _ headers: [String: String] = [:], _ body: String = "") {
        answer(status, headers, bytes: Array(body.utf8))
    }

    public func answer(_ status: Int = 200, _ headers: [String: String] = [:], bytes: [UInt8]) {
        let lines = headers.map { "\($0.key): \($0.value)\r\n" }.sorted().joined()
        write(Array("HTTP/1.1 \(status) Status\r\n\(lines)Content-Length: \(bytes.count)\r\n\r\n".utf8) + bytes)
    }

    /// Waits until the other side has taken nothing for `patience`, or everything; the count that it took.
    public func writeUntilStuck(_ bytes: [UInt8], patience: Duration = .milliseconds(300)) -> Int {
        var sent = 0
        while sent < bytes.count {
            var watched = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            guard poll(&watched, 1, Int32(patience / .milliseconds(1))) == 1 else { break }
            let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
            let count = bytes[sent...].withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, flags) }
            guard count > 0 else { break }
            sent += count
        }
        return sent
    }

    private func readUntil(_ mark: [UInt8]) -> [UInt8]? {
        while true {
            if let range = buffer.firstRange(of: mark) {
                let bytes = Array(buffer[..<range.lowerBound])
                buffer.removeSubrange(..<range.upperBound)
                return bytes
            }
            guard receive() else { return nil }
        }
    }

    private func receive() -> Bool {
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        let count = recv(descriptor, &chunk, chunk.count, 0)
        guard count > 0 else { return false }
        buffer += chunk[..<count]
        return true
    }
}

/// One part of a form.
public struct LoopbackPart: Sendable {
    /// The lines before the blank one.
    public let head: String
    public let body: [UInt8]

    public var text: String { String(decoding: body, as: UTF8.self) }

    /// A parameter of `Content-Disposition`, such as `name` or `filename`.
    public subscript(parameter: String) -> String? {
        guard let start = head.range(of: "; \(parameter)=\"") else { return nil }
        return String(head[start.upperBound...].prefix { $0 != "\"" })
    }

    static func all(in body: [UInt8], boundary: String) -> [LoopbackPart] {
        let mark = Array("\r\n--\(boundary)".utf8)
        var parts: [LoopbackPart] = []
        var rest = Array("\r\n".utf8) + body
        while let start = rest.firstRange(of: mark) {
            rest.removeSubrange(..<start.upperBound)
            guard !rest.starts(with: Array("--".utf8)) else { return parts }
            guard let end = rest.firstRange(of: mark), let blank = rest.firstRange(of: Array("\r\n\r\n".utf8)),
                blank.upperBound <= end.lowerBound
            else { return [] }
            let head = String(decoding: rest[..<blank.lowerBound], as: UTF8.self)
            parts.append(LoopbackPart(head: head, body: Array(rest[blank.upperBound..<end.lowerBound])))
        }
        return []
    }
}
