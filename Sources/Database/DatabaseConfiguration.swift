import Foundation

/// Where PostgreSQL is and as whom the product speaks to it.
public struct DatabaseConfiguration: Sendable {
    /// One of the product's logins; each has rights of its own.
    public enum Login: String, Sendable, CaseIterable {
        /// Owns platform and cell, makes roles; for migrations and provisioning only.
        case owner = "zvonar_owner"
        case platform = "zvonar_platform"
        /// Owns nothing, enters tenants by SET ROLE.
        case cell = "zvonar_cell"
    }

    /// A database of a server, and how its connections are made secret.
    public struct Address: Sendable, Equatable {
        /// A host name, an address, or the folder of a Unix socket.
        public var host: String
        public var port: Int
        public var name: String
        /// One of `sslModes` and the file of the certificates to trust; without them libpq's own choice.
        public var sslMode: String?
        public var sslRootCertificate: String?
    }

    public var address: Address
    public var host: String {
        get { address.host }
        set { address.host = newValue }
    }
    public var port: Int {
        get { address.port }
        set { address.port = newValue }
    }
    public var passwords: [Login: String]
    /// Connections at most, for each of platform and cell.
    public var poolSize = 10
    /// PgBouncer in transaction mode stands between: statements are unnamed, start-up options are not sent.
    public var isPooled = false
    /// Where LISTEN, heartbeats, migrations and locks go when a pooler stands between: the server itself.
    public var direct: Address?
    public var connectTimeout = Duration.seconds(5)
    /// How long one exchange with the server may take.
    public var statementTimeout = Duration.seconds(30)
    /// How long to wait for a free connection.
    public var checkoutTimeout = Duration.seconds(10)
    /// A connection is renewed after this long, or after `tenantsPerConnection` different tenants, because a backend
    /// keeps about 1 MB of catalogue for each tenant it has seen.
    public var connectionLifetime = Duration.seconds(1800)
    public var tenantsPerConnection = 64

    public init(host: String, port: Int, name: String, passwords: [Login: String]) {
        address = Address(host: host, port: port, name: name)
        self.passwords = passwords
    }

    /// Reads `postgresql://host:port/name`; nil when it is not of that form.
    ///
    /// A Unix socket's folder is given as `postgresql:///name?host=/folder&port=5432`. Besides there may be `sslmode` and
    /// `sslrootcert`; what is not known is refused, since somebody relies on it.
    public init?(url: String, passwords: [Login: String]) {
        guard let parts = URLComponents(string: url), ["postgresql", "postgres"].contains(parts.scheme),
            parts.user == nil, parts.path.count > 1
        else { return nil }
        let items = parts.queryItems ?? []
        let query = Dictionary(items.map { ($0.name, $0.value ?? "") }, uniquingKeysWith: { first, _ in first })
        guard query.count == items.count, query.keys.allSatisfy(["host", "port", "sslmode", "sslrootcert"].contains),
            query["port"].map({ Int($0) != nil }) ?? true,
            query["sslmode"].map(Self.sslModes.contains) ?? true
        else { return nil }
        guard let host = query["host"] ?? parts.host.flatMap({ $0.isEmpty ? nil : $0 }) else { return nil }
        self.init(
            host: host,
            port: parts.port ?? query["port"].flatMap(Int.init) ?? 5432,
            name: String(parts.path.dropFirst()),
            passwords: passwords
        )
        address.sslMode = query["sslmode"]
        address.sslRootCertificate = query["sslrootcert"]
    }

    /// What every session begins with: sent at start-up, or kept by the server with the login where a pooler stands between.
    func sessionSettings(timeout: Duration?) -> [(name: String, value: String)] {
        [
            ("statement_timeout", String((timeout ?? statementTimeout).components.seconds * 1000)),
            ("idle_in_transaction_session_timeout", "60000"), ("TimeZone", "UTC"), ("search_path", "ext"),
            ("client_min_messages", "warning"), ("jit", "off"),
        ]
    }

    /// What libpq knows, from no TLS at all to a server that proves its name.
    private static let sslModes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]
}
