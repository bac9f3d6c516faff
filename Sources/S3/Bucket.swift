public import Foundation
public import HTTP
public import Kernel

/// Objects of one bucket below a prefix: each is written whole or not at all.
///
/// What is passing is tried again within a call; nothing is cached.
public struct Bucket: Sendable {
    public let configuration: S3Configuration
    var exchange: S3Exchange

    /// Larger files go in parts; a single PUT may have 5 GB, and one that fails begins anew.
    var singleBytes = 64 << 20
    /// At most 10,000 parts of at least 5 MB.
    var partBytes = 16 << 20

    public init(_ configuration: S3Configuration, http: HTTPClient, clock: WallClock = .system) {
        self.configuration = configuration
        exchange = S3Exchange(http: http, configuration: configuration, clock: clock)
    }

    /// Writes a file as an object; `hash` is the SHA-256 of its bytes, which the server checks.
    public func put(_ file: URL, byteCount: Int, hash: [UInt8], as name: String) async throws {
        guard byteCount > singleBytes else {
            let body = HTTPBody.file(file, type: "application/octet-stream")
            _ = try await exchange.send(ask(.put, name, body: body, hash: hash))
            return
        }
        try await putInParts(file, byteCount: byteCount, as: name)
    }

    /// An object as it is at one moment.
    public struct Piece: Sendable {
        public let bytes: [UInt8]
        /// Of the whole object.
        public let byteCount: Int
        /// Names this version of it.
        public let tag: String
    }

    /// Bytes of an object, fewer where it ends; nil when it is not there, or is no longer of the version `tag`.
    public func read(_ name: String, _ range: Range<Int>, tag: String? = nil) async throws -> Piece? {
        var ask = ask(.get, name)
        ask.headers.append(("range", "bytes=\(range.lowerBound)-\(range.upperBound - 1)"))
        if let tag { ask.headers.append(("if-match", tag)) }
        ask.expected = [404, 412, 416]
        let response = try await exchange.send(ask)
        switch response.status {
        case 404:
            // The bucket itself may be what is missing.
            guard XMLScan(response.body).first("Code") != "NoSuchBucket" else {
                throw S3Fault.noBucket(configuration.bucket)
            }
            return nil
        case 412: return nil
        case 416: return Piece(bytes: [], byteCount: 0, tag: "")
        default: break
        }
        guard let tag = response.headers["ETag"] else { throw S3Fault.nonsense(status: response.status) }
        guard response.status == 206 else {
            return Piece(bytes: response.body, byteCount: response.body.count, tag: tag)
        }
        let size = response.headers["Content-Range"]?.split(separator: "/").last.flatMap { Int($0) }
        guard let size, response.body.count <= range.count else { throw S3Fault.nonsense(status: response.status) }
        return Piece(bytes: response.body, byteCount: size, tag: tag)
    }

    public func exists(_ name: String) async throws -> Bool {
        var ask = ask(.head, name)
        ask.expected = [404]
        return try await exchange.send(ask).isSuccess
    }

    /// Makes an object as young as a new one, by copying it over itself; false when it is not there.
    public func renew(_ name: String) async throws -> Bool {
        guard try await exists(name) else { return false }
        var ask = ask(.put, name)
        let source = "/\(configuration.bucket)/\(full(name))"
        ask.headers += [
            ("x-amz-copy-source", Signature.encodedPath(source)), ("x-amz-metadata-directive", "REPLACE"),
        ]
        ask.expected = [404]
        return try await exchange.send(ask).isSuccess
    }

    /// Removes an object; one that is gone already is no fault.
    public func delete(_ name: String) async throws {
        var ask = ask(.delete, name)
        ask.expected = [404]
        let response = try await exchange.send(ask)
        if response.status == 404, XMLScan(response.body).first("Code") == "NoSuchBucket" {
            throw S3Fault.noBucket(configuration.bucket)
        }
    }

    public struct Entry: Sendable, Hashable {
        /// Without the prefix of the configuration.
        public let name: String
        public let changedAt: Date
    }

    /// All objects whose names begin with `beginning`.
    public func list(_ beginning: String) async throws -> [Entry] {
        var entries: [Entry] = []
        var next: String?
        repeat {
            var query = [("list-type", "2"), ("prefix", full(beginning))]
            if let next { query.append(("continuation-token", next)) }
            let page = XMLScan(try await exchange.send(ask(.get, query: query)).body)
            entries += page.all("Contents").compactMap { entry($0, date: "LastModified") }
            next = page.first("IsTruncated") == "true" ? page.first("NextContinuationToken") : nil
        } while next != nil
        return entries
    }

    /// Removes the parts of objects that were never finished, as a crash leaves them; how many that were.
    public func abandonUploads(_ beginning: String, before moment: Date) async throws -> Int {
        var count = 0
        let page = XMLScan(
            try await exchange.send(ask(.get, query: [("uploads", ""), ("prefix", full(beginning))])).body
        )
        for upload in page.all("Upload") {
            guard let entry = entry(upload, date: "Initiated"), let id = upload.first("UploadId"),
                entry.changedAt < moment
            else { continue }
            try await abandon(entry.name, id)
            count += 1
        }
        return count
    }

    private func entry(_ scan: XMLScan, date: String) -> Entry? {
        let beginning = configuration.prefix.isEmpty ? "" : configuration.prefix + "/"
        guard let key = scan.first("Key"), key.hasPrefix(beginning),
            let changed = scan.first(date).flatMap(Self.moment)
        else { return nil }
        return Entry(name: String(key.dropFirst(beginning.count)), changedAt: changed)
    }

    /// `2009-10-12T17:50:30.000Z`, with or without a fraction.
    private static func moment(_ text: String) -> Date? {
        let whole = text.split(separator: ".").first.map { $0.hasSuffix("Z") ? String($0) : "\($0)Z" } ?? text
        do { return try Date(whole, strategy: .iso8601) } catch { return nil }
    }

    private func full(_ name: String) -> String {
        configuration.prefix.isEmpty ? name : "\(configuration.prefix)/\(name)"
    }

    private func ask(
        _ method: HTTPMethod,
        _ name: String? = nil,
        query: [(name: String, value: String)] = [],
        body: HTTPBody = .none,
        hash: [UInt8] = sha256([])
    ) -> S3Exchange.Ask {
        S3Exchange.Ask(method: method, name: name.map(full) ?? "", query: query, body: body, hash: hash)
    }
}

/// Large objects, which are sent in parts and joined by the server.
extension Bucket {
    /// Begins an object that is sent in parts; without an end it stays until `abandonUploads`.
    @discardableResult
    package func beginUpload(_ name: String) async throws -> String {
        let begun = try await exchange.send(ask(.post, name, query: [("uploads", "")]))
        guard let id = XMLScan(begun.body).first("UploadId") else { throw S3Fault.nonsense(status: begun.status) }
        return id
    }

    private func putInParts(_ file: URL, byteCount: Int, as name: String) async throws {
        let id = try await beginUpload(name)
        do {
            let tags = try await sendParts(file, byteCount, name, id)
            let parts = tags.enumerated().map { number, tag in
                "<Part><PartNumber>\(number + 1)</PartNumber><ETag>\(tag)</ETag></Part>"
            }
            let body = Array("<CompleteMultipartUpload>\(parts.joined())</CompleteMultipartUpload>".utf8)
            var join = ask(.post, name, query: [("uploadId", id)], hash: sha256(body))
            join.body = .bytes(body, type: "application/xml")
            // 404: it was joined by an earlier attempt whose answer was lost.
            join.expected = [404]
            let joined = try await exchange.send(join)
            if joined.status == 404, try await !exists(name) {
                throw S3Fault.refused(status: 404, code: "NoSuchUpload")
            }
        } catch {
            // Also when cancelled, in a task of its own: parts without an end cost money until a sweep finds them.
            _ = await Task { try await abandon(name, id) }.result
            throw error
        }
    }

    private func sendParts(_ file: URL, _ byteCount: Int, _ name: String, _ id: String) async throws -> [String] {
        let handle: FileHandle
        do { handle = try FileHandle(forReadingFrom: file) } catch { throw S3Fault.unreadableFile }
        var tags: [String] = []
        let size = max(partBytes, (byteCount + 9_999) / 10_000)
        for start in stride(from: 0, to: byteCount, by: size) {
            let bytes: [UInt8]
            do { bytes = Array(try handle.read(upToCount: size) ?? Data()) } catch { throw S3Fault.unreadableFile }
            guard bytes.count == min(size, byteCount - start) else { throw S3Fault.unreadableFile }
            var part = ask(.put, name, query: [("partNumber", "\(tags.count + 1)"), ("uploadId", id)])
            part.hash = sha256(bytes)
            part.body = .bytes(bytes, type: "application/octet-stream")
            let sent = try await exchange.send(part)
            guard let tag = sent.headers["ETag"] else { throw S3Fault.nonsense(status: sent.status) }
            tags.append(tag)
        }
        return tags
    }

    private func abandon(_ name: String, _ id: String) async throws {
        var ask = ask(.delete, name, query: [("uploadId", id)])
        ask.expected = [404]
        _ = try await exchange.send(ask)
    }
}
