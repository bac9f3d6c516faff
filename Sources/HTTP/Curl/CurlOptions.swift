import CCurl
import Foundation

/// A request that libcurl cannot be given.
struct CurlRefusal: Error {
    let flaw: HTTPFault.Flaw
}

/// What a handle refers to and does not own.
final class CurlAttachments {
    var headers: UnsafeMutablePointer<curl_slist>?
    var form: OpaquePointer?
    var file: UnsafeMutablePointer<FILE>?

    func free() {
        curl_slist_free_all(headers)
        curl_mime_free(form)
        if let file { fclose(file) }
    }
}

/// Writes a request into an easy handle.
struct CurlOptions {
    let easy: UnsafeMutableRawPointer
    let attachments: CurlAttachments

    func apply(_ request: HTTPRequest, _ configuration: HTTPConfiguration) throws(CurlRefusal) {
        try setAddress(request)
        try setMethodAndBody(request)
        try setHeaders(request, configuration)
        try setTimeouts(request.timeouts)
        try setConnection(request, configuration)
        if request.acceptsCompression { try set(CURLOPT_ACCEPT_ENCODING, "") }
        if request.method != .head {
            try set(CURLOPT_MAXFILESIZE_LARGE, size: request.maximumResponseBytes)
        }
    }

    private func setAddress(_ request: HTTPRequest) throws(CurlRefusal) {
        let url = request.url
        guard ["http", "https"].contains(url.scheme?.lowercased() ?? ""), url.host()?.isEmpty == false,
            url.user == nil, url.password == nil
        else { throw CurlRefusal(flaw: .address) }
        try set(CURLOPT_URL, url.absoluteString, flaw: .address)
        try set(CURLOPT_PROTOCOLS_STR, "http,https")
        try set(CURLOPT_FOLLOWLOCATION, 0)
    }

    private func setMethodAndBody(_ request: HTTPRequest) throws(CurlRefusal) {
        switch request.body {
        case .none:
            switch request.method {
            case .get: try set(CURLOPT_HTTPGET, 1)
            case .head: try set(CURLOPT_NOBODY, 1)
            case .post, .put, .patch, .delete: try setBytes([])
            }
        case .bytes(let bytes, _): try setBytes(bytes)
        case .file(let url, _): try setFile(url)
        case .multipart(let parts): try setForm(parts)
        }
        // Over what libcurl derives from the body.
        if request.method != .get && request.method != .head {
            try set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
        }
    }

    private func setBytes(_ bytes: [UInt8]) throws(CurlRefusal) {
        try set(CURLOPT_POSTFIELDSIZE_LARGE, size: bytes.count)
        // An empty array may have no address, and none would mean that the body is read from a callback.
        let copied = (bytes.isEmpty ? [0] : bytes).withUnsafeBufferPointer { buffer in
            zvonar_curl_set_pointer(easy, CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: buffer.baseAddress))
        }
        try check(copied)
    }

    private func setFile(_ url: URL) throws(CurlRefusal) {
        guard let file = fopen(url.path, "rbe") else { throw CurlRefusal(flaw: .file) }
        attachments.file = file
        var facts = stat()
        guard fstat(fileno(file), &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
            throw CurlRefusal(flaw: .file)
        }
        try set(CURLOPT_UPLOAD, 1)
        try check(zvonar_curl_set_pointer(easy, CURLOPT_READDATA, file))
        try set(CURLOPT_INFILESIZE_LARGE, size: Int(facts.st_size))
    }

    private func setForm(_ parts: [HTTPPart]) throws(CurlRefusal) {
        attachments.form = curl_mime_init(easy)
        for part in parts {
            let field = curl_mime_addpart(attachments.form)
            try check(curl_mime_name(field, part.name))
            switch part.content {
            case .bytes(let bytes):
                // An empty array may have no address, which would mean a part without content.
                let copied = (bytes.isEmpty ? [0] : bytes).withUnsafeBytes { buffer in
                    curl_mime_data(field, buffer.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
                }
                try check(copied)
            case .file(let url):
                try check(curl_mime_filedata(field, url.path), flaw: .file)
                // Not the name on our disk, unless the caller gives one.
                try check(curl_mime_filename(field, nil))
            }
            if let filename = part.filename { try check(curl_mime_filename(field, filename)) }
            if let type = part.type { try check(curl_mime_type(field, type)) }
        }
        try check(zvonar_curl_set_pointer(easy, CURLOPT_MIMEPOST, UnsafeMutableRawPointer(attachments.form)))
    }

    private func setHeaders(_ request: HTTPRequest, _ configuration: HTTPConfiguration) throws(CurlRefusal) {
        var headers = request.headers
        switch request.body {
        case .bytes(_, let type?), .file(_, let type?): headers["Content-Type"] = type
        case .none, .bytes, .file, .multipart: break
        }
        guard headers.areSound else { throw CurlRefusal(flaw: .header) }
        var lines = headers.lines.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
        // libcurl would wait a second for leave to send a large body, and name every body a form.
        lines.append("Expect:")
        if case .multipart = request.body {} else if headers["Content-Type"] == nil { lines.append("Content-Type:") }
        for line in lines {
            guard let longer = curl_slist_append(attachments.headers, line) else { throw CurlRefusal(flaw: .option) }
            attachments.headers = longer
        }
        try check(zvonar_curl_set_pointer(easy, CURLOPT_HTTPHEADER, attachments.headers))
        if headers["User-Agent"] == nil { try set(CURLOPT_USERAGENT, configuration.userAgent) }
    }

    private func setTimeouts(_ timeouts: HTTPTimeouts) throws(CurlRefusal) {
        try set(CURLOPT_CONNECTTIMEOUT_MS, max(1, timeouts.connect.wholeMilliseconds))
        if let total = timeouts.total { try set(CURLOPT_TIMEOUT_MS, max(1, total.wholeMilliseconds)) }
        if let stall = timeouts.stall {
            try set(CURLOPT_LOW_SPEED_LIMIT, 1)
            try set(CURLOPT_LOW_SPEED_TIME, max(1, (stall.wholeMilliseconds + 999) / 1000))
        }
    }

    private func setConnection(_ request: HTTPRequest, _ configuration: HTTPConfiguration) throws(CurlRefusal) {
        // No signals in a process of many threads; names are resolved on libcurl's own.
        try set(CURLOPT_NOSIGNAL, 1)
        // Without this a cancelled transfer would hold up the reactor's thread until its resolver's thread ends.
        try set(CURLOPT_QUICK_EXIT, 1)
        try check(zvonar_curl_close_on_exec(easy))
        try set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
        // 15 s, not libcurl's 118: a younger idle connection is rarely one that the server is about to close.
        if request.isNeverRepeated { try set(CURLOPT_MAXAGE_CONN, 15) }
        try set(CURLOPT_TCP_KEEPALIVE, 1)
        try set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        try set(CURLOPT_SSL_VERIFYPEER, 1)
        try set(CURLOPT_SSL_VERIFYHOST, 2)
        try set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        if let authorities = configuration.authorities { try set(CURLOPT_CAINFO, authorities.path) }
        // Empty, or libcurl takes http_proxy of the environment.
        try set(CURLOPT_PROXY, configuration.proxy?.address ?? "")
        try set(CURLOPT_NOPROXY, "localhost,127.0.0.1,::1")
        if let user = configuration.proxy?.user { try set(CURLOPT_PROXYUSERNAME, user) }
        if let password = configuration.proxy?.password { try set(CURLOPT_PROXYPASSWORD, password) }
    }

    private func set(_ option: CURLoption, _ number: Int) throws(CurlRefusal) {
        try check(zvonar_curl_set_number(easy, option, number))
    }

    private func set(_ option: CURLoption, size: Int) throws(CurlRefusal) {
        try check(zvonar_curl_set_size(easy, option, curl_off_t(size)))
    }

    private func set(_ option: CURLoption, _ text: String, flaw: HTTPFault.Flaw = .option) throws(CurlRefusal) {
        try check(zvonar_curl_set_text(easy, option, text), flaw: flaw)
    }

    private func check(_ code: CURLcode, flaw: HTTPFault.Flaw = .option) throws(CurlRefusal) {
        guard code == CURLE_OK else { throw CurlRefusal(flaw: flaw) }
    }
}

extension Duration {
    /// Rounded up, so that a short wait is not none.
    var wholeMilliseconds: Int {
        Int(components.seconds) * 1000 + Int((components.attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}

extension HTTPFault.Reason {
    /// What libcurl's code means; `limit` is the size that was allowed.
    init(_ code: CURLcode, limit: Int) {
        self =
            switch code {
            case CURLE_COULDNT_RESOLVE_HOST: .couldNotResolve
            case CURLE_COULDNT_CONNECT: .couldNotConnect
            case CURLE_COULDNT_RESOLVE_PROXY, CURLE_PROXY: .proxyRefused
            case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_CACERT_BADFILE: .notTrusted
            case CURLE_SSL_CONNECT_ERROR, CURLE_USE_SSL_FAILED, CURLE_SSL_CIPHER: .tlsFailed
            case CURLE_OPERATION_TIMEDOUT: .timedOut
            case CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_SEND_FAIL_REWIND,
                CURLE_HTTP2, CURLE_HTTP2_STREAM:
                .cut
            case CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_CONTENT_ENCODING: .malformedAnswer
            case CURLE_FILESIZE_EXCEEDED: .tooLarge(limitBytes: limit)
            case CURLE_READ_ERROR: .unsound(.file)
            case CURLE_URL_MALFORMAT: .unsound(.address)
            default: .other(Int32(bitPattern: code.rawValue))
            }
    }
}
