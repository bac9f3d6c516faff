import CPostgres
import Foundation
import Reactor
import Synchronization

/// Opens connections without blocking: libpq says what it waits for, the reactor waits.
struct Connecting: Sendable {
    let configuration: DatabaseConfiguration
    let reactor: Reactor

    /// A new connection as `login`; `isDirect` goes past a pooler, `timeout` replaces that of the configuration.
    func open(
        _ login: DatabaseConfiguration.Login,
        isDirect: Bool = false,
        timeout: Duration? = nil
    ) async throws -> Connection {
        guard let password = configuration.passwords[login] else {
            throw DatabaseFault.misuse("no password for \(login.rawValue)")
        }
        let isPooled = configuration.isPooled && !isDirect
        let parameters = parameters(login, password: password, isPooled: isPooled, isDirect: isDirect, timeout: timeout)
        let attempt = Attempt(reactor: reactor, timeout: configuration.connectTimeout)
        let handle = try await attempt.open(parameters)
        return try Connection(
            handle: handle.pointer,
            reactor: reactor,
            usesNames: !isPooled,
            timeout: timeout ?? configuration.statementTimeout
        )
    }

    /// Whether the server itself lets `login` in after asking for its password.
    func isLetIn(_ login: DatabaseConfiguration.Login) async -> Bool {
        do {
            let connection = try await open(login, isDirect: true)
            defer { connection.close() }
            return connection.hasShownPassword
        } catch {
            return false
        }
    }

    func parameters(
        _ login: DatabaseConfiguration.Login,
        password: String,
        isPooled: Bool,
        isDirect: Bool,
        timeout: Duration?
    ) -> [(String, String)] {
        let address = isDirect ? configuration.direct ?? configuration.address : configuration.address
        var parameters = [
            ("host", address.host), ("port", String(address.port)), ("dbname", address.name),
            ("user", login.rawValue), ("password", password),
            ("application_name", "zvonar"), ("client_encoding", "UTF8"), ("tcp_user_timeout", "15000"),
        ]
        if let mode = address.sslMode { parameters.append(("sslmode", mode)) }
        if let certificate = address.sslRootCertificate { parameters.append(("sslrootcert", certificate)) }
        if !isPooled {
            let settings = configuration.sessionSettings(timeout: timeout)
            parameters.append(("options", settings.map { "-c \($0.name)=\($0.value)" }.joined(separator: " ")))
        }
        return parameters
    }
}

/// A connection of libpq that is not yet anybody's.
struct RawConnection: @unchecked Sendable {
    let pointer: OpaquePointer
}

private final class Attempt: Sendable {
    private struct State {
        var handle: RawConnection?
        var socket: Int32 = -1
        var timer: ReactorTimer?
        /// libpq is at work on another thread, which frees the connection if nobody wants it any more.
        var isPolling = false
        var continuation: CheckedContinuation<RawConnection, any Error>?
    }

    private let reactor: Reactor
    private let timeout: Duration
    private let state = Mutex(State())

    init(reactor: Reactor, timeout: Duration) {
        self.reactor = reactor
        self.timeout = timeout
    }

    func open(_ parameters: [(String, String)]) async throws -> RawConnection {
        try await withCheckedThrowingContinuation { continuation in
            state.withLock { state in
                state.continuation = continuation
                state.timer = reactor.after(timeout) { [self] in
                    end(.failure(.unreachable("it did not answer in time")))
                }
            }
            // Name resolution in PQconnectStart blocks, so it is not for the reactor's thread nor a cooperative one.
            DispatchQueue.global().async { [self] in start(parameters) }
        }
    }

    private func start(_ parameters: [(String, String)]) {
        let keywords = parameters.map { strdup($0.0) }
        let values = parameters.map { strdup($0.1) }
        defer { (keywords + values).forEach { free($0) } }
        let handle = PQconnectStartParams(
            keywords.map { UnsafePointer($0) } + [nil],
            values.map { UnsafePointer($0) } + [nil],
            0
        )
        guard let handle else { return end(.failure(.unreachable("out of memory"))) }
        let isWanted = state.withLock { state in
            guard state.continuation != nil else { return false }
            state.handle = RawConnection(pointer: handle)
            return true
        }
        guard isWanted else { return PQfinish(handle) }
        reactor.perform { [self] in advance(PGRES_POLLING_WRITING) }
    }

    /// On the reactor's thread.
    private func advance(_ step: PostgresPollingStatusType) {
        guard let handle = state.withLock({ $0.continuation == nil ? nil : $0.handle }) else { return }
        switch step {
        case PGRES_POLLING_READING: wait(for: .readable, of: handle)
        case PGRES_POLLING_WRITING: wait(for: .writable, of: handle)
        case PGRES_POLLING_OK: end(.success(handle))
        default: end(.failure(.unreachable(reason(handle))))
        }
    }

    private func wait(for interest: Readiness, of handle: RawConnection) {
        let socket = PQsocket(handle.pointer)
        guard socket >= 0 else { return end(.failure(.unreachable(reason(handle)))) }
        state.withLock { $0.socket = socket }
        do {
            try reactor.watch(socket, for: interest) { [self] _ in
                // libpq may close this socket and open another for the next address.
                reactor.forget(socket)
                let isWanted = state.withLock { state in
                    state.socket = -1
                    state.isPolling = state.continuation != nil
                    return state.isPolling
                }
                // SCRAM takes thousands of hashes, milliseconds in which the reactor would serve nobody else.
                if isWanted { DispatchQueue.global().async { [self] in poll(handle) } }
            }
        } catch {
            end(.failure(.unreachable(error.description)))
        }
    }

    private func poll(_ handle: RawConnection) {
        let step = PQconnectPoll(handle.pointer)
        let isWanted = state.withLock { state in
            state.isPolling = false
            return state.continuation != nil
        }
        guard isWanted else { return PQfinish(handle.pointer) }
        reactor.perform { [self] in advance(step) }
    }

    private func end(_ result: Result<RawConnection, DatabaseFault>) {
        let taken = state.withLock { state in
            defer { state.continuation = nil }
            return state.continuation.map { ($0, state.isPolling ? nil : state.handle, state.socket, state.timer) }
        }
        guard let (continuation, handle, socket, timer) = taken else { return }
        timer.map(reactor.cancel)
        if socket >= 0 { reactor.forget(socket) }
        if case .failure = result, let handle { PQfinish(handle.pointer) }
        continuation.resume(with: result.mapError { $0 as any Error })
    }

    /// libpq's words without the address lines that follow the first.
    private func reason(_ handle: RawConnection) -> String {
        let message = PQerrorMessage(handle.pointer).map { String(cString: $0) } ?? ""
        return message.split(separator: "\n").first.map(String.init) ?? "unknown reason"
    }
}
