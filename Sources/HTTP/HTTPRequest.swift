public import Foundation

public enum HTTPMethod: String, Sendable, Hashable {
    case get = "GET"
    case head = "HEAD"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"

    /// Whether a second identical request leaves the server as one does (RFC 9110, 9.2.2).
    public var isIdempotent: Bool { self != .post && self != .patch }
}

/// What is asked of a server; it prints its origin only, as addresses and headers hold secrets.
public struct HTTPRequest: Sendable {
    public var method: HTTPMethod
    /// `http` or `https`, without a user or password in it.
    public var url: URL
    public var headers: HTTPHeaders
    public var body: HTTPBody
    public var timeouts: HTTPTimeouts
    /// A response with a longer body is given up; counted after decompression.
    public var maximumResponseBytes = 8 << 20
    public var redirects = HTTPRedirects.refuse
    /// Whether the request is sent at most once, come what may.
    ///
    /// libcurl by itself sends a request again when a connection that it had kept turns out to be closed before a byte of the
    /// answer, although the server may have acted on the first sending. With this set the second sending is
    /// forbidden and the caller learns of a cut that may have reached the server; connections idle for over 15 s are not used,
    /// so that it stays rare. Set from the start for methods that are not idempotent.
    public var isNeverRepeated: Bool
    /// Whether the server may compress the answer.
    public var acceptsCompression = true

    public init(
        _ method: HTTPMethod = .get,
        _ url: URL,
        headers: HTTPHeaders = [:],
        body: HTTPBody = .none,
        timeouts: HTTPTimeouts = HTTPTimeouts()
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeouts = timeouts
        isNeverRepeated = !method.isIdempotent
    }

    /// Scheme, host and, where it is told, port: what a log may show.
    public var origin: String {
        let host = url.host() ?? ""
        let port = url.port.map { ":\($0)" } ?? ""
        return "\(url.scheme?.lowercased() ?? "")://\(host.contains(":") ? "[\(host)]" : host)\(port)"
    }
}

extension HTTPRequest: CustomStringConvertible, CustomReflectable {
    public var description: String { "\(method.rawValue) \(origin)" }

    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// How long a transfer may take.
public struct HTTPTimeouts: Sendable, Hashable {
    /// Until a new connection is made, its TLS and proxy included.
    public var connect: Duration
    /// From the start to the last byte; nil for streams without an end.
    public var total: Duration?
    /// How long less than a byte a second may move in either direction, rounded up to seconds.
    ///
    /// Not for servers that think for long before they answer.
    public var stall: Duration?

    public init(connect: Duration = .seconds(10), total: Duration? = .seconds(60), stall: Duration? = nil) {
        self.connect = connect
        self.total = total
        self.stall = stall
    }
}

/// What to do about an answer that points elsewhere.
public enum HTTPRedirects: Sendable, Hashable {
    /// The answer is the caller's.
    case refuse
    /// GET and HEAD go on, at most so many times.
    ///
    /// Another origin is given no header but harmless ones, and https never becomes http. An answer that may not be followed is
    /// the caller's.
    case follow(atMost: Int)
}
