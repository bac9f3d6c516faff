import CCurl

/// One request on its way.
///
/// Built on the caller's thread; from `CurlLoop.start` on everything here is touched on the reactor's thread only.
final class CurlTransfer: @unchecked Sendable {
    /// Where the body goes.
    enum Sink {
        case memory
        case reader(ResponseReader)
    }

    let easy: UnsafeMutableRawPointer
    var isCancelled = false
    var completion: ((Result<HTTPResponse, HTTPFault>) -> Void)?
    private let origin: String
    private let maximumBytes: Int
    private let isNeverRepeated: Bool
    private let sink: Sink
    private let attachments: CurlAttachments

    private var head = ResponseHead()
    private var body: [UInt8] = []
    private var byteCount = 0
    /// How often libcurl came to the point where it sends the request.
    private var sendings = 0
    /// Why one of our callbacks stopped libcurl, which itself only knows that one did.
    private var stopped: HTTPFault.Reason?

    init(
        _ request: HTTPRequest,
        _ configuration: HTTPConfiguration,
        into sink: Sink
    ) throws(HTTPFault) {
        guard let easy = curl_easy_init() else {
            throw HTTPFault(.unsound(.option), origin: request.origin, mayHaveReachedServer: false)
        }
        self.easy = easy
        attachments = CurlAttachments()
        origin = request.origin
        maximumBytes = request.maximumResponseBytes
        isNeverRepeated = request.isNeverRepeated
        self.sink = sink
        do throws(CurlRefusal) {
            try CurlOptions(easy: easy, attachments: attachments).apply(request, configuration)
        } catch {
            // `deinit` frees the handle: every property is set.
            throw HTTPFault(.unsound(error.flaw), origin: request.origin, mayHaveReachedServer: false)
        }
        let context = Unmanaged.passUnretained(self).toOpaque()
        let code = zvonar_curl_set_callbacks(easy, context, receiveHead, receiveBody, beforeRequest)
        guard code == CURLE_OK else {
            throw HTTPFault(.unsound(.option), origin: request.origin, mayHaveReachedServer: false)
        }
    }

    deinit {
        // In this order: the handle refers to what is attached.
        curl_easy_cleanup(easy)
        attachments.free()
    }

    func fault(_ reason: HTTPFault.Reason) -> HTTPFault {
        HTTPFault(reason, origin: origin, mayHaveReachedServer: sendings > 0)
    }

    func finish(with code: CURLcode) {
        guard code == CURLE_OK else {
            var connectStatus = 0
            zvonar_curl_get_number(easy, CURLINFO_HTTP_CONNECTCODE, &connectStatus)
            let isRefusedByProxy = sendings == 0 && connectStatus >= 300
            var reason = isRefusedByProxy ? .proxyRefused : HTTPFault.Reason(code, limit: maximumBytes)
            if reason == .notTrusted && isCertificateOutOfDate { reason = .certificateExpired }
            return finish(.failure(fault(stopped ?? reason)))
        }
        // libcurl takes a head that breaks off for a whole one.
        guard head.isComplete else { return finish(.failure(fault(.cut))) }
        finish(.success(HTTPResponse(status: head.status, headers: head.headers, body: body)))
    }

    /// OpenSSL's X509_V_ERR_CERT_NOT_YET_VALID and X509_V_ERR_CERT_HAS_EXPIRED.
    private var isCertificateOutOfDate: Bool {
        var result = 0
        zvonar_curl_get_number(easy, CURLINFO_SSL_VERIFYRESULT, &result)
        return result == 9 || result == 10
    }

    func finish(_ result: Result<HTTPResponse, HTTPFault>) {
        body = []
        if case .reader(let reader) = sink { reader.finish(result.map { _ in }) }
        completion?(result)
        completion = nil
    }

    // MARK: libcurl's callbacks

    fileprivate func takeHead(_ line: UnsafeRawBufferPointer) -> Bool {
        guard head.take(line) else {
            stopped = .malformedAnswer
            return false
        }
        if head.isComplete, case .reader(let reader) = sink { reader.begin(head) }
        return true
    }

    fileprivate func takeBody(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard byteCount + bytes.count <= maximumBytes else {
            stopped = .tooLarge(limitBytes: maximumBytes)
            return -1
        }
        switch sink {
        case .memory: body.append(contentsOf: bytes)
        case .reader(let reader):
            // libcurl gives the same bytes again when the transfer goes on.
            guard reader.offer(bytes) else { return Int(ZVONAR_CURL_PAUSE) }
        }
        byteCount += bytes.count
        return bytes.count
    }

    fileprivate func maySend() -> Bool {
        guard sendings == 0 || !isNeverRepeated else {
            stopped = .cut
            return false
        }
        sendings += 1
        return true
    }
}

private func transfer(_ context: UnsafeMutableRawPointer?) -> CurlTransfer? {
    context.map { Unmanaged<CurlTransfer>.fromOpaque($0).takeUnretainedValue() }
}

private let receiveHead: zvonar_curl_receive = { bytes, size, count, context in
    let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
    return transfer(context)?.takeHead(line) == true ? line.count : 0
}

private let receiveBody: zvonar_curl_receive = { bytes, size, count, context in
    let taken = transfer(context)?.takeBody(UnsafeRawBufferPointer(start: bytes, count: size * count))
    // Any other count than the given one makes libcurl stop.
    return taken.map { $0 < 0 ? size * count + 1 : $0 } ?? 0
}

private let beforeRequest: zvonar_curl_before_request = { context, _, _, _, _ in
    transfer(context)?.maySend() == true ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
}
