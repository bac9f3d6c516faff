import Foundation
import HTTP
import Support
import Testing

@Suite struct ProxyTests {
    @Test func `an HTTP proxy is given the address and a password`() async throws {
        try await withLoopbackServer(always { peer, _ in peer.answer(200, [:], "through") }) { proxy in
            let setting = try #require(HTTPProxy("http://us%40er:pa%3Ass@127.0.0.1:\(proxy.port)"))
            try await withClient(HTTPConfiguration(proxy: setting)) { client in
                let url = try #require(URL(string: "http://bot.example/path"))
                #expect(try await client.send(HTTPRequest(.get, url)).body == Array("through".utf8))
                #expect(proxy.requests.map(\.target) == ["http://bot.example/path"])
                let password = Data("us@er:pa:ss".utf8).base64EncodedString()
                #expect(proxy.requests.first?["proxy-authorization"] == "Basic \(password)")
            }
        }
    }

    @Test func `a proxy that refuses a tunnel has let nothing through`() async throws {
        let script = always { peer, _ in peer.answer(407, ["Proxy-Authenticate": "Basic"]) }
        try await withLoopbackServer(script) { proxy in
            let setting = try #require(HTTPProxy("http://user:pass@127.0.0.1:\(proxy.port)"))
            try await withClient(HTTPConfiguration(proxy: setting)) { client in
                let url = try #require(URL(string: "https://bot.example/secret"))
                let fault = await fault { try await client.send(HTTPRequest(.post, url)) }
                #expect(fault?.reason == .proxyRefused)
                #expect(fault?.mayHaveReachedServer == false)
                #expect(proxy.requests.first?.method == "CONNECT")
                #expect(proxy.requests.first?.target == "bot.example:443")
            }
        }
    }

    @Test func `a SOCKS proxy resolves the name itself`() async throws {
        let asked = Signal<[UInt8]>()
        let script: @Sendable (LoopbackPeer) -> Void = { peer in
            // RFC 1928 and RFC 1929: greeting, password, the place to connect to.
            guard let greeting = peer.read(2), peer.read(Int(greeting[1])) != nil else { return }
            peer.write([5, 2])
            guard let user = peer.read(2).flatMap({ peer.read(Int($0[1])) }),
                let password = peer.read(1).flatMap({ peer.read(Int($0[0])) })
            else { return }
            peer.write([1, 0])
            guard let place = peer.read(5), let name = peer.read(Int(place[4]) + 2) else { return }
            peer.write([5, 0, 0, 1, 0, 0, 0, 0, 0, 0])
            asked.send(user + [0] + password + [0] + Array(place[3...3]) + name)
            always { peer, _ in peer.answer(200, [:], "through") }(peer)
        }
        try await withLoopbackServer(script) { proxy in
            let setting = try #require(HTTPProxy("socks5h://user:word@127.0.0.1:\(proxy.port)"))
            try await withClient(HTTPConfiguration(proxy: setting)) { client in
                let url = try #require(URL(string: "http://bot.example/path"))
                #expect(try await client.send(HTTPRequest(.get, url)).body == Array("through".utf8))
                // Type 3 is a name, and port 80.
                let expected =
                    Array("user".utf8) + [0] + Array("word".utf8) + [0, 3] + Array("bot.example".utf8) + [0, 80]
                #expect(try await asked.next() == expected)
            }
        }
    }

    @Test func `a SOCKS proxy that refuses has let nothing through`() async throws {
        let script: @Sendable (LoopbackPeer) -> Void = { peer in
            guard let greeting = peer.read(2), peer.read(Int(greeting[1])) != nil else { return }
            peer.write([5, 255])
            peer.waitForEnd()
        }
        try await withLoopbackServer(script) { proxy in
            let setting = try #require(HTTPProxy("socks5h://127.0.0.1:\(proxy.port)"))
            try await withClient(HTTPConfiguration(proxy: setting)) { client in
                let url = try #require(URL(string: "http://bot.example/path"))
                let fault = await fault { try await client.send(HTTPRequest(.post, url)) }
                #expect(fault?.reason == .proxyRefused)
                #expect(fault?.mayHaveReachedServer == false)
            }
        }
    }

    @Test func `loopback is never behind the proxy`() async throws {
        try await withLoopbackServer(always { peer, _ in peer.answer(200, [:], "direct") }) { server in
            let setting = try #require(HTTPProxy("http://127.0.0.1:1"))
            try await withClient(HTTPConfiguration(proxy: setting)) { client in
                let response = try await client.send(HTTPRequest(.get, server.url()))
                #expect(response.body == Array("direct".utf8))
            }
        }
    }

    @Test(arguments: ["", "socks4://h:1", "http://h", "http://:80", "h:80", "http://h:80/path", "http://h:99999"])
    func `a setting that is no proxy is refused`(text: String) {
        #expect(HTTPProxy(text) == nil)
    }

    @Test func `a proxy prints no password`() throws {
        let proxy = try #require(HTTPProxy("socks5h://somebody:pass-word@host:1080"))
        var shown = ""
        dump(HTTPConfiguration(proxy: proxy), to: &shown)
        shown += "\(proxy) \(String(reflecting: proxy))"
        #expect(!shown.contains("pass-word") && !shown.contains("somebody"))
        #expect(shown.contains("socks5h://host:1080"))
    }
}
