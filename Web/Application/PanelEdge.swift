import Accounts
import Calls
import Hummingbird
import Kernel
import Logging

/// What the panel says no to.
enum WebRefusal: Error, Equatable {
    case notFound
    /// A form that we did not make for this person, or that came from another site.
    case forbidden
    case signInNeeded
    case badRequest
    /// The request names a host that is not ours.
    case otherHost
    case audioDeleted
}

/// The edge of the panel: knows the person, and turns whatever fails into a page in their language.
struct PanelEdge: RouterMiddleware {
    typealias Context = WebContext

    let visits: Visits
    let assets: AssetLinks
    let incidents: IncidentLog

    func handle(
        _ request: Request,
        context: WebContext,
        next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        do {
            context.visit = try await visits.visit(of: request)
            return try await next(request, context)
        } catch is CancellationError {
            // The person went away or the server stops: nobody reads an answer.
            throw CancellationError()
        } catch {
            return answer(to: error, request, context)
        }
    }

    private func answer(to error: any Error, _ request: Request, _ context: WebContext) -> Response {
        let language = context.visit?.session.language ?? request.preferredLanguage
        let (status, page) = message(for: error, request, context, language)
        var response = Response(
            page: page.html(language: language, assets: assets, visitor: context.visit?.visitor),
            status: status
        )
        if status == .serviceUnavailable {
            response.headers[.retryAfter] = "\(Self.secondsAway)"
            // Browsers load the page again by this one; a form is not sent twice.
            if request.method == .get { response.headers[.refresh] = "\(Self.secondsAway)" }
        }
        return response
    }

    /// After so long it is worth looking whether a fault has passed.
    private static let secondsAway = 10

    private func message(
        for error: any Error,
        _ request: Request,
        _ context: WebContext,
        _ language: Language
    ) -> (HTTPResponse.Status, MessagePage) {
        switch error {
        case let refusal as WebRefusal: (refusal.status, refusal.page(language))
        case let refusal as any Refusal:
            (.conflict, MessagePage(title: ErrorTexts.forbiddenTitle, text: refusal.sentence(in: language)))
        case let error as any HTTPResponseError where error.status.code < 500:
            (error.status, Self.page(for: error.status, language))
        default: fault(error, context, language)
        }
    }

    /// A fault that passes, such as a database that is away or has no connection left, is told from a broken page.
    private func fault(
        _ error: any Error,
        _ context: WebContext,
        _ language: Language
    ) -> (HTTPResponse.Status, MessagePage) {
        let isPassing = (error as? any Fault)?.isPassing ?? false
        let page = MessagePage(
            title: isPassing ? ErrorTexts.awayTitle : ErrorTexts.faultTitle,
            text: isPassing ? ErrorTexts.awayBody(language) : ErrorTexts.faultBody(language),
            incident: incidents.record(error, at: context.endpointPath, tenant: context.visit?.tenant)
        )
        return (isPassing ? .serviceUnavailable : .internalServerError, page)
    }

    private static func page(for status: HTTPResponse.Status, _ language: Language) -> MessagePage {
        switch status {
        case .notFound, .methodNotAllowed: WebRefusal.notFound.page(language)
        case .contentTooLarge: MessagePage(title: ErrorTexts.tooLargeTitle, text: ErrorTexts.badRequestBody(language))
        default: WebRefusal.badRequest.page(language)
        }
    }
}

extension WebRefusal {
    var status: HTTPResponse.Status {
        switch self {
        case .notFound: .notFound
        case .forbidden: .forbidden
        case .signInNeeded: .unauthorized
        case .badRequest: .badRequest
        case .otherHost: .misdirectedRequest
        case .audioDeleted: .gone
        }
    }

    func page(_ language: Language) -> MessagePage {
        switch self {
        case .notFound: MessagePage(title: ErrorTexts.notFoundTitle, text: ErrorTexts.notFoundBody(language))
        case .forbidden: MessagePage(title: ErrorTexts.forbiddenTitle, text: ErrorTexts.forbiddenBody(language))
        case .signInNeeded: MessagePage(title: ErrorTexts.signInTitle, text: ErrorTexts.signInBody(language))
        case .otherHost: MessagePage(title: ErrorTexts.otherHostTitle, text: ErrorTexts.otherHostBody(language))
        case .audioDeleted:
            MessagePage(title: ErrorTexts.forbiddenTitle, text: ClipRefusal.audioDeleted.sentence(in: language))
        case .badRequest: MessagePage(title: ErrorTexts.badRequestTitle, text: ErrorTexts.badRequestBody(language))
        }
    }
}

/// Logs a fault once, under the number that the person is shown.
struct IncidentLog: Sendable {
    let logger: Logger

    /// The place is a route such as `/calls/{id}`, never an address, which may hold a sign-in token.
    @discardableResult
    func record(_ error: any Error, at place: String?, tenant: TenantID?) -> Incident {
        let incident = Incident.new()
        logger.error(
            "web request failed",
            metadata: [
                "incident": "\(incident)",
                "tenant": "\(tenant.map(\.description) ?? "-")",
                "route": "\(place ?? "-")",
                "error": "\(error.loggable)",
            ]
        )
        return incident
    }
}

extension Request {
    /// The first language of `Accept-Language`, for people not signed in.
    var preferredLanguage: Language {
        Language(tag: headers[.acceptLanguage]?.split(whereSeparator: { ",;".contains($0) }).first.map(String.init))
    }
}

extension Response {
    init(page: HTML, status: HTTPResponse.Status = .ok) {
        self.init(
            status: status,
            headers: [.contentType: "text/html; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: page.bytes))
        )
    }

    /// After a form: the browser asks for the page with GET.
    init(seeOther link: Link) {
        self.init(status: .seeOther, headers: [.location: link.text])
    }
}
