import Accounts
import HTTPTypes
import Hummingbird
import Kernel

/// What is known of a request on its way: above all who sent it.
struct WebContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Nil where nobody is signed in.
    var visit: Visit?

    init(source: Source) { coreContext = .init(source: source) }

    /// The person who must be signed in for this page.
    func signedIn() throws(WebRefusal) -> Visit {
        guard let visit else { throw .signInNeeded }
        return visit
    }

    /// An id in the path; what is no id names nothing of ours.
    func identifier<Subject>(_ name: String, of: Subject.Type) throws(WebRefusal) -> Identifier<Subject> {
        guard let text = parameters.get(name), let id = Identifier<Subject>(text) else { throw .notFound }
        return id
    }
}

/// A signed-in person's request.
struct Visit: Sendable {
    let session: Session
    let token: Token
    let profile: TenantProfile

    var tenant: TenantID { session.tenant }

    var visitor: Visitor {
        Visitor(
            language: session.language,
            zone: profile.zone,
            company: session.companyName,
            person: session.personName,
            formToken: CSRFToken(of: token).text
        )
    }
}

/// Finds the session behind a request's cookie.
struct Visits: Sendable {
    let rooms: WebRooms
    let cookies: PanelCookies

    func visit(of request: Request) async throws -> Visit? {
        guard let token = cookies.session(of: request) else { return nil }
        return try await visit(token)
    }

    func visit(_ token: Token) async throws -> Visit? {
        guard let session = try await rooms.signIn.session(token) else { return nil }
        return Visit(session: session, token: token, profile: try await rooms.tenants.profile(session.tenant))
    }
}

extension HTTPField.Name {
    static let lastEventID = named("Last-Event-ID")
    static let xAccelBuffering = named("X-Accel-Buffering")
    static let refresh = named("Refresh")
    static let secFetchSite = named("Sec-Fetch-Site")
    static let referrerPolicy = named("Referrer-Policy")
    static let openerPolicy = named("Cross-Origin-Opener-Policy")
    static let resourcePolicy = named("Cross-Origin-Resource-Policy")
    static let permissionsPolicy = named("Permissions-Policy")

    private static func named(_ name: StaticString) -> HTTPField.Name {
        guard let name = HTTPField.Name(name.description) else { preconditionFailure("\(name) is no name of a header") }
        return name
    }
}
