import Foundation
import HTTP
import Reactor
import Support
import Testing

/// A client on a reactor of its own, closed after the test.
func withClient<Value>(
    _ configuration: HTTPConfiguration = HTTPConfiguration(),
    _ body: (HTTPClient) async throws -> Value
) async throws -> Value {
    let reactor = try Reactor()
    let client = try HTTPClient(reactor: reactor, configuration: configuration)
    let result: Result<Value, any Error>
    do {
        result = .success(try await body(client))
    } catch {
        result = .failure(error)
    }
    await client.close()
    reactor.stop()
    return try result.get()
}

/// The fault of a call that must fail.
func fault(_ call: () async throws -> some Any) async -> HTTPFault? {
    do {
        _ = try await call()
        Issue.record("nothing failed")
        return nil
    } catch {
        return error as? HTTPFault
    }
}

/// Answers every request on every connection.
func always(_ answer: @escaping @Sendable (LoopbackPeer, LoopbackRequest) -> Void) -> @Sendable (LoopbackPeer) -> Void {
    { peer in while let request = peer.readRequest() { answer(peer, request) } }
}

@Suite struct ExchangeTests {
    @Test func `an answer has its status, headers of any case and body`() async throws {
        try await withLoopbackServer(always { peer, _ in peer.answer(404, ["x-Reason": "gone"], "nobody") }) { server in
            try await withClient { client in
                let response = try await client.send(HTTPRequest(.get, server.url("/who?x=1")))
                #expect(response.status == 404)
                #expect(response.headers["X-REASON"] == "gone")
                #expect(response.body == Array("nobody".utf8))
                #expect(server.requests.map(\.target) == ["/who?x=1"])
                #expect(server.requests.first?["user-agent"] == "Zvonar")
            }
        }
    }

    @Test func `provisional answers are passed over`() async throws {
        let script = always { peer, _ in
            peer.write("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")
            peer.answer(200, ["Kind": "final"], "ok")
        }
        try await withLoopbackServer(script) { server in
            try await withClient { client in
                let response = try await client.send(HTTPRequest(.get, server.url()))
                #expect(response.status == 200)
                #expect(response.headers["kind"] == "final")
                #expect(response.headers["link"] == nil)
            }
        }
    }

    @Test func `a chunked answer that trickles in is put together`() async throws {
        let script = always { peer, _ in
            peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            for byte in ["5\r\nhe", "llo", "\r\n6", "\r\n world\r\n", "0\r\nTrailer: x\r\n\r\n"] { peer.write(byte) }
        }
        try await withLoopbackServer(script) { server in
            try await withClient { client in
                let response = try await client.send(HTTPRequest(.get, server.url()))
                #expect(String(decoding: response.body, as: UTF8.self) == "hello world")
                #expect(response.headers["trailer"] == nil)
            }
        }
    }

    @Test func `a connection is used again`() async throws {
        try await withLoopbackServer(always { peer, _ in peer.answer() }) { server in
            try await withClient { client in
                for _ in 0..<5 { _ = try await client.send(HTTPRequest(.post, server.url())) }
                #expect(server.requests.count == 5)
                #expect(server.connections == 1)
            }
        }
    }

    @Test(arguments: [HTTPMethod.post, .put, .patch, .delete])
    func `a body goes as it is under any method`(method: HTTPMethod) async throws {
        try await withLoopbackServer(always { peer, _ in peer.answer() }) { server in
            try await withClient { client in
                let body = [UInt8]((0..<2_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
                _ = try await client.send(HTTPRequest(method, server.url(), body: .bytes(body, type: "audio/ogg")))
                _ = try await client.send(HTTPRequest(method, server.url()))
                let (full, empty) = (server.requests[0], server.requests[1])
                #expect(full.method == method.rawValue)
                #expect(full.body == body)
                #expect(full["content-type"] == "audio/ogg")
                // Leave to send would cost a second with servers that do not know of it.
                #expect(full["expect"] == nil)
                #expect(empty.method == method.rawValue)
                #expect(empty["content-length"] == "0")
                #expect(empty["content-type"] == nil)
            }
        }
    }

    @Test func `a file goes as a body`() async throws {
        try await withLoopbackServer(always { peer, _ in peer.answer() }) { server in
            try await withClient { client in
                try await withFolder { folder in
                    let file = folder.appending(path: "recording.flac")
                    try Data("the sound".utf8).write(to: file)
                    _ = try await client.send(HTTPRequest(.post, server.url(), body: .file(file, type: "audio/flac")))
                    #expect(server.requests.first?.method == "POST")
                    #expect(server.requests.first?.text == "the sound")
                    #expect(server.requests.first?["content-type"] == "audio/flac")
                    let missing = HTTPBody.file(folder.appending(path: "none"), type: nil)
                    let fault = await fault { try await client.send(HTTPRequest(.post, server.url(), body: missing)) }
                    #expect(fault?.reason == .unsound(.file))
                    #expect(fault?.mayHaveReachedServer == false)
                }
            }
        }
    }

    @Test func `a form carries fields, bytes and files`() async throws {
        try await withLoopbackServer(always { peer, _ in peer.answer() }) { server in
            try await withClient { client in
                try await withFolder { folder in
                    let file = folder.appending(path: "secret-name-on-disk.bin")
                    try Data([0, 13, 10, 45, 45, 255]).write(to: file)
                    let parts = [
                        HTTPPart("model", "большая"),
                        HTTPPart("empty", ""),
                        HTTPPart(name: "file", filename: "запись \"1\".ogg", type: "audio/ogg", content: .file(file)),
                        HTTPPart(name: "raw", filename: "a.txt", content: .bytes(Array("--\r\nx".utf8))),
                        HTTPPart(name: "field", content: .file(file)),
                    ]
                    _ = try await client.send(HTTPRequest(.post, server.url(), body: .multipart(parts)))
                    let received = try #require(server.requests.first).parts
                    #expect(received.map { $0["name"] } == ["model", "empty", "file", "raw", "field"])
                    #expect(received.map { $0["filename"] } == [nil, nil, "запись %221%22.ogg", "a.txt", nil])
                    #expect(received.first?.text == "большая")
                    #expect(received.map(\.body.count) == [14, 0, 6, 5, 6])
                    #expect(received[2].body == [0, 13, 10, 45, 45, 255])
                    #expect(received[2].head.contains("Content-Type: audio/ogg"))
                }
            }
        }
    }

    @Test(arguments: [("X-Ok", "line\r\nX-Evil: 1"), ("X Bad", "v"), ("X-Ok", "zero\u{0}"), ("", "v")])
    func `a header cannot break out of its line`(name: String, value: String) async throws {
        try await withLoopbackServer(always { peer, _ in peer.answer() }) { server in
            try await withClient { client in
                var request = HTTPRequest(.get, server.url())
                request.headers.add(name, value)
                #expect(await fault { try await client.send(request) }?.reason == .unsound(.header))
                #expect(server.requests.isEmpty)
            }
        }
    }

    @Test(arguments: ["file:///etc/passwd", "ftp://127.0.0.1/x", "http://user:s3cret@127.0.0.1/", "http:///x"])
    func `only http and https without passwords are spoken`(address: String) async throws {
        try await withClient { client in
            let url = try #require(URL(string: address))
            let fault = await fault { try await client.send(HTTPRequest(.get, url)) }
            #expect(fault?.reason == .unsound(.address))
            #expect(fault.map { !"\($0)".contains("s3cret") } == true)
        }
    }

    @Test func `a hundred requests wait for each other at once`() async throws {
        let gate = Gate(count: 100)
        let script = always { peer, request in
            gate.arrive()
            peer.answer(200, [:], request.target)
        }
        try await withLoopbackServer(script) { server in
            try await withClient { client in
                let bodies = try await withThrowingTaskGroup(of: String.self) { group in
                    for number in 0..<100 {
                        group.addTask {
                            let response = try await client.send(HTTPRequest(.get, server.url("/\(number)")))
                            return String(decoding: response.body, as: UTF8.self)
                        }
                    }
                    return try await group.reduce(into: Set<String>()) { $0.insert($1) }
                }
                #expect(bodies == Set((0..<100).map { "/\($0)" }))
            }
        }
    }
}
