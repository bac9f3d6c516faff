public import Kernel

/// Why there is no answer; nothing in it tells more of the request than its origin.
public struct HTTPFault: Fault, Hashable {
    public enum Reason: Sendable, Hashable {
        /// The request cannot be sent as it is.
        case unsound(Flaw)
        case couldNotResolve
        case couldNotConnect
        /// The proxy refused, or could not be resolved.
        case proxyRefused
        case tlsFailed
        /// The server's certificate is not one that we trust for this name.
        case notTrusted
        /// The server's certificate was good until its time was over, or is not good yet; or our clock is wrong.
        case certificateExpired
        case timedOut
        /// The connection ended before the answer did.
        case cut
        /// What came back is no HTTP.
        case malformedAnswer
        case tooLarge(limitBytes: Int)
        case tooManyRedirects
        /// The answer could not be written to its file.
        case fileNotWritten
        case cancelled
        /// The client has been closed.
        case closed
        /// Something else, by libcurl's number.
        case other(Int32)
    }

    public enum Flaw: String, Sendable, Hashable {
        case address = "its address is not http or https, or holds a password"
        case header = "a header has bytes that are not allowed"
        case file = "its file cannot be read"
        case option = "libcurl does not take it"
    }

    public let reason: Reason
    /// Scheme, host and port.
    public let origin: String
    /// False only when it is certain that no byte of the request was sent, so that it may be repeated.
    public let mayHaveReachedServer: Bool

    public init(_ reason: Reason, origin: String, mayHaveReachedServer: Bool) {
        self.reason = reason
        self.origin = origin
        self.mayHaveReachedServer = mayHaveReachedServer
    }

    public var isPassing: Bool {
        switch reason {
        case .couldNotResolve, .couldNotConnect, .proxyRefused, .tlsFailed, .certificateExpired, .timedOut, .cut,
            .malformedAnswer, .closed,
            .cancelled, .fileNotWritten, .other:
            true
        case .unsound, .notTrusted, .tooLarge, .tooManyRedirects: false
        }
    }

    public var description: String {
        "\(origin): \(sentence)\(mayHaveReachedServer ? ", perhaps after the request arrived" : ", nothing was sent")"
    }

    private var sentence: String {
        switch reason {
        case .unsound(let flaw): "the request is unsound, \(flaw.rawValue)"
        case .couldNotResolve: "the name could not be resolved"
        case .couldNotConnect: "no connection"
        case .proxyRefused: "the proxy refused"
        case .tlsFailed: "TLS failed"
        case .notTrusted: "the certificate is not trusted"
        case .certificateExpired: "the certificate has expired, or this machine's clock is wrong"
        case .timedOut: "timed out"
        case .cut: "the connection was cut"
        case .malformedAnswer: "the answer is malformed"
        case .tooLarge(let limit): "the answer is larger than \(limit) bytes"
        case .tooManyRedirects: "too many redirects"
        case .fileNotWritten: "the answer could not be written to its file"
        case .cancelled: "cancelled"
        case .closed: "the client is closed"
        case .other(let code): "libcurl error \(code)"
        }
    }
}
