import Foundation
import HTTP
import Support
import Testing

@Suite struct RedirectTests {
    @Test func `an answer that points elsewhere is the caller's`() async throws {
        try await withLoopbackServer(always { peer, _ in peer.answer(302, ["Location": "/other"]) }) { server in
            try await withClient { client in
                let response = try await client.send(HTTPRequest(.get, server.url()))
                #expect(response.status == 302)
                #expect(server.requests.count == 1)
            }
        }
    }

    @Test func `another host is followed to without credentials`() async throws {
        try await withLoopbackServer(always { peer, _ in peer.answer(200, [:], "there") }) { other in
            let away = other.url("/file").absoluteString
            let script = always { peer, request in
                peer.answer(302, ["Location": request.target == "/start" ? "/next" : away])
            }
            try await withLoopbackServer(script) { server in
                try await withClient { client in
                    let secrets: HTTPHeaders = [
                        "Authorization": "Bearer x", "X-Api-Key": "y", "Cookie": "z", "Accept": "a/b",
                    ]
                    var request = HTTPRequest(.get, server.url("/start"), headers: secrets)
                    request.redirects = .follow(atMost: 3)
                    let response = try await client.send(request)
                    #expect(String(decoding: response.body, as: UTF8.self) == "there")
                    // The same origin keeps them.
                    #expect(server.requests.map { $0["x-api-key"] } == ["y", "y"])
                    let shown = try #require(other.requests.first)
                    #expect(shown["accept"] == "a/b")
                    #expect(shown["authorization"] == nil && shown["x-api-key"] == nil && shown["cookie"] == nil)
                }
            }
        }
    }

    @Test func `a circle ends`() async throws {
        try await withLoopbackServer(always { peer, _ in peer.answer(307, ["Location": "/"]) }) { server in
            try await withClient { client in
                var request = HTTPRequest(.get, server.url())
                request.redirects = .follow(atMost: 4)
                #expect(await fault { try await client.send(request) }?.reason == .tooManyRedirects)
                #expect(server.requests.count == 5)
            }
        }
    }

    @Test(arguments: ["file:///etc/passwd", "ftp://127.0.0.1/", "//", ""])
    func `a place that is no http is not gone to`(place: String) async throws {
        try await withLoopbackServer(always { peer, _ in peer.answer(302, ["Location": place]) }) { server in
            try await withClient { client in
                var request = HTTPRequest(.get, server.url())
                request.redirects = .follow(atMost: 1)
                let result: Result<Int, HTTPFault>
                do throws(HTTPFault) {
                    result = .success(try await client.send(request).status)
                } catch {
                    result = .failure(error)
                }
                switch result {
                case .success(let status): #expect(status == 302)
                case .failure(let fault): #expect([.unsound(.address), .tooManyRedirects].contains(fault.reason))
                }
            }
        }
    }

    @Test func `a message is not repeated elsewhere`() async throws {
        try await withLoopbackServer(always { peer, _ in peer.answer(308, ["Location": "/other"]) }) { server in
            try await withClient { client in
                var request = HTTPRequest(.post, server.url(), body: .json(Array("{}".utf8)))
                request.redirects = .follow(atMost: 3)
                let response = try await client.send(request)
                #expect(response.status == 308)
                #expect(server.requests.count == 1)
            }
        }
    }
}
