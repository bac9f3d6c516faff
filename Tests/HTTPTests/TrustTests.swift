import Foundation
import HTTP
import Support
import Testing

@Suite struct TrustTests {
    @Test func `only a certificate that is trusted for the name is spoken to`() async throws {
        try await withFolder { folder in
            let server = try TLSServer(in: folder)
            defer { server.stop() }
            let url = try #require(URL(string: "https://127.0.0.1:\(server.port)/"))
            try await withClient { client in
                let fault = await fault { try await client.send(HTTPRequest(.post, url)) }
                #expect(fault?.reason == .notTrusted)
                #expect(fault?.mayHaveReachedServer == false)
                #expect(fault?.isPassing == false)
            }
            try await withClient(HTTPConfiguration(authorities: server.certificate)) { client in
                let response = try await client.send(HTTPRequest(.get, url))
                #expect(response.status == 200)
                let other = try #require(URL(string: "https://localhost:\(server.port)/"))
                #expect(await fault { try await client.send(HTTPRequest(.post, other)) }?.reason == .notTrusted)
            }
        }
    }
    @Test func `a certificate whose time is over is named as that, and may be good later`() async throws {
        try await withFolder { folder in
            let server = try TLSServer(in: folder, from: "20200101000000Z", until: "20200201000000Z")
            defer { server.stop() }
            let url = try #require(URL(string: "https://127.0.0.1:\(server.port)/"))
            try await withClient(HTTPConfiguration(authorities: server.certificate)) { client in
                let fault = await fault { try await client.send(HTTPRequest(.post, url)) }
                #expect(fault?.reason == .certificateExpired)
                #expect(fault?.mayHaveReachedServer == false)
                #expect(fault?.isPassing == true)
                #expect(fault?.description.contains("the certificate has expired") == true)
            }
        }
    }
}
