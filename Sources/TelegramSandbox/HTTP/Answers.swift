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

    static func bot(_ reply: BotReply) -> Response {
        var response = json(reply.json, status: reply.status)
        if let seconds = reply.retryAfter { response.headers[.retryAfter] = String(seconds) }
        return response
    }
}
