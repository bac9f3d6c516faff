import Foundation
import Hummingbird

/// A stored file as a response; one byte range is honoured, because players ask for it before they can seek.
func fileResponse(_ file: URL, mime: String?, range: String?) throws -> Response {
    let bytes = try Data(contentsOf: file, options: .mappedIfSafe)
    var headers: HTTPFields = [
        .contentType: mime ?? "application/octet-stream", .acceptRanges: "bytes", .cacheControl: "no-store",
        // What somebody sent is never to run as a page of ours.
        .contentSecurityPolicy: "sandbox; default-src 'none'; media-src 'self'; img-src 'self'",
        .xContentTypeOptions: "nosniff",
    ]
    guard let range else {
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }
    guard let wanted = byteRange(range, of: bytes.count) else {
        headers[.contentRange] = "bytes */\(bytes.count)"
        return Response(status: .rangeNotSatisfiable, headers: headers)
    }
    headers[.contentRange] = "bytes \(wanted.lowerBound)-\(wanted.upperBound - 1)/\(bytes.count)"
    let part = ByteBuffer(bytes: bytes[bytes.startIndex + wanted.lowerBound..<bytes.startIndex + wanted.upperBound])
    return Response(status: .partialContent, headers: headers, body: ResponseBody(byteBuffer: part))
}

/// Reads `bytes=1-5`, `bytes=1-` and `bytes=-5` (RFC 9110); nil for what cannot be served.
func byteRange(_ header: String, of count: Int) -> Range<Int>? {
    guard header.hasPrefix("bytes="), !header.contains(",") else { return nil }
    let ends = header.dropFirst("bytes=".count).split(separator: "-", omittingEmptySubsequences: false)
    guard ends.count == 2 else { return nil }
    if ends[0].isEmpty {
        guard let length = Int(ends[1]), length > 0, count > 0 else { return nil }
        return max(0, count - length)..<count
    }
    guard let start = Int(ends[0]), start >= 0, start < count else { return nil }
    let last = Int(ends[1]) ?? count - 1
    return last >= start ? start..<min(last + 1, count) : nil
}
