import Foundation
import Hummingbird
import Logging

/// Sends each request to the Bot API, the person's side or the page, and turns failures into answers.
struct SandboxResponder: HTTPResponder {
    typealias Context = SandboxContext

    let world: World
    let doorkeeper: Doorkeeper
    let page: PageFiles
    let logger: Logger

    func respond(to request: Request, context: SandboxContext) async throws -> Response {
        do {
            if let objection = doorkeeper.objection(to: request) { throw PersonFailure(403, objection) }
            return try await answer(request)
        } catch let failure as PersonFailure {
            return .sentence(failure)
        } catch is LostConnection {
            try await context.closeConnection()
            return Response(status: .serviceUnavailable)
        } catch is CancellationError {
            return .sentence(PersonFailure(503, "the sandbox is stopping"))
        } catch {
            logger.error("request failed", metadata: ["error": "\(error)"])
            return .sentence(PersonFailure(500, "the sandbox could not do this; its log says why"))
        }
    }

    private func answer(_ request: Request) async throws -> Response {
        let path = request.uri.path.split(separator: "/").map { $0.removingPercentEncoding ?? String($0) }
        guard let first = path.first else { return try page.answer("index.html") }
        if first == "sandbox" { return try await personAnswer(request, Array(path.dropFirst())) }
        if first == "file", path.count > 2, path[1].hasPrefix("bot") {
            return try await download(
                token: String(path[1].dropFirst(3)),
                path: path[2...].joined(separator: "/"),
                request
            )
        }
        if first.hasPrefix("bot"), path.count > 1 {
            // `/bot<token>/test/<method>` addresses Telegram's test servers; there is one world here.
            let method = path.count == 3 && path[1] == "test" ? path[2] : path[1]
            return try await botAnswer(request, token: String(first.dropFirst(3)), method: method)
        }
        guard path.count == 1, request.method == .get else { throw PersonFailure(404, "there is no such page") }
        return try page.answer(first)
    }

    private func botAnswer(_ request: Request, token: String, method: String) async throws -> Response {
        guard request.method == .get || request.method == .post else {
            let failure = BotFailure(code: 405, description: "Method Not Allowed")
            return .json(failure.json, status: failure.code)
        }
        do {
            // A little over the largest file, for the other parts of the form.
            let parameters = try await request.parameters(upTo: World.uploadLimit + 1_024 * 1_024)
            return .bot(try await world.call(token: token, method: method, parameters: parameters))
        } catch is JSONMistake {
            let failure = BotFailure.badRequest("can't parse JSON object of the request")
            return .json(failure.json, status: failure.code)
        } catch is OversizedBody {
            let failure = BotFailure(code: 413, description: "Request Entity Too Large")
            return .json(failure.json, status: failure.code)
        }
    }

    private func download(token: String, path: String, _ request: Request) async throws -> Response {
        do {
            guard let found = try await world.download(token: token, path: path) else {
                return .json(BotFailure(code: 404, description: "Not Found").json, status: 404)
            }
            return try fileResponse(found.file, mime: found.mime, range: request.headers[.range])
        } catch let failure as BotFailure {
            return .bot(BotReply(status: failure.code, json: failure.json, retryAfter: failure.retryAfter))
        }
    }

    private func personAnswer(_ request: Request, _ path: [String]) async throws -> Response {
        let isPost = request.method == .post
        guard isPost || request.method == .get else { throw PersonFailure(405, "use GET or POST") }
        do {
            // A person's file may be far over what a bot can download: that is a case worth trying.
            let parameters = try await request.parameters(upTo: 100 * 1_024 * 1_024)
            let routes = PersonRoutes(world: world, parameters: parameters, range: request.headers[.range])
            return try await routes.answer(path, isPost: isPost)
        } catch let mistake as JSONMistake {
            throw PersonFailure("the body is not a JSON object (mistake at byte \(mistake.offset))")
        } catch is OversizedBody {
            throw PersonFailure(413, "the body is larger than 100 MB")
        }
    }
}
