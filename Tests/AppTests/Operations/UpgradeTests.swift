import Database
import Foundation
import HTTP
import Kernel
import Support
import Telegram
import Synchronization
import Testing

@testable import zvonar

struct UpgradeTests {
    @Test(.enabled(if: ReverseProxy.isHere, "nginx is not installed"))
    func `an upgrade with a migration fails no request, doubles no result and leaves no message unanswered`()
        async throws
    {
        let engine = HeldEngine()
        try await withLoopbackServer({ engine.run($0) }) { speech in
            try await City.withoutServer(speech: speech.url("/v1")) { city in
                let ports = (old: try City.freePort(), new: try City.freePort())
                let proxy = try ReverseProxy(to: [ports.old, ports.new], in: city.folder.appending(path: "nginx"))
                defer { proxy.stop() }
                let old = try Self.server(city, "old", ports.old, proxy)
                defer { old.end() }
                try await old.waitUntilReady()
                try await city.sandbox.waitForBotCommands()
                let olga = try await city.sandbox.person("Ольга")
                let visitor = try await Self.moveIn(olga)
                // Its transcription begins under the old server and ends under the new.
                let sent = try await olga.send(Fixtures.recording("08-appliance-complaint-rude"), as: "audio")
                try await engine.asked.next(within: .seconds(120))
                let crowd = Crowd(proxy: proxy.port, person: try await city.sandbox.person("Иван"), visitor: visitor)
                try await crowd.during {
                    try await crowd.waitForMore()
                    try await Self.migrate(city)
                    try await crowd.waitForMore()
                    let new = try Self.server(city, "new", ports.new, proxy)
                    defer { new.end() }
                    try await new.waitUntilReady()
                    try await crowd.waitForMore()
                    #expect(try await old.terminate() == 0)
                    try await crowd.waitForMore()
                    engine.letGo()
                    try await crowd.waitUntilFollowed { $0.contains("Бьюти") }
                    try await Self.expectOneResult(olga, after: sent, city)
                    #expect(crowd.failures == [])
                    try await crowd.waitForAnswers()
                    #expect(try await new.terminate() == 0)
                    #expect(!(try new.words.contains(" ERROR ")))
                }
                try await Self.expectGivenBack(old, city)
            }
        }
    }

    private static func server(_ city: City, _ name: String, _ port: Int, _ proxy: ReverseProxy) throws -> ServerProcess
    {
        let settings = [
            "ZVONAR_PUBLIC_URL": "http://127.0.0.1:\(proxy.port)",
            // What is in hand after so long is given back, which is what happens to a transcription.
            "ZVONAR_SHUTDOWN_SECONDS": "3",
        ]
        return try ServerProcess(
            city.environment.merging(settings) { $1 },
            port: port,
            log: city.folder.appending(path: "\(name).log")
        )
    }

    /// Registers a company and signs in to its panel.
    private static func moveIn(_ olga: Person) async throws -> Visitor {
        try await olga.register("Домашний Мир")
        let visitor = try Visitor()
        try await visitor.signIn(try await olga.panelLink())
        return visitor
    }

    /// What a newer version brings: something in each kind of schema, under the feet of the old.
    private static func migrate(_ city: City) async throws {
        let folder = city.folder.appending(path: "Migrations")
        try FileManager.default.copyItem(at: TestDatabase.root.appending(path: "Migrations"), to: folder)
        for (place, sql) in [
            ("platform", "ALTER TABLE platform.chats ADD COLUMN upgrade_note text;"),
            ("cell", "ALTER TABLE cell.jobs ADD COLUMN upgrade_note text;"),
            ("tenant", "ALTER TABLE calls ADD COLUMN upgrade_note text;"),
        ] {
            let file = folder.appending(path: "\(place)/9001_add_upgrade_notes.sql")
            try Data("-- A note that a newer version keeps.\n\(sql)\n".utf8).write(to: file)
        }
        let words = try await city.command("migrate", settings: ["ZVONAR_MIGRATIONS": folder.path])
        #expect(words == "Applied 3.\n")
    }

    private static func expectOneResult(_ olga: Person, after sent: Message, _ city: City) async throws {
        try await olga.wait(for: "the result", after: sent.messageID, within: .seconds(120)) {
            $0.buttons.contains { $0.text.contains("Транскрипт") }
        }
        let results = try await olga.messages().count { $0.buttons.contains { $0.text.contains("Транскрипт") } }
        #expect(results == 1)
        let calls = try await city.test.database.tenant(try await city.tenant()) {
            try await $0.query("SELECT count(*) FROM calls").first?.decode(Int.self)
        }
        #expect(calls == 1)
    }

    private static func expectGivenBack(_ old: ServerProcess, _ city: City) async throws {
        let words = try old.words
        #expect(words.contains("starting") && words.contains("stopped"))
        #expect(!words.contains(" ERROR "), "\(words.suffix(2000))")
        // Given back, not left to run out.
        let held = try await city.test.database.platform {
            try await $0.query("SELECT count(*) FROM platform.leases WHERE until > now()").first?.decode(Int.self)
        }
        #expect(held == 0)
    }
}

/// An engine that answers no recording until it is let go, so that a transcription lasts as long as a test needs.
private final class HeldEngine: Sendable {
    let asked = Signal<Void>()
    private let gate = DispatchSemaphore(value: 0)

    func letGo() { gate.signal() }

    func run(_ peer: LoopbackPeer) {
        while let request = peer.readRequest() {
            guard request.target.hasSuffix("/audio/transcriptions") else {
                peer.answer(200, [:], #"{"object":"list","data":[{"id":"whisper-1","object":"model"}]}"#)
                continue
            }
            asked.send()
            gate.wait()
            // Whoever comes next finds it open.
            gate.signal()
            peer.answer(200, [:], Self.words)
        }
    }

    private static let words = """
        {"task":"transcribe","language":"russian","duration":3.0,"text":"Здравствуйте, салон Бьюти.",
        "words":[{"word":"Здравствуйте","start":0.2,"end":0.9},{"word":"салон","start":1.0,"end":1.4},
        {"word":"Бьюти","start":1.5,"end":2.0}],
        "segments":[{"id":0,"start":0.2,"end":2.0,"text":"Здравствуйте, салон Бьюти."}]}
        """
}

/// People who look at the panel, follow it and write to the bot without a pause.
private final class Crowd: Sendable {
    private let proxy: Int
    private let person: Person
    /// Signed in, as a company with one call.
    private let visitor: Visitor
    private struct Tally {
        var pages = 0
        var written = 0
        var failures: [String] = []
        var followed = ""
        var isOver = false
    }
    private let tally = Mutex(Tally())

    init(proxy: Int, person: Person, visitor: Visitor) {
        self.proxy = proxy
        self.person = person
        self.visitor = visitor
    }

    var failures: [String] { tally.withLock { $0.failures } }

    func during(_ body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await self.follow("/live?topics=call-1") }
            // It goes on until it is cut.
            defer { group.cancelAll() }
            try await whileWorking(body)
        }
    }

    private func whileWorking(_ body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for path in ["/calls", "/calls/1", "/ready", "/sign-in/AAAAAAAAAAAAAAAAAAAAAA"] {
                group.addTask { try await self.look(at: path) }
            }
            group.addTask { try await self.write() }
            defer { tally.withLock { $0.isOver = true } }
            try await body()
            tally.withLock { $0.isOver = true }
            try await group.waitForAll()
        }
    }

    /// Some more of everything, whatever the machine's speed.
    func waitForMore() async throws {
        let before = tally.withLock { ($0.pages, $0.written) }
        try await waitUntil("more requests", within: .seconds(120)) {
            tally.withLock { $0.pages >= before.0 + 60 && $0.written >= before.1 + 2 }
        }
    }

    /// Each message has got its answer, and only one.
    func waitForAnswers() async throws {
        tally.withLock { $0.isOver = true }
        var (written, answers) = (0, 0)
        try await waitUntil("all messages are answered", within: .seconds(120)) {
            let messages = try await person.messages()
            written = messages.count { $0.from?.isBot == false }
            answers = messages.count { $0.from?.isBot == true }
            return written == answers && written == tally.withLock { $0.written }
        }
    }

    private func look(at path: String) async throws {
        while !tally.withLock({ $0.isOver }) {
            do {
                let status = try await visitor.get("http://127.0.0.1:\(proxy)\(path)").status
                if status != (path.hasPrefix("/sign-in") ? 404 : 200) { note("\(path) answered \(status)") }
            } catch {
                note("\(path): \(error)")
            }
            tally.withLock { $0.pages += 1 }
        }
    }

    /// A page that is open all the time: it comes back with the last number it saw, as a browser does.
    private func follow(_ path: String) async {
        var last = "0"
        while !Task.isCancelled {
            do {
                try await visitor.follow("http://127.0.0.1:\(proxy)\(path)", ["Last-Event-ID": last]) { stream in
                    if stream.status != 200 { note("\(path) answered \(stream.status)") }
                    for try await chunk in stream {
                        let text = String(decoding: chunk, as: UTF8.self)
                        if let number = text.matches(of: /(?m)^id: (\d+)$/).last { last = String(number.1) }
                        tally.withLock { $0.followed += text }
                    }
                }
            } catch {
                if !Task.isCancelled { note("\(path): \(error)") }
            }
        }
    }

    /// The open page was told of something.
    func waitUntilFollowed(_ isThere: @Sendable (String) -> Bool) async throws {
        try await waitUntil("the open page shows it", within: .seconds(120)) { isThere(tally.withLock { $0.followed }) }
    }

    private func write() async throws {
        while !tally.withLock({ $0.isOver }) {
            let message = try await person.write("/start")
            tally.withLock { $0.written += 1 }
            try await person.wait(for: "an answer", after: message.messageID) { $0.text != nil }
        }
    }

    private func note(_ failure: String) { tally.withLock { $0.failures.append(failure) } }
}
