import Calls
import Foundation
import HTTP
import Kernel
import ServiceLifecycle
import Support
import Testing

@testable import Web

struct LiveRoutesTests {
    @Test func `the list learns of a new call and of its progress`() async throws {
        try await PanelFixture.run { panel in
            let company = try await panel.company()
            var browser = try await panel.browser(company)
            let address = try liveAddress(try await browser.get("/calls").text)
            try await listen(browser, address) { events in
                let call = try await panel.insertCall("новый.wav", company)
                let first = try await events.next()
                #expect(first.data.contains("<div id=\"calls\">"))
                #expect(first.data.contains("новый.wav"))
                try await panel.move(call, company, to: .analysing)
                let second = try await events.next()
                // The line alone, not the list around it.
                #expect(second.data.hasPrefix("<li id=\"call-\(call)\">"))
                #expect(second.data.contains("Анализ"))
                #expect(try #require(second.id) > (try #require(first.id)))
            }
        }
    }

    @Test func `a browser that was away learns what it missed, and one that missed nothing hears nothing`() async throws
    {
        try await PanelFixture.run(heartbeat: .milliseconds(200)) { panel in
            let company = try await panel.company()
            let call = try await panel.insertCall("звонок.wav", company)
            var browser = try await panel.browser(company)
            let address = try liveAddress(try await browser.get("/calls/\(call)").text)
            var last: Int64 = 0
            try await listen(browser, address) { events in
                try await panel.move(call, company, to: .transcribing)
                last = try #require(try await events.next().id)
            }
            // Nobody listens while this happens.
            try await panel.finish(call, company)
            try await listen(browser, address, ["Last-Event-ID": "\(last)"]) { events in
                let missed = try await events.next()
                #expect(missed.data.contains("Договорились, оплатим сегодня."))
                last = try #require(missed.id)
            }
            try await listen(browser, address, ["Last-Event-ID": "\(last)"]) { events in
                let block = try await events.nextBlock()
                #expect(block == ": ")
            }
        }
    }

    @Test func `the following ends when the session does`() async throws {
        try await PanelFixture.run(heartbeat: .milliseconds(200)) { panel in
            let company = try await panel.company()
            var browser = try await panel.browser(company)
            let page = try await browser.get("/calls")
            let (listener, address) = (browser, try liveAddress(page.text))
            try await listen(listener, address) { events in
                #expect(try await browser.post("/sign-out", ["form_token": try page.formToken]).status == 303)
                var block = try await events.nextBlock()
                while block == ": " { block = try await events.nextBlock() }
                #expect(block == "event: end\ndata: end")
                #expect(try await events.isOver())
            }
        }
    }

    @Test func `a server that stops lets go of the pages that follow it`() async throws {
        try await PanelFixture.run { panel in
            var browser = try await panel.browser(try await panel.company())
            let address = try liveAddress(try await browser.get("/calls").text)
            try await listen(browser, address) { events in
                await panel.services.triggerGracefulShutdown()
                let isOver = try await events.isOver()
                #expect(isOver)
            }
        }
    }

    @Test(arguments: ["", "?topics=", "?topics=nothing", "?topics=call-", "?topics=call-999", "?topics=call-1;calls"])
    func `what is not ours to follow is not found`(query: String) async throws {
        try await PanelFixture.run { panel in
            var browser = try await panel.browser(try await panel.company())
            #expect(try await browser.get("/live\(query)").status == 404)
        }
    }
}

/// The address that a page follows.
func liveAddress(_ page: String) throws -> String {
    String(try #require(page.firstMatch(of: /data-live="([^"]+)"/)).1).replacing("&amp;", with: "&")
}

/// Follows an address until `body` has seen enough.
func listen(
    _ browser: PanelBrowser,
    _ address: String,
    _ headers: HTTPHeaders = [:],
    _ body: @escaping (inout EventReader) async throws -> Void
) async throws {
    var request = try browser.request(.get, address, headers)
    request.timeouts = HTTPTimeouts(total: .seconds(30))
    try await browser.fixture.client.stream(request) { stream in
        #expect(stream.status == 200)
        #expect(stream.headers["Content-Type"] == "text/event-stream; charset=utf-8")
        #expect(stream.headers["Cache-Control"] == "no-store")
        var events = EventReader(stream)
        #expect(try await events.nextBlock() == "retry: 2000")
        try await body(&events)
    }
}

/// Reads server-sent events as a browser does.
struct EventReader {
    private var iterator: HTTPStream.Iterator
    private var buffer: [UInt8] = []

    init(_ stream: HTTPStream) { iterator = stream.makeAsyncIterator() }

    /// The next message, over heartbeats.
    mutating func next() async throws -> (id: Int64?, data: String) {
        while true {
            let lines = try await nextBlock().split(separator: "\n", omittingEmptySubsequences: false)
            let data = lines.filter { $0.hasPrefix("data: ") }.map { $0.dropFirst(6) }
            guard !data.isEmpty else { continue }
            let id = lines.first { $0.hasPrefix("id: ") }.flatMap { Int64($0.dropFirst(4)) }
            return (id, data.joined(separator: "\n"))
        }
    }

    /// The text up to the next empty line.
    mutating func nextBlock() async throws -> String {
        while true {
            if let end = zip(buffer, buffer.dropFirst()).enumerated().first(where: { $0.element == (10, 10) })?.offset {
                let block = String(decoding: buffer[..<end], as: UTF8.self)
                buffer.removeFirst(end + 2)
                return block
            }
            guard let chunk = try await iterator.next() else { throw EventsEnded() }
            buffer += chunk
        }
    }

    mutating func isOver() async throws -> Bool { try await iterator.next() == nil && buffer.isEmpty }
}

/// The server ended the events while a test waited for one.
struct EventsEnded: Error {}
