import Foundation
import Hummingbird

/// Responses in the forms that the sandbox gives.
extension Response {
    static func json(_ json: JSON, status: Int = 200) -> Response {
        Response(
            status: .init(code: status),
            headers: [.contentType: "application/json", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: json.bytes))
        )
    }

    static func sentence(_ failure: PersonFailure) -> Response {
        json(["error": .string(failure.sentence)], status: failure.status)
    }

    /// The answer to a bot's program, or what a planned fault leaves of it.
    static func bot(_ reply: BotReply) -> Response {
        var bytes = reply.json.bytes
        var response = Response(
            status: .init(code: reply.status),
            headers: [.contentType: "application/json", .cacheControl: "no-store"]
        )
        if let seconds = reply.retryAfter { response.headers[.retryAfter] = String(seconds) }
        switch reply.nonsense {
        case .html:
            bytes = Array("<html><body><h1>\(reply.status)</h1><hr>a proxy in front of Telegram</body></html>".utf8)
            response.headers[.contentType] = "text/html"
        case .garbage: bytes = Array(bytes.prefix(bytes.count / 2))
        case nil: break
        }
        let isSlow = reply.slowMilliseconds > 0
        response.body =
            isSlow ? slow(bytes, reply.slowMilliseconds) : ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        return response
    }

    /// The bytes in twenty pieces that come one by one over a time.
    private static func slow(_ bytes: [UInt8], _ milliseconds: Int) -> ResponseBody {
        let length = max(1, (bytes.count + 19) / 20)
        return ResponseBody(contentLength: bytes.count) { writer in
            for start in stride(from: 0, to: bytes.count, by: length) {
                try await Task.sleep(for: .milliseconds(milliseconds) / 20)
                try await writer.write(ByteBuffer(bytes: bytes[start..<min(bytes.count, start + length)]))
            }
            try await writer.finish(nil)
        }
    }
}
