import Calls
import HTTPTypes
import Hummingbird
import Kernel

/// The sound of a call over HTTP: whole or in ranges, decrypted as it is sent and no further.
struct CallAudio: Sendable {
    let audio: PlayerAudio
    let incidents: IncidentLog

    /// A piece that is decrypted, then sent: four blocks of the store.
    private static let pieceBytes = 256 * 1024

    func answer(_ request: Request, _ id: CallID, _ visit: Visit) async throws -> Response {
        guard let size = try await size(id, visit) else { throw WebRefusal.notFound }
        // The file is made once from a recording that never changes; calls of two companies may have one number and size.
        let tag = "\"\(hexadecimal(sha256(Array("\(visit.tenant) \(id) \(size)".utf8)).prefix(8)))\""
        var headers: HTTPFields = [.contentType: PlayerAudio.mime, .acceptRanges: "bytes", .eTag: tag]
        if request.headers[.ifNoneMatch].map({ $0 == tag || $0 == "*" }) ?? false {
            // The length is that of the file, as an answer with a body would tell it.
            headers[.contentLength] = "\(size)"
            return Response(status: .notModified, headers: headers)
        }
        // A range of a file that is not the one the browser began with would be noise: it gets the whole.
        let isSameFile = request.headers[.ifRange].map { $0 == tag } ?? true
        let asked = request.method == .get || request.method == .head ? request.headers[.range] : nil
        switch ByteRange(isSameFile ? asked : nil, of: size) {
        case .whole:
            return Response(status: .ok, headers: headers, body: body(0..<size, id, visit))
        case .part(let range):
            headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(size)"
            return Response(status: .partialContent, headers: headers, body: body(range, id, visit))
        case .unsatisfiable:
            return Response(status: .rangeNotSatisfiable, headers: [.contentRange: "bytes */\(size)"])
        }
    }

    private func size(_ id: CallID, _ visit: Visit) async throws -> Int? {
        do {
            return try await audio.byteCount(id, tenant: visit.tenant)
        } catch ClipRefusal.audioDeleted {
            throw WebRefusal.audioDeleted
        }
    }

    private func body(_ range: Range<Int>, _ id: CallID, _ visit: Visit) -> ResponseBody {
        ResponseBody(contentLength: range.count) { writer in
            var next = range.lowerBound
            while next < range.upperBound {
                let piece = next..<min(next + Self.pieceBytes, range.upperBound)
                let bytes = try await read(piece, id, visit)
                try await writer.write(ByteBuffer(bytes: bytes))
                next = piece.upperBound
            }
            try await writer.finish(nil)
        }
    }

    private func read(_ piece: Range<Int>, _ id: CallID, _ visit: Visit) async throws -> [UInt8] {
        do {
            // A call deleted meanwhile: the connection is cut, since the length is promised already.
            guard let bytes = try await audio.read(piece, of: id, tenant: visit.tenant), bytes.count == piece.count
            else {
                throw WebRefusal.notFound
            }
            return bytes
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            incidents.record(error, at: "/calls/{id}/audio", tenant: visit.tenant)
            throw error
        }
    }
}
