import CPostgres
import Reactor
import Synchronization

/// What the reactor's thread does when the socket is ready.
extension Connection {
    func becomeReady(_ readiness: Readiness) {
        let completion = state.withLock { state -> Completion? in
            guard state.isOpen else { return nil }
            if readiness.contains(.writable), PQflush(state.handle) == 0 { reactor.change(socket, to: .readable) }
            // While nobody wants more of a COPY, what is on the way waits in the socket and so holds up the server.
            if state.copying == .out, state.exchange == nil, !readiness.contains(.broken) {
                reactor.change(socket, to: [])
                return nil
            }
            guard PQconsumeInput(state.handle) == 1 else { return shut(&state, because: .connectionLost) }
            let notified = takeNotifications(&state)
            let completed = receive(&state)
            if PQstatus(state.handle) == CONNECTION_BAD { return completed ?? shut(&state, because: .connectionLost) }
            guard let notified else { return completed }
            return {
                notified()
                completed?()
            }
        }
        completion?()
    }

    /// Reads what has arrived for the step under way; gives what to do when that has ended.
    func receive(_ state: inout State) -> Completion? {
        switch state.exchange?.step {
        case nil: nil
        case .statements: receiveStatements(&state)
        case .script, .copyEnd: receiveScript(&state)
        case .copyStart: receiveCopyStart(&state)
        case .copyDrain: PQflush(state.handle) == 0 ? finish(&state) : nil
        case .copyPiece: receiveCopyPiece(&state)
        }
    }

    private func takeNotifications(_ state: inout State) -> Completion? {
        var channels: [String] = []
        while let notification = PQnotifies(state.handle) {
            if notification.pointee.be_pid != PQbackendPID(state.handle) {
                channels.append(String(cString: notification.pointee.relname))
            }
            PQfreemem(notification)
        }
        guard !channels.isEmpty, let action = state.onNotification else { return nil }
        return { channels.forEach(action) }
    }

    private func receiveStatements(_ state: inout State) -> Completion? {
        while PQisBusy(state.handle) == 0 {
            guard let result = PQgetResult(state.handle) else {
                // The end of one statement's results.
                if state.exchange?.hasResult == true { state.exchange?.expected.removeFirst() }
                state.exchange?.hasResult = false
                if PQstatus(state.handle) == CONNECTION_BAD { return shut(&state, because: .connectionLost) }
                continue
            }
            let status = PQresultStatus(result)
            if status == PGRES_PIPELINE_SYNC {
                PQclear(result)
                return finish(&state)
            }
            state.exchange?.hasResult = true
            take(result, status, into: &state)
        }
        return nil
    }

    private func take(_ result: OpaquePointer, _ status: ExecStatusType, into state: inout State) {
        switch status {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK:
            guard case .some(.some) = state.exchange?.expected.first else { return PQclear(result) }
            state.exchange?.reply.outcomes.append(outcome(result))
        case PGRES_PIPELINE_ABORTED: PQclear(result)
        default:
            note(serverError(result, position: state.exchange?.expected.first ?? nil), in: &state)
            PQclear(result)
        }
    }

    /// The first error is the cause of those after it.
    func note(_ error: ServerError, in state: inout State) {
        if state.exchange?.failure == nil { state.exchange?.failure = error }
    }

    private func receiveScript(_ state: inout State) -> Completion? {
        while PQisBusy(state.handle) == 0 {
            guard let result = PQgetResult(state.handle) else {
                if PQstatus(state.handle) == CONNECTION_BAD { return shut(&state, because: .connectionLost) }
                PQenterPipelineMode(state.handle)
                state.copying = nil
                return finish(&state)
            }
            if PQresultStatus(result) == PGRES_FATAL_ERROR {
                note(serverError(result), in: &state)
                PQclear(result)
            } else {
                state.exchange?.reply.outcomes.append(outcome(result))
            }
        }
        return nil
    }

    func finish(_ state: inout State) -> Completion? {
        guard let exchange = state.exchange else { return nil }
        state.exchange = nil
        exchange.timer.map(reactor.cancel)
        let (continuation, reply) = (exchange.continuation, exchange.reply)
        guard let failure = exchange.failure else { return { continuation.resume(returning: reply) } }
        // Which of them the server still parsed is not known; the names are never used again.
        for key in exchange.prepared { state.names[key] = nil }
        let isCancelled = state.isTainted && failure.sqlState == "57014"
        return { continuation.resume(throwing: isCancelled ? CancellationError() : DatabaseFault.server(failure)) }
    }
}
