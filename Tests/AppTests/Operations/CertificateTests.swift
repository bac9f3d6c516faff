import Foundation
import HTTP
import Support
import Synchronization
import Telegram
import Testing

@testable import zvonar

struct CertificateTests {
    @Test(
        .enabled(if: getuid() == 0, "only root may let one process trust a certificate of a test"),
        .enabled(if: ReverseProxy.isHere, "nginx is not installed")
    )
    func `a recording waits while the engine's certificate is over, and its result comes when it is renewed`()
        async throws
    {
        let folder = FileManager.default.temporaryDirectory.appending(path: "zvonar-renewed-\(UUID())")
        defer { do { try FileManager.default.removeItem(at: folder) } catch { Issue.record(error) } }
        let old = try TestCertificate(
            in: folder.appending(path: "old"),
            from: "20200101000000Z",
            until: "20200201000000Z"
        )
        let new = try TestCertificate(in: folder.appending(path: "new"))
        // The server trusts both, as it would one authority.
        let trusted = folder.appending(path: "trusted.pem")
        try (Data(contentsOf: old.certificate) + Data(contentsOf: new.certificate)).write(to: trusted)
        let proxy = try TLSProxy(to: try SpeechService.shared().base, showing: old, in: folder)
        defer { proxy.stop() }
        try await City.withoutServer(speech: proxy.url) { city in
            let server = try ServerProcess(
                city.environment,
                port: try City.freePort(),
                log: city.folder.appending(path: "server.log"),
                preparing: "mount --bind '\(trusted.path)' /etc/ssl/certs/ca-certificates.crt"
            )
            defer { server.end() }
            try await server.waitUntilReady()
            let olga = try await city.sandbox.person("Ольга")
            try await olga.register("Домашний Мир")
            try await olga.send(Fixtures.recording("08-appliance-complaint-rude"), as: "audio")
            try await waitUntil("the transcription was tried", within: .seconds(120)) {
                try server.words.contains("waiting for the speech service")
            }
            let body = String(decoding: try await server.get("/ready").body, as: UTF8.self)
            #expect(
                body.contains("degraded") && body.contains(/"speech":"down: [^"]*the certificate has expired/),
                "\(body)"
            )
            try proxy.show(new)
            // The pause before the next attempt is over.
            try await waitUntil("the result is here", within: .seconds(300)) {
                try city.test.runAsSuperuser("UPDATE cell.jobs SET run_at = now() WHERE state = 'later'")
                return try await olga.messages().contains { $0.text?.contains("0:36") == true }
            }
            #expect(try await !String(decoding: server.get("/ready").body, as: UTF8.self).contains("certificate"))
            #expect(try await server.terminate() == 0)
        }
    }
}

/// nginx with TLS in front of an engine.
private final class TLSProxy: Sendable {
    let url: URL
    private let folder: URL
    private let process: Mutex<Process>

    init(to engine: URL, showing certificate: TestCertificate, in folder: URL) throws {
        let port = try City.freePort()
        url = try #require(URL(string: "https://127.0.0.1:\(port)/v1"))
        self.folder = folder
        let configuration = """
            daemon off; pid nginx.pid; error_log error.log warn; worker_processes 1;
            events { worker_connections 64; }
            http {
                access_log off; client_max_body_size 100m;
                client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;
                server {
                    listen 127.0.0.1:\(port) ssl;
                    ssl_certificate shown.pem;
                    ssl_certificate_key shown.key;
                    location / { proxy_pass \(engine.absoluteString.replacing("/v1", with: "")); proxy_read_timeout 300s; }
                }
            }

            """
        try Data(configuration.utf8).write(to: folder.appending(path: "nginx.conf"))
        // Its workers are another user's, where the tests run as root.
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "--default-signal", ReverseProxy.program, "-p", folder.path, "-e", "error.log", "-c", "nginx.conf",
        ]
        process.standardInput = FileHandle.nullDevice
        self.process = Mutex(process)
        try lay(certificate)
        try process.run()
    }

    /// Renews the certificate, as certbot does with its hook.
    func show(_ certificate: TestCertificate) throws {
        try lay(certificate)
        process.withLock { _ = kill($0.processIdentifier, SIGHUP) }
    }

    /// Returns when it is gone with its files.
    func stop() {
        process.withLock { process in
            kill(process.processIdentifier, SIGTERM)
            process.waitUntilExit()
        }
    }

    private func lay(_ certificate: TestCertificate) throws {
        for (source, name) in [(certificate.certificate, "shown.pem"), (certificate.key, "shown.key")] {
            try Data(contentsOf: source).write(to: folder.appending(path: name), options: .atomic)
        }
    }
}
