import Foundation
import HTTP
import Support
import Testing

@testable import Web

struct HostGuardTests {
    @Test(arguments: [
        "calls.example.com", "CALLS.example.com:443", "calls.example.com:8080", "127.0.0.1:8080", "127.8.9.1",
        "localhost", "LOCALHOST:3", "[::1]:8080", "[::1]",
    ])
    func `our own address and this machine's are ours`(authority: String) {
        #expect(HostGuard(URL(string: "https://Calls.example.com")).isOurs(authority))
    }

    @Test(arguments: [
        nil, "", "evil.example", "calls.example.com.evil.example", "evil.example:8080", "127.0.0.1.evil.example",
        "xcalls.example.com", "localhost.evil.example", "10.0.0.1", "[::2]:8080", "[::1", "a:b:c", ":8080",
        "calls.example.com@evil.example",
    ])
    func `any other host is not`(authority: String?) {
        #expect(!HostGuard(URL(string: "https://calls.example.com")).isOurs(authority))
    }

    @Test func `a page is refused under another name in words, and probes answer under any`() async throws {
        try await PanelFixture.run(publicURL: URL(string: "https://calls.example.com")) { panel in
            func answer(_ path: String, host: String) async throws -> HTTPResponse {
                let headers: HTTPHeaders = ["Host": host, "Accept-Language": "en"]
                return try await panel.client.send(
                    HTTPRequest(.get, panel.base.appending(path: path), headers: headers)
                )
            }
            for path in ["calls", "sign-in/AAAAAAAAAAAAAAAAAAAAAA", "nowhere"] {
                let refused = try await answer(path, host: "evil.example")
                #expect(refused.status == 421)
                #expect(String(decoding: refused.body, as: UTF8.self).contains("This is another address"))
                #expect(try await answer(path, host: "calls.example.com").status != 421)
                #expect(try await answer(path, host: "localhost:1").status != 421)
            }
            for probe in ["health", "metrics"] {
                #expect(try await answer(probe, host: "zvonar.internal:8080").status == 200)
            }
        }
    }
}
