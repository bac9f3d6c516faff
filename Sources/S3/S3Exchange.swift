import Foundation
import HTTP
import Kernel

/// Signed requests to one bucket, each tried again while the server asks for patience.
struct S3Exchange: Sendable {
    let http: HTTPClient
    let configuration: S3Configuration
    let clock: WallClock
    /// The wait before the second attempt; it doubles each time.
    var pause = Duration.milliseconds(300)

    /// A busy server often answers the second time; after so many the job that asked waits longer.
    static let attempts = 5

    struct Ask: Sendable {
        var method: HTTPMethod
        /// Below the bucket; empty is the bucket itself.
        var name = ""
        var query: [(name: String, value: String)] = []
        var headers: [(name: String, value: String)] = []
        var body = HTTPBody.none
        /// SHA-256 of the body.
        var hash = sha256([])
        /// Statuses beside success that the caller reads itself.
        var expected: Set<Int> = []
    }

    func send(_ ask: Ask) async throws -> HTTPResponse {
        var attempt = 1
        while true {
            do throws(S3Fault) {
                return try await sendOnce(ask)
            } catch {
                guard error.isPassing, attempt < Self.attempts else { throw error }
                if case .clockDiffers = error { throw error }
            }
            // A quarter more or less by chance, so that those refused together do not come back together.
            try await Task.sleep(for: pause * (1 << (attempt - 1)) * Double.random(in: 0.75...1.25))
            attempt += 1
        }
    }

    private func sendOnce(_ ask: Ask) async throws(S3Fault) -> HTTPResponse {
        let response: HTTPResponse
        do throws(HTTPFault) {
            response = try await http.send(try request(ask))
        } catch {
            if case .unsound(.file) = error.reason { throw .unreadableFile }
            throw .unreachable(error)
        }
        // Copying and joining answer 200 before they know, and tell their failure in the body.
        let isFailureInside =
            response.isSuccess && ask.method != .get && XMLScan(response.body).first("Code") != nil
            && String(decoding: response.body.prefix(512), as: UTF8.self).contains("<Error>")
        if (response.isSuccess && !isFailureInside) || ask.expected.contains(response.status) { return response }
        throw fault(response)
    }

    private func request(_ ask: Ask) throws(HTTPFault) -> HTTPRequest {
        let origin = configuration.origin()
        var path = configuration.addressing == .path ? "/\(configuration.bucket)" : ""
        if !ask.name.isEmpty { path += "/\(ask.name)" }
        if path.isEmpty { path = "/" }
        let moment = clock.now()
        let hash = hexadecimal(ask.hash)
        var headers = ask.headers
        headers += [
            ("host", origin.host), ("x-amz-content-sha256", hash), ("x-amz-date", Signature.timestamp(moment)),
        ]
        let signature = Signature(
            accessKey: configuration.accessKey,
            secretKey: configuration.secretKey,
            region: configuration.region
        )
        let signed = Signature.Request(
            method: ask.method.rawValue,
            path: path,
            query: ask.query,
            headers: headers,
            payloadHash: hash
        )
        let query = ask.query.isEmpty ? "" : "?\(Signature.encodedQuery(ask.query))"
        let address = "\(origin.scheme)://\(origin.host)\(Signature.encodedPath(path))\(query)"
        guard let url = URL(string: address) else {
            throw HTTPFault(
                .unsound(.address),
                origin: "\(origin.scheme)://\(origin.host)",
                mayHaveReachedServer: false
            )
        }
        var request = HTTPRequest(ask.method, url, body: ask.body)
        for (name, value) in headers where name != "host" { request.headers.add(name, value) }
        request.headers.add("authorization", signature.authorization(of: signed, at: moment))
        // Large bodies take their time; what stands still does not.
        request.timeouts = HTTPTimeouts(total: .seconds(3600), stall: .seconds(30))
        request.maximumResponseBytes = 64 << 20
        // Compressed, a range would be one of other bytes.
        request.acceptsCompression = false
        // Every request may be made twice: the same bytes under the same name.
        request.isNeverRepeated = false
        return request
    }

    private func fault(_ response: HTTPResponse) -> S3Fault {
        let error = XMLScan(response.body)
        guard let code = error.first("Code") ?? Self.codeWithoutBody(response) else {
            return .nonsense(status: response.status)
        }
        switch code {
        case "NoSuchBucket": return .noBucket(configuration.bucket)
        case "SlowDown", "ServiceUnavailable", "RequestLimitExceeded", "Throttling": return .slowDown
        case "RequestTimeTooSkewed": return .clockDiffers(seconds: skew(response))
        case "InvalidAccessKeyId", "SignatureDoesNotMatch", "AccessDenied", "AllAccessDisabled", "AccountProblem":
            // Without a body a refused clock looks like a refused key.
            if let seconds = skew(response), abs(seconds) > 900 { return .clockDiffers(seconds: seconds) }
            return .keyRefused(code: code)
        case "PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException":
            return .wrongRegion(error.first("Region") ?? response.headers["x-amz-bucket-region"])
        case "InternalError": return .refused(status: 500, code: code)
        default: return .refused(status: response.status, code: code)
        }
    }

    /// HEAD has no body to explain itself.
    private static func codeWithoutBody(_ response: HTTPResponse) -> String? {
        guard response.body.isEmpty else { return nil }
        return switch response.status {
        case 301: "PermanentRedirect"
        case 403: "AccessDenied"
        case 404: "NoSuchKey"
        case 503: "SlowDown"
        default: String(response.status)
        }
    }

    /// Our time less the server's.
    private func skew(_ response: HTTPResponse) -> Int? {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(secondsFromGMT: 0)
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
        guard let theirs = response.headers["Date"].flatMap(formatter.date(from:)) else { return nil }
        return Int(clock.now().timeIntervalSince(theirs))
    }
}
