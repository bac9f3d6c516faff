import Database
import Foundation
import Kernel

extension Benchmark {
    static let bot = Benchmark(
        name: "bot",
        summary: "update → inbox → one tenant read → outbox → sandbox, beside aiogram with asyncpg and the same rows"
    ) { bench in
        try raiseOpenFiles()
        let sandbox = try await SandboxProcess(bench)
        let chats = bench.count(300, quick: 20)
        let ours = BotRun(.role("bot"), try await BotWorld("bot", chats: chats, sandbox: sandbox, bench), bench)
        let peer = BotRun(
            try .peer("bot.py"),
            try await BotWorld("aiogram", chats: chats, sandbox: sandbox, bench),
            bench
        )
        let count = bench.count(1_000, quick: 60)
        let (our, their) = try await bench.byTurns(bench.count(3, quick: 1)) {
            try await ours.backlog(count)
        } peer: {
            try await peer.backlog(count)
        }
        let rate = bench.count(40, quick: 20)
        let moments = bench.count(320, quick: 20)
        let ourLatency = try await ours.latency(perSecond: rate, count: moments)
        let theirLatency = try await peer.latency(perSecond: rate, count: moments)
        try await sandbox.stop()
        ours.world.database.database.close()
        peer.world.database.database.close()
        let name = "aiogram"
        bench.report.add(
            "updates handled and answered",
            our.median(\.perSecond),
            .perSecond,
            peer: (name, their.median(\.perSecond)),
            target: .ratioAtLeast(2)
        )
        bench.report.add(
            "own CPU an update",
            our.median(\.microseconds),
            .microseconds,
            peer: (name, their.median(\.microseconds)),
            target: .ratioAtMost(0.2)
        )
        bench.report.add(
            "PostgreSQL's CPU an update",
            our.median(\.serverMicroseconds),
            .microseconds,
            peer: (name, their.median(\.serverMicroseconds))
        )
        bench.report.add(
            "memory after it",
            our.median(\.megabytes),
            .megabytes,
            peer: (name, their.median(\.megabytes))
        )
        bench.report.add(
            "press to message, p50 at \(rate)/s",
            ourLatency.p50,
            .milliseconds,
            peer: (name, theirLatency.p50)
        )
        bench.report.add(
            "press to message, p99 at \(rate)/s",
            ourLatency.p99,
            .milliseconds,
            peer: (name, theirLatency.p99)
        )
    }
}

/// A bot program with its world; each round runs it anew.
private struct BotRun: Sendable {
    let program: Program
    let world: BotWorld
    let bench: Bench

    struct Figures: Sendable {
        let perSecond: Double
        let microseconds: Double
        let serverMicroseconds: Double
        let megabytes: Double
    }

    init(_ program: Program, _ world: BotWorld, _ bench: Bench) {
        self.program = program
        self.world = world
        self.bench = bench
    }

    /// How fast it works off that many waiting updates.
    func backlog(_ count: Int) async throws -> Figures {
        let before = try await sentCount()
        let connections = try await world.press(count: count)
        let running = try await prepared()
        let usage = try running.usage
        let server = try world.database.cluster.cpuSeconds
        let began = ContinuousClock.now
        try running.tell("go")
        try await waitForSent(before + count)
        let seconds = (ContinuousClock.now - began) / .seconds(1)
        let used = try running.usage
        let serverUsed = try world.database.cluster.cpuSeconds
        try await running.end()
        for connection in connections { close(connection) }
        try await checkRows(before + count)
        return Figures(
            perSecond: Double(count) / seconds,
            microseconds: (used.cpuSeconds - usage.cpuSeconds) / Double(count) * 1_000_000,
            serverMicroseconds: (serverUsed - server) / Double(count) * 1_000_000,
            megabytes: used.proportionalMegabytes
        )
    }

    /// How long people wait from the press to the message, in milliseconds, when that many press in a second.
    func latency(perSecond rate: Int, count: Int) async throws -> Samples {
        let running = try await prepared()
        try running.tell("go")
        // The first is not counted: it comes while the bot still begins.
        _ = try await press(world.chats[0])
        let samples = try await withThrowingTaskGroup(of: Double.self) { group in
            let began = ContinuousClock.now
            for number in 0..<count {
                try await Task.sleep(until: began + .seconds(1) / rate * number)
                let chat = world.chats[number % world.chats.count]
                group.addTask { try await press(chat) }
            }
            var samples = Samples()
            for try await sample in group { samples.add(sample) }
            return samples
        }
        try await running.end()
        return samples
    }

    private func press(_ chat: BotWorld.Chat) async throws -> Double {
        let sandbox = world.sandbox
        let last = try await sandbox.lastMessage(of: chat.user, bot: world.bot.username)
        let began = ContinuousClock.now
        let connection = try sandbox.press(chat.press, from: chat.user)
        defer { close(connection) }
        let messages = try await sandbox.messages(of: chat.user, bot: world.bot.username, after: last)
        guard messages.last?.text?.contains("/sign-in/") == true else { throw Wrong("the bot said something else") }
        return (ContinuousClock.now - began) / .milliseconds(1)
    }

    private func prepared() async throws -> RunningProgram {
        let database = world.database
        let running = try bench.start(
            program,
            BotArguments(
                database: database.name,
                port: database.cluster.port,
                url: database.url(.platform),
                token: world.bot.token,
                telegram: world.sandbox.address,
                folder: bench.folder.path,
                publicURL: "http://127.0.0.1:8080"
            )
        )
        _ = try await running.next(BotAnswer.self)
        return running
    }

    private func sentCount() async throws -> Int {
        try await number("SELECT count(*) FROM platform.outbox WHERE state = 'sent'")
    }

    private func waitForSent(_ count: Int) async throws {
        let deadline = ContinuousClock.now + .seconds(120)
        while try await sentCount() < count {
            guard ContinuousClock.now < deadline else {
                throw Wrong("after two minutes \(try await sentCount()) of \(count)")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Every update handled once, with a link and a sent message each.
    private func checkRows(_ count: Int) async throws {
        let handled = try await number("SELECT count(*) FROM platform.inbox WHERE state = 'handled'")
        let links = try await number("SELECT count(*) FROM platform.sign_in_links")
        let all = try await number("SELECT count(*) FROM platform.outbox")
        try bench.check([handled, links, all] == [count, count, count], "\(handled), \(links), \(all) of \(count)")
    }

    private func number(_ sql: SQL) async throws -> Int {
        try await world.database.database.platform { tx in try await tx.query(sql).first?.decode(Int.self) ?? 0 }
    }
}

/// Many presses wait at once.
private func raiseOpenFiles() throws {
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    limit.rlim_cur = min(limit.rlim_max, 16_384)
    guard setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
        throw Wrong("more files cannot be opened: \(errno)")
    }
}
