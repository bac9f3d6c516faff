import Hummingbird
import Jobs
import Kernel
import ServiceLifecycle

/// `GET /live`: a page's changes as server-sent events.
///
/// An event carries the topic's number as its id and what then differs from what this connection was sent before. The state is
/// read after the number, so it is at least as new: a browser that returns with its last number misses nothing.
struct LiveRoutes: Sendable {
    let feed: LiveFeed
    let visits: Visits
    let incidents: IncidentLog
    /// The page that a `topics` parameter names; nil for none of ours.
    let page: @Sendable (Request, Visit) async throws -> LivePage?
    let heartbeat: Duration

    func add(to router: Router<WebContext>) {
        router.get("/live") { request, context in try await follow(request, context) }
    }

    private func follow(_ request: Request, _ context: WebContext) async throws -> Response {
        let visit = try context.signedIn()
        guard let page = try await page(request, visit) else { throw WebRefusal.notFound }
        let seen = request.lastEventNumber
        let stream = ResponseBody { writer in
            let connection = LiveConnection(page: page, visit: visit, routes: self)
            try await connection.run(request, seen: seen, &writer)
            try await writer.finish(nil)
        }
        // A proxy that gathers answers before it passes them on would hold events back.
        return Response(
            status: .ok,
            headers: [.contentType: "text/event-stream; charset=utf-8", .xAccelBuffering: "no"],
            body: stream
        )
    }
}

/// One browser that follows one page.
private struct LiveConnection {
    let page: LivePage
    let visit: Visit
    let routes: LiveRoutes

    func run(_ request: Request, seen: Int64, _ writer: inout any ResponseBodyWriter) async throws {
        let signals = LiveSignals()
        try await writer.write(ByteBuffer(bytes: EventStream.retry))
        try await request.body.consumeWithInboundCloseHandler { _ in
            try await withGracefulShutdownHandler {
                try await follow(signals, seen: seen, &writer)
            } onGracefulShutdown: {
                signals.finish()
            }
        } onInboundClosed: {
            signals.finish()
        }
    }

    private func follow(_ signals: LiveSignals, seen: Int64, _ writer: inout any ResponseBodyWriter) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            let (feed, page, visit, heartbeat) = (routes.feed, page, visit, routes.heartbeat)
            group.addTask {
                for await numbers in feed.follow([page.topic: seen], of: visit.tenant) {
                    if let number = numbers[page.topic] { signals.raise(to: number) }
                }
                signals.finish()
            }
            group.addTask {
                while !Task.isCancelled {
                    try await Task.sleep(for: heartbeat)
                    signals.beat()
                }
            }
            var shown: LiveFragments?
            try await signals.forEach { signal in
                try await tell(signal, &shown, &writer)
            }
        }
    }

    /// Writes what a signal asks for; false when there is nothing more to tell.
    private func tell(
        _ signal: LiveSignals.Signal,
        _ shown: inout LiveFragments?,
        _ writer: inout any ResponseBodyWriter
    ) async throws -> Bool {
        let fragments: LiveFragments?
        do {
            // Signing out elsewhere ends the following at the next signal, a heartbeat later at most.
            guard let visit = try await routes.visits.visit(visit.token) else {
                try await writer.write(ByteBuffer(bytes: EventStream.end))
                return false
            }
            fragments = signal.number == nil ? shown : try await page.fragments(visit)
        } catch {
            routes.incidents.record(error, at: "/live", tenant: visit.tenant)
            return false
        }
        if let number = signal.number, let fragments, let changes = fragments.changes(since: shown) {
            shown = fragments
            try await writer.write(ByteBuffer(bytes: EventStream.message(changes.bytes, number: number)))
        } else if signal.isHeartbeatDue {
            try await writer.write(ByteBuffer(bytes: EventStream.heartbeat))
        }
        return true
    }
}

extension Request {
    /// Where a browser left off: its `Last-Event-ID` after a cut, the page's own number at first.
    fileprivate var lastEventNumber: Int64 {
        let text = headers[.lastEventID] ?? uri.queryParameters["after"].map(String.init)
        return text.flatMap { Int64($0) } ?? 0
    }
}
