import Foundation
import HTTP
import Kernel
import Support
import Synchronization
import Testing

@testable import S3

/// What a storage answers when it does not do what it is asked.
struct StorageMishapTests {
    private static func error(_ code: String, _ more: String = "") -> String {
        "<?xml version=\"1.0\"?><Error><Code>\(code)</Code><Message>no</Message>\(more)</Error>"
    }

    private func bucket(_ server: LoopbackServer) throws -> Bucket {
        let configuration = S3Configuration(
            bucket: "recordings",
            endpoint: server.url(),
            region: "us-east-1",
            accessKey: "AKID",
            secretKey: "secret"
        )
        var bucket = Bucket(configuration, http: try HTTPClient(reactor: TestDatabase.reactor))
        bucket.exchange.pause = .milliseconds(1)
        return bucket
    }

    /// A server that gives these answers in turn, and then the last again and again.
    private func answering(_ answers: [String], _ body: (Bucket, LoopbackServer) async throws -> Void) async throws {
        let given = Turns()
        try await withLoopbackServer { peer in
            while peer.readRequest() != nil {
                peer.write(answers[min(given.next(), answers.count - 1)])
            }
        } _: { server in
            try await body(try bucket(server), server)
        }
    }

    private static func answer(_ status: String, _ headers: [String] = [], _ body: String = "") -> String {
        let lines = ["HTTP/1.1 \(status)", "Content-Length: \(body.utf8.count)"] + headers
        return lines.joined(separator: "\r\n") + "\r\n\r\n" + body
    }

    @Test func `a storage that asks to slow down is asked again`() async throws {
        let slow = Self.answer("503 Slow Down", [], Self.error("SlowDown"))
        let found = Self.answer("206 Partial Content", ["ETag: \"a\"", "Content-Range: bytes 0-2/3"], "abc")
        try await answering([slow, slow, found]) { bucket, server in
            let piece = try await bucket.read("a", 0..<10)
            #expect(piece?.bytes == Array("abc".utf8))
            #expect(server.requests.count == 3)
        }
        try await answering([slow]) { bucket, server in
            await #expect(throws: S3Fault.slowDown) { try await bucket.delete("a") }
            #expect(server.requests.count == S3Exchange.attempts)
        }
    }

    @Test func `a clock that differs is told with the difference`() async throws {
        let answer = Self.answer(
            "403 Forbidden",
            ["Date: Thu, 01 Jan 2015 00:00:00 GMT"],
            Self.error("RequestTimeTooSkewed")
        )
        try await answering([answer]) { bucket, server in
            let fault = await #expect(throws: S3Fault.self) { try await bucket.list("") }
            guard case .clockDiffers(let seconds?) = fault else {
                Issue.record("told as \(String(describing: fault))")
                return
            }
            #expect(seconds > 300_000_000)
            #expect(fault?.isPassing == true)
            #expect(server.requests.count == 1)
        }
    }

    @Test(arguments: [
        ("403 Forbidden", error("AccessDenied"), S3Fault.keyRefused(code: "AccessDenied")),
        ("404 Not Found", error("NoSuchBucket"), .noBucket("recordings")),
        ("301 Moved", error("PermanentRedirect"), .wrongRegion(nil)),
        ("400 Bad", error("AuthorizationHeaderMalformed", "<Region>ru-central1</Region>"), .wrongRegion("ru-central1")),
        ("400 Bad", error("EntityTooLarge"), .refused(status: 400, code: "EntityTooLarge")),
        ("400 Bad", "<html>a proxy</html>", .nonsense(status: 400)),
        // Copying and joining fail after the status was sent.
        ("200 OK", error("InternalThing"), .refused(status: 200, code: "InternalThing")),
    ])
    func `a refusal is told in words that say what to change`(status: String, body: String, fault: S3Fault) async throws
    {
        try await answering([Self.answer(status, [], body)]) { bucket, _ in
            await #expect(throws: fault) { try await bucket.delete("a") }
            #expect(!fault.isPassing)
        }
    }

    @Test func `an answer that is cut off is asked for again`() async throws {
        let cut = "HTTP/1.1 206 Partial Content\r\nContent-Length: 100\r\nETag: \"a\"\r\n\r\nabc"
        try await withLoopbackServer { peer in
            guard peer.readRequest() != nil else { return }
            peer.write(cut)
        } _: { server in
            let bucket = try bucket(server)
            let fault = await #expect(throws: S3Fault.self) { try await bucket.read("a", 0..<100) }
            #expect(fault?.isPassing == true)
            #expect(server.requests.count == S3Exchange.attempts)
        }
    }

    @Test func `nothing that is printed holds the secret key`() throws {
        let configuration = S3Configuration(
            bucket: "b",
            endpoint: URL(filePath: "/"),
            region: "r",
            accessKey: "a",
            secretKey: "very-secret"
        )
        #expect(!"\(configuration)\(String(reflecting: configuration))".contains("very-secret"))
        var dumped = ""
        dump(configuration, to: &dumped)
        #expect(!dumped.contains("very-secret"))
    }
}

/// Counts answers over all connections.
private final class Turns: Sendable {
    private let count = Mutex(0)

    func next() -> Int {
        count.withLock { count in
            defer { count += 1 }
            return count
        }
    }
}
