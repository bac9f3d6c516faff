public import Foundation
import Synchronization

/// A server on a free port of loopback whose every byte is scripted by a test.
///
/// Each connection runs the script on a thread of its own, from accepting to its end, so a script may block. Requests that
/// scripts read are kept in the order of their arrival.
public final class LoopbackServer: Sendable {
    private struct State {
        var requests: [LoopbackRequest] = []
        var peers: Set<Int32> = []
        var connections = 0
        var isStopped = false
    }

    public let port: Int
    private let listener: Int32
    private let state = Mutex(State())

    public init(_ script: @escaping @Sendable (LoopbackPeer) -> Void) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = listener
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, size) | listen(descriptor, 256) | getsockname(descriptor, pointer, &size)
            }
        }
        guard result == 0 else { throw LoopbackFailure(code: errno) }
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread { [self] in accept(script) }.start()
    }

    /// The origin, such as `http://127.0.0.1:40001`, followed by a path.
    public func url(_ path: String = "/", scheme: String = "http") -> URL {
        guard let url = URL(string: "\(scheme)://127.0.0.1:\(port)\(path)") else { fatalError("no URL: \(path)") }
        return url
    }

    public var requests: [LoopbackRequest] { state.withLock { $0.requests } }

    /// How many connections were accepted.
    public var connections: Int { state.withLock { $0.connections } }

    /// Accepts nothing more and cuts what is open.
    public func stop() {
        state.withLock { state in
            guard !state.isStopped else { return }
            state.isStopped = true
            shutdown(listener, Int32(SHUT_RDWR))
            for peer in state.peers { shutdown(peer, Int32(SHUT_RDWR)) }
        }
    }

    func note(_ request: LoopbackRequest) { state.withLock { $0.requests.append(request) } }

    private func accept(_ script: @escaping @Sendable (LoopbackPeer) -> Void) {
        while true {
            let peer = Foundation.accept(listener, nil, nil)
            guard peer >= 0 else { break }
            let isWelcome = state.withLock { state in
                guard !state.isStopped else { return false }
                state.connections += 1
                state.peers.insert(peer)
                return true
            }
            guard isWelcome else {
                close(peer)
                break
            }
            Thread { [self] in
                script(LoopbackPeer(descriptor: peer, server: self))
                state.withLock { state in
                    _ = state.peers.remove(peer)
                    close(peer)
                }
            }.start()
        }
        close(listener)
    }
}

public struct LoopbackFailure: Error {
    public let code: Int32
}

/// Runs a test against a server and stops the server afterwards.
public func withLoopbackServer<Value>(
    _ script: @escaping @Sendable (LoopbackPeer) -> Void,
    _ body: (LoopbackServer) async throws -> Value
) async throws -> Value {
    let server = try LoopbackServer(script)
    defer { server.stop() }
    return try await body(server)
}
