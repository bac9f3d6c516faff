import Foundation
import HTTPTypes
import Hummingbird

/// Refuses requests that name another host than ours.
///
/// A name of an attacker's that leads to this machine (DNS rebinding) would make a browser believe that our pages are
/// theirs. Whoever calls by the loopback address is on this machine, or behind the proxy on it. Probes are not guarded:
/// whatever watches the server calls it as it likes.
struct HostGuard: RouterMiddleware {
    typealias Context = WebContext

    private let host: String?

    init(_ url: URL?) { host = url?.host()?.lowercased() }

    func handle(
        _ request: Request,
        context: WebContext,
        next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        guard isOurs(request.head.authority) else { throw WebRefusal.otherHost }
        return try await next(request, context)
    }

    /// The port says nothing: proxies may leave it out.
    func isOurs(_ authority: String?) -> Bool {
        guard let authority, let named = Self.host(of: authority.lowercased()) else { return false }
        return named == host || Self.isLoopback(named)
    }

    private static func host(of authority: String) -> String? {
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            return String(authority[...end])
        }
        let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2, !parts[0].isEmpty else { return nil }
        return String(parts[0])
    }

    private static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host == "[::1]" || host.wholeMatch(of: /127(\.[0-9]{1,3}){3}/) != nil
    }
}
