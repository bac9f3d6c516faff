import Foundation
import Support

/// The same people, faults and kills for a bot of aiogram with default polling, for orientation.
///
/// It has one process and no database, so that all of the kills that fall on servers hit it; it sends each text back.
struct Peer: Sendable {
    let sandbox: SandboxSide
    let plan: ChaosPlan
    let book: LogBook
    /// Of an environment with aiogram.
    let python: String
    let folder: URL

    static let bot = "aiogram_chaos_bot"

    struct Outcome: Sendable {
        var kills = 0
        var texts = 0
        /// Never answered.
        var lost = 0
        /// Answered more than once.
        var doubled = 0
    }

    func run(_ people: [Int64]) async throws -> Outcome {
        let spawner = Spawner()
        try await sandbox.clearFaults()
        try await book.read()
        let first = await book.calls.last?.number ?? 0
        let token = try await sandbox.issueBot(Self.bot)
        var outcome = Outcome()
        let (texts, kills, child) = try await withThrowingTaskGroup(of: [String].self) { group in
            group.addTask {
                try await book.run()
                return []
            }
            var child = try await start(spawner, token)
            group.addTask { try await write(people) }
            group.addTask {
                try await FaultMaker(sandbox: sandbox, seed: plan.seed).run()
                return []
            }
            var dice = Dice(seed: plan.seed &+ 5)
            var kills = 0
            for _ in plan.targets().filter({ $0 == .holder || $0 == .worker }) {
                try await Task.sleep(for: .seconds(Double.random(in: plan.pauseSeconds, using: &dice)))
                child.kill()
                _ = await child.waitForEnd()
                kills += 1
                try await Task.sleep(for: .seconds(Double.random(in: 0...1.5, using: &dice)))
                child = try await start(spawner, token)
            }
            group.cancelAll()
            return (try await group.reduce(into: []) { $0 += $1 }, kills, child)
        }
        try await rest()
        child.kill()
        _ = await child.waitForEnd()
        let answers = await book.calls.filter { $0.number > first && $0.isNewMessage }
        let counts = Dictionary(answers.map { ($0.text ?? "", 1) }, uniquingKeysWith: +)
        (outcome.kills, outcome.texts) = (kills, texts.count)
        outcome.lost = texts.count { counts[$0] == nil }
        outcome.doubled = texts.count { counts[$0, default: 0] > 1 }
        return outcome
    }

    /// Starts the bot; returns once it has called Telegram, so that each kill hits a bot at work.
    private func start(_ spawner: Spawner, _ token: String) async throws -> Child {
        let known = await book.calls.count { $0.method == "getme" }
        let child = try await spawner.start(
            [python, Fixtures.package.appending(path: "Tests/Clients/echo_bot.py").path],
            environment: ["SANDBOX": sandbox.address, "BOT_TOKEN": token, "PYTHONDONTWRITEBYTECODE": "1"],
            log: folder.appending(path: "log/aiogram.log")
        )
        for _ in 0..<300 where child.isRunning {
            if await book.calls.count(where: { $0.method == "getme" }) > known { return child }
            try await Task.sleep(for: .milliseconds(200))
        }
        throw ChaosFailure("the bot of aiogram does not start; see its log")
    }

    /// Texts that are all different, at the rate of the product's people, until cancelled.
    private func write(_ people: [Int64]) async throws -> [String] {
        var dice = Dice(seed: plan.seed &+ 6)
        var texts: [String] = []
        while !Task.isCancelled {
            let (text, person) = ("сообщение \(texts.count)", people.randomElement(using: &dice) ?? 0)
            _ = try await Task { try await sandbox.write(text, from: person, to: Self.bot) }.value
            texts.append(text)
            do { try await Task.sleep(for: .seconds(1 / plan.deedsPerSecond)) } catch { break }
        }
        return texts
    }

    /// Waits in peace until no answer has come for fifteen seconds, two minutes at most.
    private func rest() async throws {
        var (last, quiet) = (0, 0)
        for _ in 0..<120 where quiet < 15 {
            try await Task.sleep(for: .seconds(1))
            try await book.read()
            let count = await book.calls.count { $0.isNewMessage }
            quiet = count == last ? quiet + 1 : 0
            last = count
        }
    }
}
