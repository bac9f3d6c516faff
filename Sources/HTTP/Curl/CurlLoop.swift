import CCurl
import Foundation
import Reactor

/// libcurl's multi handle on the reactor.
///
/// After `init` every property is touched on the reactor's thread only, which is what makes this class safe to share;
/// `start`, `cancel`, `resume` and `close` hop there from any thread, in order.
final class CurlLoop: @unchecked Sendable {
    private let reactor: Reactor
    private let multi: UnsafeMutableRawPointer
    private var timer: ReactorTimer?
    private var transfers: [UnsafeMutableRawPointer: CurlTransfer] = [:]
    /// Nil until the loop is closed; then who waits for the last transfer.
    private var closers: [CheckedContinuation<Void, Never>]?
    private var isCleanedUp = false

    init(reactor: Reactor, configuration: HTTPConfiguration) throws(HTTPFault) {
        guard globalInit == CURLE_OK, let multi = curl_multi_init() else {
            throw HTTPFault(.unsound(.option), origin: "libcurl", mayHaveReachedServer: false)
        }
        self.reactor = reactor
        self.multi = multi
        let context = Unmanaged.passUnretained(self).toOpaque()
        zvonar_curl_multi_set_callbacks(multi, context, onSocket, onTimer)
        zvonar_curl_multi_set_number(multi, CURLMOPT_MAXCONNECTS, configuration.maximumIdleConnections)
    }

    // MARK: From any thread

    /// Calls `completion` once, on the reactor's thread.
    func start(
        _ transfer: CurlTransfer,
        completion: @escaping @Sendable (Result<HTTPResponse, HTTPFault>) -> Void
    ) {
        reactor.perform {
            transfer.completion = completion
            self.add(transfer)
        }
    }

    func cancel(_ transfer: CurlTransfer) {
        reactor.perform {
            // A task cancelled before it began comes here before `start`.
            transfer.isCancelled = true
            self.end(transfer, because: .cancelled)
        }
    }

    /// Goes on with a transfer that paused because its reader was slow.
    func resume(_ transfer: CurlTransfer) {
        reactor.perform {
            guard self.transfers[transfer.easy] === transfer else { return }
            // Bytes held back may be given before this returns; when they are refused libcurl says so here only.
            let code = curl_easy_pause(transfer.easy, CURLPAUSE_CONT)
            if code != CURLE_OK { self.end(transfer, with: code) }
            self.finishDone()
        }
    }

    /// Takes no new transfers, gives those in hand `grace`, then cancels them and closes all connections.
    func close(grace: Duration) async {
        await withCheckedContinuation { continuation in
            reactor.perform {
                self.closers = (self.closers ?? []) + [continuation]
                if self.transfers.isEmpty { return self.cleanUp() }
                self.reactor.after(grace) { self.endAll(because: .cancelled) }
            }
        }
    }

    /// Closes at once, without waiting.
    func abandon() {
        reactor.perform {
            self.closers = self.closers ?? []
            self.endAll(because: .closed)
        }
    }

    // MARK: On the reactor's thread

    private func add(_ transfer: CurlTransfer) {
        guard closers == nil else { return transfer.finish(.failure(transfer.fault(.closed))) }
        guard !transfer.isCancelled else { return transfer.finish(.failure(transfer.fault(.cancelled))) }
        let code = curl_multi_add_handle(multi, transfer.easy)
        guard code == CURLM_OK else { return transfer.finish(.failure(transfer.fault(.other(code.rawValue)))) }
        transfers[transfer.easy] = transfer
    }

    private func end(_ transfer: CurlTransfer, because reason: HTTPFault.Reason) {
        guard transfers.removeValue(forKey: transfer.easy) != nil else { return }
        curl_multi_remove_handle(multi, transfer.easy)
        transfer.finish(.failure(transfer.fault(reason)))
        cleanUpWhenLast()
    }

    private func end(_ transfer: CurlTransfer, with code: CURLcode) {
        transfers[transfer.easy] = nil
        curl_multi_remove_handle(multi, transfer.easy)
        transfer.finish(with: code)
    }

    private func endAll(because reason: HTTPFault.Reason) {
        for transfer in transfers.values { end(transfer, because: reason) }
        cleanUpWhenLast()
    }

    private func act(on socket: curl_socket_t, _ events: Int32) {
        guard !isCleanedUp else { return }
        var running: Int32 = 0
        let code = curl_multi_socket_action(multi, socket, events, &running)
        finishDone()
        // libcurl is out of memory or of descriptors: nothing that is under way can be trusted to end.
        if code != CURLM_OK { endAll(because: .other(code.rawValue)) }
    }

    private func finishDone() {
        var code = CURLE_OK
        while let easy = zvonar_curl_multi_next_done(multi, &code) {
            if let transfer = transfers[easy] { end(transfer, with: code) }
        }
        cleanUpWhenLast()
    }

    private func cleanUpWhenLast() {
        if closers != nil, transfers.isEmpty { cleanUp() }
    }

    private func cleanUp() {
        if !isCleanedUp {
            isCleanedUp = true
            curl_multi_cleanup(multi)
            timer.map(reactor.cancel)
            timer = nil
        }
        closers?.forEach { $0.resume() }
        closers = []
    }

    fileprivate func watch(_ socket: curl_socket_t, _ what: Int32) -> Int32 {
        guard what != CURL_POLL_REMOVE else {
            reactor.forget(socket)
            return 0
        }
        var interest: Readiness = []
        if what & CURL_POLL_IN != 0 { interest.insert(.readable) }
        if what & CURL_POLL_OUT != 0 { interest.insert(.writable) }
        guard !interest.isEmpty else {
            reactor.forget(socket)
            return 0
        }
        do {
            try reactor.watch(socket, for: interest) { readiness in
                var events: Int32 = 0
                if readiness.contains(.readable) { events |= CURL_CSELECT_IN }
                if readiness.contains(.writable) { events |= CURL_CSELECT_OUT }
                if readiness.contains(.broken) { events |= CURL_CSELECT_ERR }
                self.act(on: socket, events)
            }
            return 0
        } catch {
            return -1
        }
    }

    fileprivate func setTimer(milliseconds: Int) {
        timer.map(reactor.cancel)
        timer = nil
        guard milliseconds >= 0 else { return }
        // Even a timer of 0 must not act here: libcurl is in the middle of something.
        timer = reactor.after(.milliseconds(milliseconds)) {
            self.timer = nil
            self.act(on: CURL_SOCKET_TIMEOUT, 0)
        }
    }
}

/// Once a process, before anything else of libcurl.
private let globalInit: CURLcode = {
    // OpenSSL writes to sockets without MSG_NOSIGNAL, and with CURLOPT_NOSIGNAL libcurl does not guard it: a server that
    // is gone when TLS says good-bye would end the process.
    signal(SIGPIPE, SIG_IGN)
    return curl_global_init(Int(CURL_GLOBAL_DEFAULT))
}()

private func loop(_ context: UnsafeMutableRawPointer?) -> CurlLoop? {
    context.map { Unmanaged<CurlLoop>.fromOpaque($0).takeUnretainedValue() }
}

private let onSocket: zvonar_curl_watch = { _, socket, what, context, _ in
    loop(context)?.watch(socket, what) ?? -1
}

private let onTimer: zvonar_curl_set_timer = { _, milliseconds, context in
    loop(context)?.setTimer(milliseconds: milliseconds)
    return 0
}
