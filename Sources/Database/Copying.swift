import CPostgres
import Reactor
import Synchronization

/// Which way the rows of a COPY go, seen from the server.
enum CopyDirection {
    case into
    case out
    /// All pieces of a COPY out have been taken.
    case outOver
}

/// COPY, which libpq has outside pipeline mode only, with back-pressure both ways.
extension Connection {
    /// Pieces of a COPY out are gathered to about so much.
    private static let pieceBytes = 65_536

    /// Sends the statement and waits until data may follow.
    func startCopy(_ text: String) async throws {
        _ = try await perform(.copyStart) { state, _ in
            guard PQexitPipelineMode(state.handle) == 1, PQsendQuery(state.handle, text) == 1 else {
                throw DatabaseFault.connectionLost
            }
        }
        guard state.withLock({ $0.copying != nil }) else { throw DatabaseFault.misuse("a COPY without data") }
    }

    /// Puts data in and waits until it has left: libpq would take any amount and keep it.
    func putCopy(_ bytes: [UInt8]) async throws {
        _ = try await perform(.copyDrain) { state, _ in
            let taken = bytes.withUnsafeBytes { buffer in
                PQputCopyData(
                    state.handle,
                    buffer.baseAddress?.assumingMemoryBound(to: CChar.self),
                    Int32(buffer.count)
                )
            }
            guard taken == 1 else { throw DatabaseFault.connectionLost }
        }
    }

    /// Ends a COPY in and gives the number of rows; with a reason the server takes back what it has got.
    func endCopyIn(because reason: String? = nil) async throws -> Int {
        let reply = try await perform(.copyEnd, isCancellable: reason == nil) { state, _ in
            guard PQputCopyEnd(state.handle, reason) == 1 else { throw DatabaseFault.connectionLost }
        }
        return reply.outcomes.last?.affected ?? 0
    }

    /// The next piece of a COPY out, rows never cut; nil when there are no more.
    func copyPiece() async throws -> [UInt8]? {
        guard state.withLock({ $0.copying }) == .out else { return nil }
        return try await perform(.copyPiece) { _, _ in reactor.change(socket, to: .readable) }.piece
    }

    /// Reads how a COPY out ended after its last piece; gives the number of rows.
    func endCopyOut() async throws -> Int {
        try await perform(.copyEnd) { _, _ in reactor.change(socket, to: .readable) }.outcomes.last?.affected ?? 0
    }

    var isCopying: Bool { state.withLock { $0.copying != nil && $0.isOpen && !$0.isTainted } }

    /// Gives up the connection: its owner finds that it cannot be used any more.
    func taint() {
        state.withLock { $0.isTainted = true }
    }

    /// On the reactor's thread.
    func receiveCopyStart(_ state: inout State) -> Completion? {
        while PQisBusy(state.handle) == 0 {
            guard let result = PQgetResult(state.handle) else {
                if PQstatus(state.handle) == CONNECTION_BAD { return shut(&state, because: .connectionLost) }
                PQenterPipelineMode(state.handle)
                return finish(&state)
            }
            let status = PQresultStatus(result)
            if status == PGRES_FATAL_ERROR { note(serverError(result), in: &state) }
            PQclear(result)
            guard status == PGRES_COPY_IN || status == PGRES_COPY_OUT else { continue }
            state.copying = status == PGRES_COPY_IN ? .into : .out
            return finish(&state)
        }
        return nil
    }

    /// On the reactor's thread.
    func receiveCopyPiece(_ state: inout State) -> Completion? {
        var piece: [UInt8] = state.exchange?.reply.piece ?? []
        while piece.count < Self.pieceBytes {
            var row: UnsafeMutablePointer<CChar>?
            let count = PQgetCopyData(state.handle, &row, 1)
            if count > 0, let row {
                piece += UnsafeRawBufferPointer(start: row, count: Int(count))
                PQfreemem(row)
            } else if count == 0, piece.isEmpty {
                return nil
            } else if count == 0 {
                break
            } else if count == -1 {
                state.copying = .outOver
                break
            } else {
                return shut(&state, because: .connectionLost)
            }
        }
        state.exchange?.reply.piece = piece.isEmpty ? nil : piece
        return finish(&state)
    }
}
