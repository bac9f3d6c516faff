import Foundation
import Hummingbird

/// A body larger than the sandbox takes; it was read to its end so that the client hears the answer.
struct OversizedBody: Error {}

extension Request {
    /// The whole body in memory.
    ///
    /// What lies over the limit is read and dropped, up to four times the limit: a client that is cut off while it
    /// writes sees a lost connection and not the refusal.
    func body(upTo limit: Int) async throws -> Data {
        var data = Data()
        var count = 0
        for try await buffer in body {
            count += buffer.readableBytes
            if count <= limit { data.append(contentsOf: buffer.readableBytesView) }
            guard count <= limit * 4 else { throw LostConnection() }
        }
        guard count <= limit else { throw OversizedBody() }
        return data
    }

    /// What was sent in the query and the body.
    func parameters(upTo limit: Int) async throws -> Parameters {
        try await Parameters(
            query: uri.query.map { String($0) },
            contentType: headers[.contentType],
            body: body(upTo: limit)
        )
    }
}
