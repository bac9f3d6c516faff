public import Foundation

/// How a client reaches the world.
public struct HTTPConfiguration: Sendable {
    public var proxy: HTTPProxy?
    /// A file of certificates (PEM) to trust instead of the system's.
    public var authorities: URL?
    public var userAgent = "Zvonar"
    /// How many connections are kept for later requests.
    public var maximumIdleConnections = 64

    public init(proxy: HTTPProxy? = nil, authorities: URL? = nil) {
        self.proxy = proxy
        self.authorities = authorities
    }
}

/// A proxy that everything but loopback goes through; it never prints its password.
public struct HTTPProxy: Sendable, Hashable {
    public enum Kind: String, Sendable {
        case http
        /// SOCKS 5 where the proxy resolves names.
        case socks5h
    }

    public let kind: Kind
    public let host: String
    public let port: Int
    let user: String?
    let password: String?

    /// A setting such as `socks5h://user:password@host:1080`; nil unless it names a known kind, a host and a port.
    public init?(_ text: String) {
        guard let parts = URLComponents(string: text),
            let kind = parts.scheme.flatMap({ Kind(rawValue: $0.lowercased()) }),
            let host = parts.host, !host.isEmpty, let port = parts.port, (1...65_535).contains(port),
            parts.path.isEmpty || parts.path == "/", parts.query == nil, parts.fragment == nil
        else { return nil }
        self.kind = kind
        self.host = host
        self.port = port
        user = parts.user
        password = parts.password
    }

    /// Without user and password.
    var address: String {
        "\(kind.rawValue)://\(host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host):\(port)"
    }
}

extension HTTPProxy: CustomStringConvertible, CustomReflectable {
    public var description: String { address + (user == nil ? "" : " (with a password)") }

    public var customMirror: Mirror { Mirror(self, children: []) }
}
