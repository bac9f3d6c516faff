import Accounts
import Hummingbird
import Kernel

/// Signing in by the bot's link, and out.
struct SignInRoutes: Sendable {
    let signIn: SignIn
    let cookies: PanelCookies
    let assets: AssetLinks

    func add(to router: Router<WebContext>) {
        router.get("/sign-in/{token}") { request, context in
            try await answering(request) { try await ask(request, context) }
        }
        router.post("/sign-in/{token}") { request, context in
            try await answering(request) { try await enter(request, context) }
        }
        router.post("/sign-out") { request, context in try await leave(request, context) }
    }

    /// Shows whom the link would sign in.
    ///
    /// Nothing is used up: programs that preview links open them too.
    private func ask(_ request: Request, _ context: WebContext) async throws -> Response {
        let token = try token(context)
        let offer = try await signIn.look(token)
        let entry = cookies.entry(of: request) ?? .random()
        let model = SignInPage.Model(
            person: offer.personName,
            company: offer.companyName,
            action: Link(path: "/sign-in/\(token.text)"),
            destination: Self.destination(request.uri.queryParameters["to"].map(String.init)),
            formToken: CSRFToken(of: entry).text
        )
        var response = Response(page: SignInPage(model: model, language: offer.language).html(assets: assets))
        response.setCookie(cookies.entry(entry, lasts: SignIn.linkLifetime))
        return response
    }

    private func enter(_ request: Request, _ context: WebContext) async throws -> Response {
        let form = try await PanelForm.read(request, for: cookies.entry(of: request))
        let opened = try await signIn.consume(try token(context), userAgent: request.headers[.userAgent])
        // The browser forgets the former session, so nobody could end it any more.
        if let former = context.visit { try await signIn.signOut(former.token) }
        var response = Response(seeOther: Self.destination(form.to))
        response.setCookie(cookies.session(opened.token, lasts: SignIn.sessionLifetime))
        response.setCookie(cookies.noEntry)
        return response
    }

    private func leave(_ request: Request, _ context: WebContext) async throws -> Response {
        let visit = try context.signedIn()
        _ = try await PanelForm.read(request, for: visit.token)
        try await signIn.signOut(visit.token)
        var response = Response(seeOther: Link(path: "/calls"))
        response.setCookie(cookies.noSession)
        return response
    }

    private func token(_ context: WebContext) throws(SignInRefusal) -> Token {
        guard let token = context.parameters.get("token").flatMap({ Token($0) }) else { throw .unknown }
        return token
    }

    private static func destination(_ text: String?) -> Link {
        text.flatMap { Link(local: $0) } ?? Link(path: "/calls")
    }

    /// A link that signs nobody in is an answer, not a failure.
    private func answering(_ request: Request, _ body: () async throws -> Response) async throws -> Response {
        do {
            return try await body()
        } catch let refusal as SignInRefusal {
            let language = request.preferredLanguage
            let page = MessagePage(title: SignInTexts.deadTitle, text: refusal.sentence(in: language))
            return Response(
                page: page.html(language: language, assets: assets, visitor: nil),
                status: refusal == .unknown ? .notFound : .gone
            )
        }
    }
}
