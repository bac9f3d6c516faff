import Foundation
import Kernel

/// Signs a request by AWS Signature Version 4, with the signature in the header `Authorization`.
///
/// docs.aws.amazon.com/general/latest/gr/sigv4-create-canonical-request.html; for S3 a path is encoded once.
struct Signature: Sendable {
    let accessKey: String
    let secretKey: String
    let region: String
    var service = "s3"

    /// A request as far as it is signed; names and values of the query are not encoded yet.
    struct Request: Sendable {
        var method: String
        var path: String
        var query: [(name: String, value: String)] = []
        var headers: [(name: String, value: String)]
        /// SHA-256 of the body in hexadecimal, or `UNSIGNED-PAYLOAD`.
        var payloadHash: String
    }

    /// What stands in `Authorization`; the headers must hold `host` and `x-amz-date`.
    func authorization(of request: Request, at moment: Date) -> String {
        let canonical = canonicalRequest(request)
        let stamp = Self.timestamp(moment)
        let scope = "\(stamp.prefix(8))/\(region)/\(service)/aws4_request"
        let text = "AWS4-HMAC-SHA256\n\(stamp)\n\(scope)\n\(hexadecimal(sha256(Array(canonical.text.utf8))))"
        var key = Array("AWS4\(secretKey)".utf8)
        for part in [String(stamp.prefix(8)), region, service, "aws4_request", text] {
            key = hmacSHA256(key: key, message: Array(part.utf8))
        }
        return """
            AWS4-HMAC-SHA256 Credential=\(accessKey)/\(scope), SignedHeaders=\(canonical.signedHeaders), \
            Signature=\(hexadecimal(key))
            """
    }

    func canonicalRequest(_ request: Request) -> (text: String, signedHeaders: String) {
        let headers = request.headers
            .map { (name: $0.name.lowercased(), value: Self.trimmed($0.value)) }
            .sorted { $0.name < $1.name }
        let signed = headers.map(\.name).joined(separator: ";")
        let lines = headers.map { "\($0.name):\($0.value)\n" }.joined()
        let text = """
            \(request.method)
            \(Self.encodedPath(request.path))
            \(Self.encodedQuery(request.query))
            \(lines)
            \(signed)
            \(request.payloadHash)
            """
        return (text, signed)
    }

    /// `20150830T123600Z`.
    static func timestamp(_ moment: Date) -> String {
        let seconds = Int64(moment.timeIntervalSince1970.rounded(.down))
        var parts = tm()
        var time = time_t(seconds)
        gmtime_r(&time, &parts)
        func padded(_ number: Int32, _ width: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        return "\(padded(parts.tm_year + 1900, 4))\(padded(parts.tm_mon + 1, 2))\(padded(parts.tm_mday, 2))T"
            + "\(padded(parts.tm_hour, 2))\(padded(parts.tm_min, 2))\(padded(parts.tm_sec, 2))Z"
    }

    static func encodedPath(_ path: String) -> String {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).map { encoded($0) }
        return parts.joined(separator: "/")
    }

    /// Sorted by name, then by value, both encoded.
    static func encodedQuery(_ query: [(name: String, value: String)]) -> String {
        query.map { (encoded($0.name), encoded($0.value)) }.sorted { $0 < $1 }.map { "\($0.0)=\($0.1)" }
            .joined(separator: "&")
    }

    /// RFC 3986: everything but letters, digits and `-._~` as `%XX`.
    static func encoded(_ text: some StringProtocol) -> String {
        var result: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                result.append(byte)
            default: result += Array("%\(hexadecimal([byte]).uppercased())".utf8)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// Without blanks at the ends, and with one in place of several.
    private static func trimmed(_ value: String) -> String {
        value.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
    }
}
