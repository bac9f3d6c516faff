import Foundation
import HTTP
import Support
import Telegram
import Synchronization
import Testing

@testable import zvonar

extension Person {
    /// Registers a company by talking to the bot.
    func register(_ company: String) async throws {
        try await write("/start")
        try await wait(forText: "называется")
        try await write(company)
        let zones = try await wait(for: "the question of the zone") {
            $0.buttons.contains { $0.text.contains("Москва") }
        }
        try await press(zones.button("Москва"), under: zones)
        try await wait(forText: "«\(company)» зарегистрирована")
    }
}

/// nginx as `deploy/proxy/nginx.conf` has it, in front of servers of a test.
final class ReverseProxy: Sendable {
    static let program = ProcessInfo.processInfo.environment["ZVONAR_TEST_NGINX"] ?? "/usr/sbin/nginx"
    static var isHere: Bool { FileManager.default.isExecutableFile(atPath: program) }

    let port: Int
    private let process: Mutex<Process>

    init(to ports: [Int], in folder: URL) throws {
        let port = try City.freePort()
        self.port = port
        let path = TestDatabase.root.appending(path: "deploy/proxy/nginx.conf")
        // TLS needs a certificate of the operator's; all else is as it is shipped.
        let site = try String(contentsOf: path, encoding: .utf8).split(separator: "\n").map { line in
            let words = line.split(separator: " ").map(String.init)
            switch words.first ?? "" {
            case "server" where words[1].hasSuffix(":8080"): return "server 127.0.0.1:\(ports[0]) max_fails=0;"
            case "server" where words[1].hasSuffix(":8090"): return "server 127.0.0.1:\(ports[1]) max_fails=0;"
            case "listen": return "listen 127.0.0.1:\(port);"
            case "ssl_certificate", "ssl_certificate_key": return ""
            case "server_name": return "server_name _;"
            default: return String(line)
            }
        }.joined(separator: "\n")
        let whole = """
            daemon off; pid nginx.pid; error_log error.log warn; worker_processes 1;
            events { worker_connections 256; }
            http {
                access_log off;
                client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;
            \(site)
            }

            """
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        // Its workers are another user's, where the tests run as root.
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path)
        try Data(whole.utf8).write(to: folder.appending(path: "nginx.conf"))
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "--default-signal", Self.program, "-p", folder.path, "-e", "error.log", "-c", "nginx.conf",
        ]
        process.standardInput = FileHandle.nullDevice
        try process.run()
        self.process = Mutex(process)
    }

    func stop() { process.withLock { _ = kill($0.processIdentifier, SIGTERM) } }

    deinit { stop() }
}
