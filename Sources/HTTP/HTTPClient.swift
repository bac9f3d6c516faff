public import Foundation
public import Reactor

/// The outgoing HTTP client: libcurl's transfers on the reactor's thread, any number at once.
///
/// Certificates are verified, redirects are refused unless a request allows them, connections are kept and used again, and
/// HTTP/2 is spoken where TLS offers it. Cancelling the task ends its transfer. Faults never tell more of an address than its
/// origin, since tokens live in paths.
public final class HTTPClient: Sendable {
    private let configuration: HTTPConfiguration
    private let loop: CurlLoop

    public init(reactor: Reactor, configuration: HTTPConfiguration = HTTPConfiguration()) throws(HTTPFault) {
        self.configuration = configuration
        loop = try CurlLoop(reactor: reactor, configuration: configuration)
    }

    deinit { loop.abandon() }

    /// Takes no new requests, lets those in hand end for at most `grace`, then cancels them and closes all connections.
    public func close(grace: Duration = .zero) async { await loop.close(grace: grace) }

    /// Sends a request and reads the whole answer, whatever its status.
    public func send(_ request: HTTPRequest) async throws(HTTPFault) -> HTTPResponse {
        var hop = Hop(request)
        while true {
            let response = try await exchange(hop.request)
            guard try hop.follow(status: response.status, headers: response.headers) else { return response }
        }
    }

    /// Writes the body of a successful answer to a file while it arrives.
    ///
    /// The answer is returned without a body, or, when it is no success, with the beginning of one and no file made.
    /// A file that could not be completed is removed. Neither flushed to disk nor renamed: that is the caller's.
    @discardableResult
    public func download(
        _ request: HTTPRequest,
        to file: URL,
        maximumBytes: Int
    ) async throws(HTTPFault) -> HTTPResponse {
        var hop = Hop(request)
        hop.request.maximumResponseBytes = maximumBytes
        // A compressed answer would not be the file.
        hop.request.acceptsCompression = false
        while true {
            let saved = try await save(hop.request, to: file)
            guard try hop.follow(status: saved.status, headers: saved.headers) else { return saved }
        }
    }

    /// Hands over an answer as soon as its head is there; its body is read while it arrives, and what `read` leaves is dropped.
    ///
    /// A slow reader slows the sender. Redirects are not followed.
    public func stream<Value>(
        _ request: HTTPRequest,
        _ read: (HTTPStream) async throws -> Value
    ) async throws -> Value {
        let reader = ResponseReader()
        let transfer = try CurlTransfer(request, configuration, into: .reader(reader))
        let loop = loop
        reader.whenEmptied { [weak transfer] in if let transfer { loop.resume(transfer) } }
        return try await withTaskCancellationHandler {
            loop.start(transfer) { _ in }
            defer { loop.cancel(transfer) }
            let head = try await reader.head()
            return try await read(HTTPStream(status: head.status, headers: head.headers, reader: reader))
        } onCancel: {
            loop.cancel(transfer)
        }
    }

    private func exchange(_ request: HTTPRequest) async throws(HTTPFault) -> HTTPResponse {
        let transfer = try CurlTransfer(request, configuration, into: .memory)
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                loop.start(transfer) { continuation.resume(returning: $0) }
            }
        } onCancel: {
            loop.cancel(transfer)
        }
        return try result.get()
    }

    private func save(_ request: HTTPRequest, to file: URL) async throws(HTTPFault) -> HTTPResponse {
        do {
            return try await stream(request) { stream in
                let answer = HTTPResponse(status: stream.status, headers: stream.headers)
                guard answer.isSuccess else { return try await Self.withBeginning(of: stream, answer) }
                do {
                    try await Self.write(stream, to: file)
                } catch {
                    unlink(file.path)
                    throw error
                }
                return answer
            }
        } catch let fault as HTTPFault {
            throw fault
        } catch {
            throw HTTPFault(.fileNotWritten, origin: request.origin, mayHaveReachedServer: true)
        }
    }

    private static func write(_ stream: HTTPStream, to file: URL) async throws {
        let descriptor = open(file.path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw CocoaError(.fileWriteUnknown) }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        for try await chunk in stream { try handle.write(contentsOf: chunk) }
        try handle.close()
    }

    /// What explains a refusal fits in 64 KiB.
    private static func withBeginning(of stream: HTTPStream, _ answer: HTTPResponse) async throws -> HTTPResponse {
        var answer = answer
        for try await chunk in stream {
            answer.body += chunk.prefix((64 << 10) - answer.body.count)
            if answer.body.count == 64 << 10 { break }
        }
        return answer
    }
}
