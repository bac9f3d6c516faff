import CPostgres
import Foundation
import Reactor
import Synchronization

/// One connection of libpq in pipeline mode, watched by the reactor.
///
/// Statements are sent on the caller's thread and received on the reactor's. One exchange is under way at a time: some
/// statements and a Sync, or a step of a COPY. After an error in it the server skips the rest, COMMIT included, so the
/// owner must roll back. A connection whose statement was cancelled or timed out is never used again: a late cancel
/// request could hit the next.
final class Connection: Sendable {
    /// What is under way and how its answer is read.
    enum Step {
        case statements
        case script
        /// Until the server is ready for the data of a COPY, or has refused it.
        case copyStart
        /// Until what was put in has left this process.
        case copyDrain
        /// Until the next piece of a COPY out is there.
        case copyPiece
        /// Until the server has said how a COPY ended.
        case copyEnd

        var isWithinCopy: Bool {
            switch self {
            case .statements, .script, .copyStart: false
            case .copyDrain, .copyPiece, .copyEnd: true
            }
        }
    }

    struct Exchange {
        let step: Step
        /// The statement that the next result belongs to; nil for a Parse.
        var expected: ArraySlice<Int?> = []
        var reply = Reply()
        var failure: ServerError?
        var prepared: [StatementKey] = []
        var hasResult = false
        var timer: ReactorTimer?
        let continuation: CheckedContinuation<Reply, any Error>
    }

    /// What an exchange gave.
    struct Reply: Sendable {
        var outcomes: [Outcome] = []
        /// A piece of a COPY out; nil after the last.
        var piece: [UInt8]?
    }

    struct State {
        let handle: OpaquePointer
        var isOpen = true
        var isTainted = false
        var names: [StatementKey: String] = [:]
        var nextName = 0
        var exchange: Exchange?
        var copying: CopyDirection?
        var onNotification: (@Sendable (String?) -> Void)?
    }

    typealias Completion = () -> Void

    let openedAt = ContinuousClock.now
    let socket: Int32
    let reactor: Reactor
    let usesNames: Bool
    let state: Mutex<State>
    private let timeout: Duration

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
    var isUsable: Bool { state.withLock { $0.isOpen && !$0.isTainted && $0.exchange == nil && $0.copying == nil } }

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
        try await perform(.statements, isCancellable: isCancellable) { state, exchange in
            whenBegun()
            try send(statements, with: &state, into: &exchange)
        }
        .outcomes
    }

    /// Runs a script of several statements without values, as migrations are.
    func script(_ text: String) async throws {
        _ = try await perform(.script) { state, _ in
            guard PQexitPipelineMode(state.handle) == 1, PQsendQuery(state.handle, text) == 1 else {
                throw DatabaseFault.connectionLost
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

    /// Begins one step, sends what belongs to it and waits for its answer.
    func perform(
        _ step: Step,
        isCancellable: Bool = true,
        _ send: (inout State, inout Exchange) throws -> Void
    ) async throws -> Reply {
        guard isCancellable else {
            return try await withCheckedThrowingContinuation { begin(step, $0, send)?() }
        }
        try Task.checkCancellation()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { begin(step, $0, send)?() }
        } onCancel: {
            cancel()
        }
    }

    private func begin(
        _ step: Step,
        _ continuation: CheckedContinuation<Reply, any Error>,
        _ send: (inout State, inout Exchange) throws -> Void
    ) -> Completion? {
        state.withLock { state in
            guard state.isOpen, !state.isTainted else {
                return { continuation.resume(throwing: DatabaseFault.connectionLost) }
            }
            guard state.exchange == nil, (state.copying != nil) == step.isWithinCopy else {
                return {
                    continuation.resume(throwing: DatabaseFault.misuse("two statements at once in one transaction"))
                }
            }
            var exchange = Exchange(step: step, continuation: continuation)
            do {
                try send(&state, &exchange)
            } catch {
                state.isTainted = true
                return { continuation.resume(throwing: error) }
            }
            exchange.timer = reactor.after(timeout + .seconds(2)) { [weak self] in self?.fail(.timedOut) }
            state.exchange = exchange
            // 1: the socket is full, the rest goes when it is writable. An error shows on the next read.
            if PQflush(state.handle) == 1 { reactor.change(socket, to: [.readable, .writable]) }
            // What is asked for may have arrived with something before it.
            return step == .statements || step == .script ? nil : receive(&state)
        }
    }

    // MARK: Ending

    func fail(_ fault: DatabaseFault) {
        state.withLock { state in state.isOpen ? shut(&state, because: fault) : nil }?()
    }

    func shut(_ state: inout State, because fault: DatabaseFault) -> Completion {
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
