import Foundation
import HTTP
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
}

/// OpenSSL's own test server with a certificate for 127.0.0.1 that it signed itself.
private struct TLSServer {
    let certificate: URL
    let port: Int
    private let process = Process()

    init(in folder: URL) throws {
        certificate = folder.appending(path: "certificate.pem")
        let key = folder.appending(path: "key.pem")
        let openssl = URL(filePath: "/usr/bin/openssl")
        let request = try Process.run(
            openssl,
            arguments: [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key.path, "-out",
                certificate.path,
            ]
        )
        request.waitUntilExit()
        let output = Pipe()
        process.executableURL = openssl
        process.arguments = ["s_server", "-accept", "127.0.0.1:0", "-key", key.path, "-cert", certificate.path, "-www"]
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        // It says `ACCEPT 127.0.0.1:40001` when it is ready.
        var said = ""
        while !said.contains(/ACCEPT .*\n/) {
            let bytes = output.fileHandleForReading.availableData
            if bytes.isEmpty { break }
            said += String(decoding: bytes, as: UTF8.self)
        }
        port = try #require(said.firstMatch(of: /ACCEPT .*:(\d+)/).flatMap { Int($0.output.1) })
    }

    /// By force: the signals that a test's thread blocks are blocked in its children too.
    func stop() { kill(process.processIdentifier, SIGKILL) }
}
