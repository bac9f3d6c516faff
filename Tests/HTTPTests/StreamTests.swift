import Foundation
import HTTP
import Support
import Testing

@Suite struct StreamTests {
    @Test func `events are read while the server is still writing`() async throws {
        let read = Signal<Void>()
        let gate = Gate(count: 2)
        let script = always { peer, _ in
            peer.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
            gate.arrive()
            peer.write("9\r\ndata: 1\n\n\r\n")
            read.send()
            peer.write("9\r\ndata: 2\n\n\r\n0\r\n\r\n")
        }
        try await withLoopbackServer(script) { server in
            try await withClient { client in
                let text = try await client.stream(HTTPRequest(.get, server.url())) { stream in
                    // The head is here although not a byte of the body was sent.
                    #expect(stream.headers["content-type"] == "text/event-stream")
                    gate.arrive()
                    var text: [UInt8] = []
                    for try await chunk in stream { text += chunk }
                    return String(decoding: text, as: UTF8.self)
                }
                #expect(text == "data: 1\n\ndata: 2\n\n")
            }
        }
    }

    @Test func `a slow reader slows the sender and loses nothing`() async throws {
        let bytes = [UInt8]((0..<40_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 13) })
        let stuck = Signal<Int>()
        let script = always { peer, _ in
            peer.write("HTTP/1.1 200 OK\r\nContent-Length: \(bytes.count)\r\n\r\n")
            let sent = peer.writeUntilStuck(bytes)
            stuck.send(sent)
            peer.write(Array(bytes[sent...]))
        }
        try await withLoopbackServer(script) { server in
            try await withClient { client in
                var request = HTTPRequest(.get, server.url())
                request.maximumResponseBytes = bytes.count
                let received = try await client.stream(request) { stream in
                    #expect(try await stuck.next() < bytes.count)
                    var received: [UInt8] = []
                    for try await chunk in stream {
                        // What waits is 256 KiB and the piece that did not fit.
                        #expect(chunk.count <= 512 << 10)
                        received += chunk
                    }
                    return received
                }
                #expect(received == bytes)
            }
        }
    }

    @Test func `what is not read is dropped`() async throws {
        let ended = Signal<Void>()
        let script: @Sendable (LoopbackPeer) -> Void = { peer in
            guard peer.readRequest() != nil else { return }
            peer.write("HTTP/1.1 200 OK\r\n\r\nsome")
            peer.waitForEnd()
            ended.send()
        }
        try await withLoopbackServer(script) { server in
            try await withClient { client in
                try await client.stream(HTTPRequest(.get, server.url())) { #expect($0.status == 200) }
                try await ended.next()
            }
        }
    }

    @Test func `a cut is told to the reader`() async throws {
        let script: @Sendable (LoopbackPeer) -> Void = { peer in
            guard peer.readRequest() != nil else { return }
            peer.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")
        }
        try await withLoopbackServer(script) { server in
            try await withClient { client in
                var text: [UInt8] = []
                let fault = await fault {
                    try await client.stream(HTTPRequest(.get, server.url())) { stream in
                        for try await chunk in stream { text += chunk }
                    }
                }
                #expect(fault?.reason == .cut)
                #expect(text == Array("half".utf8))
            }
        }
    }

    @Test func `a cancelled reader stops waiting`() async throws {
        let reading = Signal<Void>()
        let script: @Sendable (LoopbackPeer) -> Void = { peer in
            guard peer.readRequest() != nil else { return }
            peer.write("HTTP/1.1 200 OK\r\n\r\nx")
            peer.waitForEnd()
        }
        try await withLoopbackServer(script) { server in
            try await withClient { client in
                let task = Task {
                    try await client.stream(HTTPRequest(.get, server.url())) { stream in
                        for try await _ in stream { reading.send() }
                    }
                }
                try await reading.next()
                task.cancel()
                #expect(await fault { try await task.value }?.reason == .cancelled)
            }
        }
    }
}

@Suite struct DownloadTests {
    @Test func `a download is the file, byte for byte`() async throws {
        let bytes = [UInt8]((0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 13) })
        try await withLoopbackServer(always { peer, _ in peer.answer(200, ["Kind": "x"], bytes: bytes) }) { server in
            try await withClient { client in
                try await withFolder { folder in
                    let file = folder.appending(path: "part")
                    let request = HTTPRequest(.get, server.url())
                    let answer = try await client.download(request, to: file, maximumBytes: bytes.count)
                    #expect(answer.headers["kind"] == "x")
                    #expect(answer.body.isEmpty)
                    #expect(try Array(Data(contentsOf: file)) == bytes)
                    // Nobody else on the machine reads a recording.
                    let facts = try FileManager.default.attributesOfItem(atPath: file.path)
                    #expect(facts[.posixPermissions] as? Int == 0o600)
                    #expect(server.requests.first?["accept-encoding"] == nil)
                }
            }
        }
    }

    @Test func `a refused download leaves no file but its explanation`() async throws {
        try await withLoopbackServer(always { peer, _ in peer.answer(403, [:], "no rights") }) { server in
            try await withClient { client in
                try await withFolder { folder in
                    let file = folder.appending(path: "part")
                    let request = HTTPRequest(.get, server.url())
                    let answer = try await client.download(request, to: file, maximumBytes: 10_000)
                    #expect(answer.status == 403)
                    #expect(answer.body == Array("no rights".utf8))
                    #expect(!FileManager.default.fileExists(atPath: file.path))
                }
            }
        }
    }

    @Test(arguments: [
        (
            "Content-Length: 2000\r\n\r\n" + String(repeating: "x", count: 2000),
            HTTPFault.Reason.tooLarge(limitBytes: 1000)
        ),
        ("\r\n" + String(repeating: "x", count: 2000), .tooLarge(limitBytes: 1000)),
        ("Content-Length: 900\r\n\r\nhalf", .cut),
    ])
    func `an incomplete file is removed`(answer: String, reason: HTTPFault.Reason) async throws {
        let script: @Sendable (LoopbackPeer) -> Void = { peer in
            guard peer.readRequest() != nil else { return }
            peer.write("HTTP/1.1 200 OK\r\n\(answer)")
        }
        try await withLoopbackServer(script) { server in
            try await withClient { client in
                try await withFolder { folder in
                    let file = folder.appending(path: "part")
                    let fault = await fault {
                        try await client.download(HTTPRequest(.get, server.url()), to: file, maximumBytes: 1000)
                    }
                    #expect(fault?.reason == reason)
                    #expect(!FileManager.default.fileExists(atPath: file.path))
                }
            }
        }
    }

    @Test func `a folder that is not there is a fault of the file`() async throws {
        try await withLoopbackServer(always { peer, _ in peer.answer(200, [:], "x") }) { server in
            try await withClient { client in
                let file = URL(filePath: "/nonexistent-folder/part")
                let request = HTTPRequest(.get, server.url())
                let fault = await fault { try await client.download(request, to: file, maximumBytes: 10) }
                #expect(fault?.reason == .fileNotWritten)
            }
        }
    }
}
