public import Foundation

/// Where a bucket is and with which key it is opened; it never prints the secret one.
public struct S3Configuration: Sendable, Hashable {
    public enum Addressing: String, Sendable {
        /// `https://host/bucket/name`, which every server understands.
        case path
        /// `https://bucket.host/name`.
        case host
    }

    public var bucket: String
    /// What every name begins with; empty, or without a slash at its ends.
    public var prefix: String
    /// Scheme, host and port.
    public var endpoint: URL
    public var region: String
    public var addressing: Addressing
    public var accessKey: String
    let secretKey: String

    public init(
        bucket: String,
        prefix: String = "",
        endpoint: URL,
        region: String,
        addressing: Addressing = .path,
        accessKey: String,
        secretKey: String
    ) {
        self.bucket = bucket
        self.prefix = prefix
        self.endpoint = endpoint
        self.region = region
        self.addressing = addressing
        self.accessKey = accessKey
        self.secretKey = secretKey
    }

    /// Scheme and host with its port, the port left out where the scheme implies it: as the header `Host` has it.
    func origin() -> (scheme: String, host: String) {
        let scheme = endpoint.scheme?.lowercased() ?? "https"
        let standard = scheme == "https" ? 443 : 80
        var host = endpoint.host() ?? ""
        if addressing == .host { host = "\(bucket).\(host)" }
        if let port = endpoint.port, port != standard { host += ":\(port)" }
        return (scheme, host)
    }
}

extension S3Configuration: CustomStringConvertible, CustomReflectable {
    public var description: String {
        "bucket \(bucket)\(prefix.isEmpty ? "" : "/\(prefix)") at \(endpoint.absoluteString), region \(region)"
    }

    public var customMirror: Mirror { Mirror(self, children: []) }
}
