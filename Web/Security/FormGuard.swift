import Accounts
import Foundation
import HTTPTypes
import Hummingbird
import Kernel

/// Refuses forms from other sites before their routes see them.
///
/// The token in each form is the actual proof and is checked by `requireForm`; this check costs an attacker a second wall.
struct FormGuard: RouterMiddleware {
    typealias Context = WebContext

    let origin: PublicOrigin

    func handle(
        _ request: Request,
        context: WebContext,
        next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        if request.method != .get, request.method != .head {
            guard isFromHere(request) else { throw WebRefusal.forbidden }
        }
        return try await next(request, context)
    }

    private func isFromHere(_ request: Request) -> Bool {
        if let site = request.headers[.secFetchSite] { return site == "same-origin" }
        // Browsers without the header above, and all of them on plain HTTP, send `null` for a page with
        // `Referrer-Policy: no-referrer`; there the token decides alone, as it does for programs that send neither.
        guard let sender = request.headers[.origin], sender != "null" else { return true }
        return origin.isOurs(sender, host: request.head.authority)
    }
}

/// How the panel is called from outside.
struct PublicOrigin: Sendable {
    private let origin: String?
    private let isSecure: Bool

    init(_ url: URL?) {
        isSecure = url?.scheme?.lowercased() == "https"
        origin = url.flatMap { url in
            url.host().map { host in
                "\(url.scheme?.lowercased() ?? "http")://\(host.lowercased())\(url.port.map { ":\($0)" } ?? "")"
            }
        }
    }

    var cookies: PanelCookies { PanelCookies(isSecure: isSecure) }

    /// An `Origin` that is the configured address, or the host that the request itself names.
    func isOurs(_ sender: String, host: String?) -> Bool {
        let sender = sender.lowercased()
        if sender == origin { return true }
        guard let host = host?.lowercased() else { return false }
        return sender == "https://\(host)" || (!isSecure && sender == "http://\(host)")
    }
}

/// The panel's cookies: for our server only, out of reach of scripts and of other sites' forms.
struct PanelCookies: Sendable {
    /// Behind TLS the `__Host-` prefix makes browsers refuse the cookie unless it is secure and for this host alone.
    let isSecure: Bool

    private var prefix: String { isSecure ? "__Host-" : "" }
    private var sessionName: String { prefix + "zvonar" }
    private var entryName: String { prefix + "zvonar-entry" }

    func session(of request: Request) -> Token? { token(sessionName, of: request) }

    /// What ties the sign-in form to the browser that asked for it, before there is a session.
    func entry(of request: Request) -> Token? { token(entryName, of: request) }

    func session(_ token: Token, lasts seconds: TimeInterval) -> Cookie { cookie(sessionName, token.text, seconds) }
    func entry(_ token: Token, lasts seconds: TimeInterval) -> Cookie { cookie(entryName, token.text, seconds) }
    var noSession: Cookie { cookie(sessionName, "", 0) }
    var noEntry: Cookie { cookie(entryName, "", 0) }

    private func token(_ name: String, of request: Request) -> Token? {
        request.cookies[name].flatMap { Token($0.value) }
    }

    private func cookie(_ name: String, _ value: String, _ seconds: TimeInterval) -> Cookie {
        Cookie(
            name: name,
            value: value,
            maxAge: Int(seconds),
            path: "/",
            secure: isSecure,
            httpOnly: true,
            // Not strict: the link in Telegram must find the person signed in.
            sameSite: .lax
        )
    }
}

/// What every form of ours sends.
struct PanelForm: Decodable {
    let formToken: String
    /// Where to go afterwards.
    let to: String?

    private enum CodingKeys: String, CodingKey {
        case formToken = "form_token"
        case to
    }

    /// Our forms are a few hundred bytes.
    private static let maximumBytes = 8 * 1024

    /// Reads a form and refuses it unless it bears the token made for this browser.
    static func read(_ request: Request, for secret: Token?) async throws -> PanelForm {
        let body = try await request.body.collect(upTo: maximumBytes)
        guard let secret else { throw WebRefusal.forbidden }
        let form: PanelForm
        do {
            form = try URLEncodedFormDecoder().decode(PanelForm.self, from: String(buffer: body))
        } catch {
            // Decoding touches nothing but these bytes: whatever it says, they are no form of ours.
            throw WebRefusal.forbidden
        }
        guard CSRFToken(of: secret).matches(form.formToken) else { throw WebRefusal.forbidden }
        return form
    }
}
