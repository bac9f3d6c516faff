import CPostgres
import Foundation
import Reactor
import Synchronization

/// One connection of libpq in pipeline mode, watched by the reactor.
///
/// Statements are sent on the caller's thread and received on the reactor's. One exchange is under way at a time: some
/// statements and a Sync. After an error in it the server skips the rest, COMMIT included, so the owner must roll back.
/// A connection whose statement was cancelled or timed out is never used again: a late cancel request could hit the next.
final class Connection: Sendable {
    private struct Exchange {
        /// The statement that the next result belongs to; nil for a Parse.
        var expected: ArraySlice<Int?>
        var outcomes: [Outcome] = []
        var failure: ServerError?
        var prepared: [StatementKey] = []
        var hasResult = false
        var isScript = false
        var timer: ReactorTimer?
        let continuation: CheckedContinuation<[Outcome], any Error>
    }

    private struct State {
        let handle: OpaquePointer
        var isOpen = true
        var isTainted = false
        var names: [StatementKey: String] = [:]
        var nextName = 0
        var exchange: Exchange?
        var onNotification: (@Sendable (String?) -> Void)?
    }

    private typealias Completion = () -> Void

    let openedAt = ContinuousClock.now
    private let socket: Int32
    private let reactor: Reactor
    private let usesNames: Bool
    private let timeout: Duration
    private let state: Mutex<State>

    /// At most so many prepared statements stay; beyond, all are dropped and made again as needed.
    private static let namesKept = 500

    /// Takes over a connection that libpq has finished opening.
    init(handle: sending OpaquePointer, reactor: Reactor, usesNames: Bool, timeout: Duration) throws {
        PQsetnonblocking(handle, 1)
        PQenterPipelineMode(handle)
        PQsetNoticeProcessor(handle, { _, _ in }, nil)
        socket = PQsocket(handle)
        self.reactor = reactor
        self.usesNames = usesNames
        self.timeout = timeout
        state = Mutex(State(handle: handle))
        try reactor.watch(socket, for: .readable) { [weak self] readiness in self?.becomeReady(readiness) }
    }

    deinit { close() }

    /// Whether another exchange may be tried.
    var isUsable: Bool { state.withLock { $0.isOpen && !$0.isTainted && $0.exchange == nil } }

    /// Whether the server asked for a password and took it.
    var hasShownPassword: Bool { state.withLock { $0.isOpen && PQconnectionUsedPassword($0.handle) == 1 } }

    /// Closes the socket; an exchange under way fails.
    func close() {
        fail(.connectionLost)
    }

    /// Called with the channel of each notification of others, and with nil once when the connection is lost.
    func onNotification(_ action: @escaping @Sendable (String?) -> Void) {
        let isOpen = state.withLock { state in
            state.onNotification = action
            return state.isOpen
        }
        if !isOpen { action(nil) }
    }

    /// Sends the statements in one go and gives the outcome of each; the first error is thrown.
    ///
    /// `whenBegun` is called just before the first of them may reach the server, and not when none will.
    func exchange(
        _ statements: [Statement],
        isCancellable: Bool = true,
        whenBegun: @Sendable () -> Void = {}
    ) async throws -> [Outcome] {
        try await running(isCancellable: isCancellable) { continuation in
            state.withLock { state in
                begin(&state, continuation: continuation) { state, exchange in
                    whenBegun()
                    try send(statements, with: &state, into: &exchange)
                }
            }
        }
    }

    /// Runs a script of several statements without values, as migrations are.
    func script(_ text: String) async throws {
        _ = try await running(isCancellable: true) { continuation in
            state.withLock { state in
                begin(&state, continuation: continuation) { state, exchange in
                    exchange.isScript = true
                    guard PQexitPipelineMode(state.handle) == 1, PQsendQuery(state.handle, text) == 1 else {
                        throw DatabaseFault.connectionLost
                    }
                }
            }
        }
    }

    /// The SCRAM verifier of a password, so that the password itself is never in a statement.
    func verifier(password: String, login: String) throws -> String {
        let text = state.withLock { state -> String? in
            guard state.isOpen, let made = PQencryptPasswordConn(state.handle, password, login, "scram-sha-256") else {
                return nil
            }
            defer { PQfreemem(made) }
            return String(cString: made)
        }
        guard let text else { throw DatabaseFault.connectionLost }
        return text
    }

    /// Forgets the prepared statements, after the server said that their results have changed.
    func forgetStatements() {
        state.withLock { $0.names = [:] }
    }

    // MARK: Sending

    private func running(
        isCancellable: Bool,
        _ start: (CheckedContinuation<[Outcome], any Error>) -> Completion?
    ) async throws -> [Outcome] {
        guard isCancellable else {
            return try await withCheckedThrowingContinuation { continuation in start(continuation)?() }
        }
        try Task.checkCancellation()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in start(continuation)?() }
        } onCancel: {
            cancel()
        }
    }

    private func begin(
        _ state: inout State,
        continuation: CheckedContinuation<[Outcome], any Error>,
        send: (inout State, inout Exchange) throws -> Void
    ) -> Completion? {
        guard state.isOpen, !state.isTainted else {
            return { continuation.resume(throwing: DatabaseFault.connectionLost) }
        }
        guard state.exchange == nil else {
            return { continuation.resume(throwing: DatabaseFault.misuse("two statements at once in one transaction")) }
        }
        var exchange = Exchange(expected: [], continuation: continuation)
        do {
            try send(&state, &exchange)
        } catch {
            state.isTainted = true
            return { continuation.resume(throwing: error) }
        }
        exchange.timer = reactor.after(timeout + .seconds(2)) { [weak self] in self?.fail(.timedOut) }
        state.exchange = exchange
        flush(&state)
        return nil
    }

    private func send(_ statements: [Statement], with state: inout State, into exchange: inout Exchange) throws {
        if state.names.count > Self.namesKept {
            state.names = [:]
            try sendQuery(Statement(fixed: "DEALLOCATE ALL"), named: nil, with: state)
            exchange.expected.append(nil)
        }
        for (index, statement) in statements.enumerated() {
            var name: String?
            if usesNames {
                let key = statement.key
                name = state.names[key]
                if name == nil {
                    state.nextName += 1
                    let made = "s\(state.nextName)"
                    name = made
                    guard PQsendPrepare(state.handle, made, statement.text, Int32(key.types.count), key.types) == 1
                    else {
                        throw DatabaseFault.connectionLost
                    }
                    state.names[key] = made
                    exchange.prepared.append(key)
                    exchange.expected.append(nil)
                }
            }
            try sendQuery(statement, named: name, with: state)
            exchange.expected.append(index)
        }
        guard PQpipelineSync(state.handle) == 1 else { throw DatabaseFault.connectionLost }
    }

    private func sendQuery(_ statement: Statement, named name: String?, with state: borrowing State) throws {
        let handle = state.handle
        let parameters = statement.parameters
        // One block for all values, each followed by a zero byte as libpq wants of those in text form.
        var block: [UInt8] = []
        var offsets: [Int?] = []
        for parameter in parameters {
            offsets.append(parameter.bytes.map { _ in block.count })
            block += parameter.bytes ?? []
            block.append(0)
        }
        let lengths = parameters.map { Int32($0.bytes?.count ?? 0) }
        let formats = parameters.map { $0.isBinary ? Int32(1) : 0 }
        let count = Int32(parameters.count)
        let isSent = block.withUnsafeBytes { buffer -> Int32 in
            let base = buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
            let values = offsets.map { offset in offset.flatMap { base?.advanced(by: $0) } }
            guard let name else {
                let types = parameters.map(\.typeOID)
                return PQsendQueryParams(handle, statement.text, count, types, values, lengths, formats, 1)
            }
            return PQsendQueryPrepared(handle, name, count, values, lengths, formats, 1)
        }
        guard isSent == 1 else { throw DatabaseFault.connectionLost }
    }

    private func flush(_ state: inout State) {
        // 1: the socket is full, the rest goes when it is writable. An error shows on the next read.
        if PQflush(state.handle) == 1 { reactor.change(socket, to: [.readable, .writable]) }
    }

    // MARK: Receiving

    private func becomeReady(_ readiness: Readiness) {
        let completion = state.withLock { state -> Completion? in
            guard state.isOpen else { return nil }
            if readiness.contains(.writable), PQflush(state.handle) == 0 { reactor.change(socket, to: .readable) }
            guard PQconsumeInput(state.handle) == 1 else { return shut(&state, because: .connectionLost) }
            let notified = takeNotifications(&state)
            let completed = state.exchange?.isScript == true ? receiveScript(&state) : receive(&state)
            if PQstatus(state.handle) == CONNECTION_BAD { return completed ?? shut(&state, because: .connectionLost) }
            guard let notified else { return completed }
            return {
                notified()
                completed?()
            }
        }
        completion?()
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

    private func receive(_ state: inout State) -> Completion? {
        guard var exchange = state.exchange else { return nil }
        while PQisBusy(state.handle) == 0 {
            guard let result = PQgetResult(state.handle) else {
                // The end of one statement's results.
                if exchange.hasResult { exchange.expected = exchange.expected.dropFirst() }
                exchange.hasResult = false
                if PQstatus(state.handle) == CONNECTION_BAD { return shut(&state, because: .connectionLost) }
                continue
            }
            let status = PQresultStatus(result)
            if status == PGRES_PIPELINE_SYNC {
                PQclear(result)
                return finish(&state, exchange)
            }
            exchange.hasResult = true
            take(result, status, into: &exchange)
        }
        state.exchange = exchange
        return nil
    }

    private func take(_ result: OpaquePointer, _ status: ExecStatusType, into exchange: inout Exchange) {
        switch status {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK:
            guard case .some(.some) = exchange.expected.first else { return PQclear(result) }
            exchange.outcomes.append(outcome(result))
        case PGRES_PIPELINE_ABORTED: PQclear(result)
        default:
            if exchange.failure == nil {
                exchange.failure = serverError(result)
                exchange.failure?.position = exchange.expected.first ?? nil
            }
            PQclear(result)
        }
    }

    private func receiveScript(_ state: inout State) -> Completion? {
        guard var exchange = state.exchange else { return nil }
        while PQisBusy(state.handle) == 0 {
            guard let result = PQgetResult(state.handle) else {
                if PQstatus(state.handle) == CONNECTION_BAD { return shut(&state, because: .connectionLost) }
                PQenterPipelineMode(state.handle)
                return finish(&state, exchange)
            }
            if PQresultStatus(result) == PGRES_FATAL_ERROR {
                exchange.failure = exchange.failure ?? serverError(result)
            }
            PQclear(result)
        }
        state.exchange = exchange
        return nil
    }

    private func finish(_ state: inout State, _ exchange: Exchange) -> Completion {
        state.exchange = nil
        exchange.timer.map(reactor.cancel)
        let (continuation, outcomes) = (exchange.continuation, exchange.outcomes)
        guard let failure = exchange.failure else { return { continuation.resume(returning: outcomes) } }
        // Which of them the server still parsed is not known; the names are never used again.
        for key in exchange.prepared { state.names[key] = nil }
        let isCancelled = state.isTainted && failure.sqlState == "57014"
        return { continuation.resume(throwing: isCancelled ? CancellationError() : DatabaseFault.server(failure)) }
    }

    // MARK: Ending

    private func fail(_ fault: DatabaseFault) {
        state.withLock { state in state.isOpen ? shut(&state, because: fault) : nil }?()
    }

    private func shut(_ state: inout State, because fault: DatabaseFault) -> Completion {
        state.isOpen = false
        reactor.forget(socket)
        PQfinish(state.handle)
        let exchange = state.exchange
        let onNotification = state.onNotification
        state.exchange = nil
        exchange?.timer.map(reactor.cancel)
        return {
            exchange?.continuation.resume(throwing: fault)
            onNotification?(nil)
        }
    }

    private func cancel() {
        let request = state.withLock { state -> UncheckedPointer? in
            guard state.isOpen, state.exchange != nil else { return nil }
            state.isTainted = true
            return PQgetCancel(state.handle).map(UncheckedPointer.init)
        }
        guard let request else { return }
        // PQcancel blocks on a connection of its own.
        DispatchQueue.global().async {
            var message = [CChar](repeating: 0, count: 256)
            PQcancel(request.pointer, &message, Int32(message.count))
            PQfreeCancel(request.pointer)
        }
    }

    private struct UncheckedPointer: @unchecked Sendable {
        let pointer: OpaquePointer
    }
}
