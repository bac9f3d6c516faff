import Database
import Foundation
import HTTP
import Support
import Telegram
import Synchronization
import Testing

@testable import zvonar

struct UpgradeTests {
    @Test(.enabled(if: ReverseProxy.isHere, "nginx is not installed"))
    func `an upgrade with two processes fails no request and leaves no message unanswered`() async throws {
        try await City.withoutServer { city in
            let old = try server(city, "old", port: try City.freePort())
            defer { old.end() }
            let newPort = try City.freePort()
            let proxy = try ReverseProxy(to: [old.port, newPort], in: city.folder.appending(path: "nginx"))
            defer { proxy.stop() }
            try await old.waitUntilReady()
            try await city.sandbox.waitForBotCommands()
            let client = Crowd(proxy: proxy.port, person: try await city.sandbox.person("Ольга"))
            try await client.during {
                try await client.waitForMore()
                let new = try server(city, "new", port: newPort)
                defer { new.end() }
                try await new.waitUntilReady()
                try await client.waitForMore()
                #expect(try await old.terminate() == 0)
                try await client.waitForMore()
                #expect(client.failures == [])
                try await client.waitForAnswers()
                #expect(try await new.terminate() == 0)
            }
            let words = try old.words
            #expect(words.contains("starting") && words.contains("stopped"))
            #expect(!words.contains(" ERROR "))
            // Given back, not left to run out.
            let held = try await city.test.database.platform {
                try await $0.query("SELECT count(*) FROM platform.leases WHERE until > now()").first?.decode(Int.self)
            }
            #expect(held == 0)
        }
    }

    private func server(_ city: City, _ name: String, port: Int) throws -> ServerProcess {
        try ServerProcess(city.environment, port: port, log: city.folder.appending(path: "\(name).log"))
    }
}

/// People who look at the panel and write to the bot without a pause.
private final class Crowd: Sendable {
    private let proxy: Int
    private let person: Person
    private struct Tally {
        var pages = 0
        var written = 0
        var failures: [String] = []
        var isOver = false
    }
    private let tally = Mutex(Tally())

    init(proxy: Int, person: Person) {
        self.proxy = proxy
        self.person = person
    }

    var failures: [String] { tally.withLock { $0.failures } }

    func during(_ body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for path in ["/calls", "/ready", "/sign-in/AAAAAAAAAAAAAAAAAAAAAA"] {
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
        let client = try HTTPClient(reactor: TestDatabase.reactor)
        let address = try #require(URL(string: "http://127.0.0.1:\(proxy)\(path)"))
        var usual: Int?
        while !tally.withLock({ $0.isOver }) {
            do {
                let status = try await client.send(HTTPRequest(.get, address)).status
                if usual == nil { usual = status }
                if status != usual || status >= 500 { note("\(path) answered \(status)") }
            } catch {
                note("\(path): \(error)")
            }
            tally.withLock { $0.pages += 1 }
        }
        await client.close()
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
