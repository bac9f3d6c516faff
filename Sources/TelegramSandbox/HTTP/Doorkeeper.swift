import Foundation
import Hummingbird

/// Keeps other web sites out: the sandbox has no passwords, and a browser on this machine can reach it.
///
/// A name that a stranger's DNS points at 127.0.0.1 shows in `Host`, and a page of theirs in `Origin`.
struct Doorkeeper: Sendable {
    let trustedHosts: Set<String>

    /// A sentence about why a request is refused; nil for one that may come in.
    func objection(to request: Request) -> String? {
        guard let host = request.head.authority, isTrusted(host) else {
            return "this host name is not served; use 127.0.0.1 or localhost"
        }
        guard let origin = request.headers[.origin], let separator = origin.range(of: "://") else { return nil }
        return isTrusted(String(origin[separator.upperBound...])) ? nil : "requests of other sites are refused"
    }

    /// Whether `name:port` is loopback or was named in the configuration.
    func isTrusted(_ authority: String) -> Bool {
        var name = Substring(authority.lowercased())
        if name.hasPrefix("[") {
            guard let end = name.firstIndex(of: "]") else { return false }
            return name[...end] == "[::1]" || trustedHosts.contains(String(name[...end]))
        }
        if let colon = name.firstIndex(of: ":") { name = name[..<colon] }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        let isLoopback = parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
        return isLoopback || name == "localhost" || trustedHosts.contains(String(name))
    }
}
