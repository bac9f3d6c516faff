import Foundation
import HTTP
import Support
import Testing

@Suite struct FailureTests {
    @Test func `a closed port was certainly not reached`() async throws {
        let server = try LoopbackServer { _ in }
        let url = server.url()
        server.stop()
        try await withClient { client in
            let fault = await fault { try await client.send(HTTPRequest(.post, url)) }
            #expect(fault?.reason == .couldNotConnect)
            #expect(fault?.mayHaveReachedServer == false)
            #expect(fault?.isPassing == true)
        }
    }

    @Test func `a name that does not exist was certainly not reached`() async throws {
        try await withClient { client in
            let url = try #require(URL(string: "http://nobody.invalid/path"))
            let fault = await fault { try await client.send(HTTPRequest(.post, url)) }
            #expect(fault?.reason == .couldNotResolve)
            #expect(fault?.mayHaveReachedServer == false)
        }
    }

    @Test(arguments: ["", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", "HTTP/1.1 200 OK\r\nContent-Le"])
    func `a cut after the request may have reached the server`(answer: String) async throws {
        let script: @Sendable (LoopbackPeer) -> Void = { peer in
            guard peer.readRequest() != nil else { return }
            peer.write(answer)
        }
        try await withLoopbackServer(script) { server in
            try await withClient { client in
                let fault = await fault { try await client.send(HTTPRequest(.post, server.url())) }
                #expect(fault?.reason == .cut)
                #expect(fault?.mayHaveReachedServer == true)
                #expect(server.requests.count == 1)
            }
        }
    }

    @Test func `what is no HTTP is malformed`() async throws {
        let script: @Sendable (LoopbackPeer) -> Void = { peer in
            guard peer.readRequest() != nil else { return }
            peer.write("SSH-2.0-OpenSSH_9.2\r\n")
        }
        try await withLoopbackServer(script) { server in
            try await withClient { client in
                let fault = await fault { try await client.send(HTTPRequest(.post, server.url())) }
                #expect(fault?.reason == .malformedAnswer)
                #expect(fault?.mayHaveReachedServer == true)
            }
        }
    }

    @Test(arguments: [true, false])
    func `an answer over the limit is given up`(isLengthTold: Bool) async throws {
        let script: @Sendable (LoopbackPeer) -> Void = { peer in
            guard peer.readRequest() != nil else { return }
            peer.write("HTTP/1.1 200 OK\r\n\(isLengthTold ? "Content-Length: 3000000\r\n" : "")\r\n")
            peer.write([UInt8](repeating: 7, count: 3_000_000))
        }
        try await withLoopbackServer(script) { server in
            try await withClient { client in
                var request = HTTPRequest(.get, server.url())
                request.maximumResponseBytes = 1000
                let fault = await fault { try await client.send(request) }
                #expect(fault?.reason == .tooLarge(limitBytes: 1000))
                #expect(fault?.isPassing == false)
            }
        }
    }

    @Test func `TLS that cannot be spoken reached nobody`() async throws {
        let script: @Sendable (LoopbackPeer) -> Void = { peer in
            peer.write("HTTP/1.1 400 Bad Request\r\n\r\n")
            peer.waitForEnd()
        }
        try await withLoopbackServer(script) { server in
            try await withClient { client in
                let fault = await fault { try await client.send(HTTPRequest(.post, server.url(scheme: "https"))) }
                #expect(fault?.reason == .tlsFailed)
                #expect(fault?.mayHaveReachedServer == false)
            }
        }
    }

    @Test func `time runs out before or after sending`() async throws {
        try await withLoopbackServer({ peer in peer.waitForEnd() }) { server in
            try await withClient { client in
                let handshake = HTTPTimeouts(connect: .milliseconds(100))
                let unsent = await fault {
                    try await client.send(HTTPRequest(.post, server.url(scheme: "https"), timeouts: handshake))
                }
                #expect(unsent?.reason == .timedOut)
                #expect(unsent?.mayHaveReachedServer == false)
                let total = HTTPTimeouts(total: .milliseconds(100))
                let sent = await fault { try await client.send(HTTPRequest(.post, server.url(), timeouts: total)) }
                #expect(sent?.reason == .timedOut)
                #expect(sent?.mayHaveReachedServer == true)
            }
        }
    }

    @Test func `a transfer that stands still is given up`() async throws {
        let script = always { peer, _ in peer.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf") }
        try await withLoopbackServer(script) { server in
            try await withClient { client in
                let timeouts = HTTPTimeouts(total: nil, stall: .seconds(1))
                let fault = await fault { try await client.send(HTTPRequest(.get, server.url(), timeouts: timeouts)) }
                #expect(fault?.reason == .timedOut)
            }
        }
    }

    @Test func `a cancelled task ends its transfer`() async throws {
        let arrived = Signal<Void>()
        let ended = Signal<Void>()
        let script: @Sendable (LoopbackPeer) -> Void = { peer in
            guard peer.readRequest() != nil else { return }
            arrived.send()
            peer.waitForEnd()
            ended.send()
        }
        try await withLoopbackServer(script) { server in
            try await withClient { client in
                let task = Task { try await client.send(HTTPRequest(.post, server.url())) }
                try await arrived.next()
                task.cancel()
                let sent = await fault { try await task.value }
                #expect(sent?.reason == .cancelled)
                #expect(sent?.mayHaveReachedServer == true)
                try await ended.next()
                let late = Task {
                    withUnsafeCurrentTask { $0?.cancel() }
                    return try await client.send(HTTPRequest(.post, server.url()))
                }
                let unsent = await fault { try await late.value }
                #expect(unsent?.reason == .cancelled)
                #expect(unsent?.mayHaveReachedServer == false)
                #expect(server.requests.count == 1)
            }
        }
    }

    @Test(arguments: [HTTPMethod.post, .get])
    func `a message is not sent twice when a kept connection dies`(method: HTTPMethod) async throws {
        let script: @Sendable (LoopbackPeer) -> Void = { peer in
            guard let first = peer.readRequest() else { return }
            peer.answer(200, [:], first.target)
            // The second request on this connection is read, as if acted upon, and never answered.
            if first.target == "/first" { _ = peer.readRequest() } else { peer.waitForEnd() }
        }
        try await withLoopbackServer(script) { server in
            try await withClient { client in
                _ = try await client.send(HTTPRequest(method, server.url("/first")))
                let second = HTTPRequest(method, server.url("/second"))
                if method == .post {
                    let fault = await fault { try await client.send(second) }
                    #expect(fault?.reason == .cut)
                    #expect(fault?.mayHaveReachedServer == true)
                    #expect(server.requests.map(\.target) == ["/first", "/second"])
                } else {
                    #expect(try await client.send(second).status == 200)
                    #expect(server.requests.map(\.target) == ["/first", "/second", "/second"])
                }
            }
        }
    }

    @Test func `a closing client lets the request in hand end and takes no other`() async throws {
        let arrived = Signal<Void>()
        let gate = Gate(count: 2)
        let script = always { peer, request in
            if request.target == "/held" {
                arrived.send()
                gate.arrive()
            }
            peer.answer(200, [:], "done")
        }
        try await withLoopbackServer(script) { server in
            try await withClient { client in
                async let response = client.send(HTTPRequest(.get, server.url("/held")))
                try await arrived.next()
                async let closed: Void = client.close(grace: .seconds(30))
                // A refusal shows that closing has begun.
                while await refusal(of: client, server) != .closed { await Task.yield() }
                gate.arrive()
                #expect(try await response.status == 200)
                await closed
            }
        }
    }

    @Test func `a closing client cancels what its grace does not cover`() async throws {
        let arrived = Signal<Void>()
        let script: @Sendable (LoopbackPeer) -> Void = { peer in
            guard peer.readRequest() != nil else { return }
            arrived.send()
            peer.waitForEnd()
        }
        try await withLoopbackServer(script) { server in
            try await withClient { client in
                let task = Task { try await client.send(HTTPRequest(.get, server.url())) }
                try await arrived.next()
                await client.close(grace: .milliseconds(50))
                #expect(await fault { try await task.value }?.reason == .cancelled)
            }
        }
    }

    private func refusal(of client: HTTPClient, _ server: LoopbackServer) async -> HTTPFault.Reason? {
        do {
            _ = try await client.send(
                HTTPRequest(.get, server.url(), timeouts: HTTPTimeouts(total: .milliseconds(200)))
            )
            return nil
        } catch {
            return error.reason
        }
    }
}
