import Accounts
import Calls
import Foundation
import Hummingbird
import Jobs
import Kernel

/// The list of calls and each call's page, with what they are made from.
struct CallRoutes: Sendable {
    let rooms: WebRooms
    let assets: AssetLinks
    let incidents: IncidentLog

    func add(to router: Router<WebContext>) {
        router.get("/") { _, context in
            _ = try context.signedIn()
            return Response(seeOther: Link(path: "/calls"))
        }
        router.get("/calls") { request, context in try await list(request, try context.signedIn()) }
        router.get("/calls/{id}") { _, context in
            try await card(try context.identifier("id", of: Call.self), try context.signedIn())
        }
        router.get("/calls/{id}/transcript.txt") { _, context in
            try await text(try context.identifier("id", of: Call.self), try context.signedIn())
        }
        let audio = CallAudio(audio: rooms.audio, incidents: incidents)
        router.get("/calls/{id}/audio") { request, context in
            try await audio.answer(request, try context.identifier("id", of: Call.self), try context.signedIn())
        }
    }

    private func list(_ request: Request, _ visit: Visit) async throws -> Response {
        let cursor = try request.cursor()
        // The number first: what changes after it is sent, even when this page has it already.
        let number = try await number(.calls, visit)
        let page = try await listPage(cursor, visit, after: number)
        return Response(page: page.html(assets: assets))
    }

    private func card(_ id: CallID, _ visit: Visit) async throws -> Response {
        let number = try await number(.call(id), visit)
        guard let page = try await cardPage(id, visit, after: number) else { throw WebRefusal.notFound }
        return Response(page: page.html(assets: assets))
    }

    private func text(_ id: CallID, _ visit: Visit) async throws -> Response {
        guard let card = try await rooms.calls.card(id, tenant: visit.tenant) else { throw WebRefusal.notFound }
        let text = TranscriptText(language: visit.session.language).render(card, zone: visit.profile.zone)
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/plain; charset=utf-8",
                .contentDisposition: "attachment; filename=\"\(TranscriptText.fileName(of: id))\"",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text))
        )
    }

    /// The page that a `topics` parameter names: `calls`, on the page of the list that `before` names, or `call-12`.
    func live(_ request: Request, _ visit: Visit) async throws -> LivePage? {
        guard let topic = request.uri.queryParameters["topics"] else { return nil }
        if topic == LiveTopic.calls.name {
            let cursor = try request.cursor()
            return LivePage(topic: .calls) { visit in try await listPage(cursor, visit, after: nil).liveFragments }
        }
        guard topic.hasPrefix("call-"), let id = CallID(topic.dropFirst(5)) else { return nil }
        // A neighbour's call is as unknown as one that never was.
        guard try await rooms.calls.item(id, tenant: visit.tenant) != nil else { return nil }
        return LivePage(topic: .call(id)) { visit in try await cardPage(id, visit, after: nil)?.liveFragments }
    }

    private func number(_ topic: LiveTopic, _ visit: Visit) async throws -> Int64 {
        try await rooms.live.numbers([topic], of: visit.tenant)[topic] ?? 0
    }

    private func listPage(_ cursor: CallCursor?, _ visit: Visit, after number: Int64?) async throws -> CallListPage {
        let page = try await rooms.calls.page(visit.tenant, after: cursor)
        let names = try await rooms.people.names(of: Set(page.items.compactMap(\.account)))
        let language = visit.session.language
        let model = CallListPage.Model(
            calls: page.items.map { CallSummary($0, sender: $0.account.flatMap { names[$0] }, language: language) },
            now: rooms.clock.now(),
            older: page.next.map { Link(path: "/calls?before=\($0)") },
            isNewest: cursor == nil,
            live: number.map { number in
                let before = cursor.map { Link(path: "/live?topics=calls&before=\($0)&after=\(number)") }
                return before ?? Link(path: "/live?topics=calls&after=\(number)")
            }
        )
        return CallListPage(model: model, visitor: visit.visitor)
    }

    private func cardPage(_ id: CallID, _ visit: Visit, after number: Int64?) async throws -> CallCardPage? {
        guard let card = try await rooms.calls.card(id, tenant: visit.tenant) else { return nil }
        let names = try await rooms.people.names(of: Set([card.item.account].compactMap(\.self)))
        let sender = card.item.account.flatMap { names[$0] }
        let model = CallCardPage.Model(
            call: CallSheet(card, sender: sender, language: visit.session.language),
            now: rooms.clock.now(),
            live: number.map { Link(path: "/live?topics=\(LiveTopic.call(id))&after=\($0)") }
        )
        return CallCardPage(model: model, visitor: visit.visitor)
    }
}

extension Request {
    /// The place in the list that `before` names; an address somebody made up is refused.
    fileprivate func cursor() throws(WebRefusal) -> CallCursor? {
        guard let text = uri.queryParameters["before"] else { return nil }
        guard let cursor = CallCursor(text) else { throw .badRequest }
        return cursor
    }
}
