import Database
import Foundation
import Kernel

extension Benchmark {
    static let path = Benchmark(
        name: "path",
        summary: "from a recording in the chat to the result message, with a double for the speech engine"
    ) { bench in
        let run = try await PathRun(bench)
        let free = try await run.oneByOne(count: bench.count(12, quick: 2), hasLimits: false)
        let limited = try await run.oneByOne(count: bench.count(6, quick: 1), hasLimits: true)
        let many = try await run.together(count: bench.count(60, quick: 4))
        try await run.end()
        bench.report.add("recording to result, ours", free.median(\.ours), .milliseconds, target: .atMost(150))
        bench.report.add("recording to result, ffmpeg and ffprobe", free.median(\.ffmpeg), .milliseconds)
        bench.report.add("recording to result, speech engine", free.median(\.engine), .milliseconds)
        bench.report.add(
            "recording to result, waiting for Telegram's rates",
            limited.median(\.ours) - free.median(\.ours),
            .milliseconds
        )
        bench.report.add("recordings of 44 s worked off", many.perSecond, .perSecond)
        bench.report.add("own CPU a recording", many.milliseconds, .milliseconds)
        bench.report.add("ffmpeg's CPU a recording", many.ffmpegMilliseconds, .milliseconds)
    }
}

/// A bot with all its jobs, a speech double, and people who send recordings.
private struct PathRun: Sendable {
    private let bench: Bench
    private let world: BotWorld
    private let sandbox: SandboxProcess
    private let recording: [UInt8]
    private let secretKey = Data(randomBytes(32)).base64EncodedString()
    private let next = Counter()

    /// Milliseconds.
    struct Times: Sendable {
        let ours: Double
        let ffmpeg: Double
        let engine: Double
    }

    struct Throughput: Sendable {
        let perSecond: Double
        let milliseconds: Double
        let ffmpegMilliseconds: Double
    }

    private actor Counter {
        private var value = 0

        func next() -> Int {
            value += 1
            return value
        }
    }

    init(_ bench: Bench) async throws {
        self.bench = bench
        sandbox = try await SandboxProcess(bench)
        world = try await BotWorld("path", chats: bench.count(40, quick: 4), sandbox: sandbox, bench)
        let file = BenchDatabase.root.appending(path: "Tests/Fixtures/calls/01-metal-order-good.wav")
        recording = Array(try Data(contentsOf: file))
    }

    func end() async throws {
        try await sandbox.stop()
        world.database.database.close()
    }

    /// Each recording alone, so that what is waited for can be told apart.
    func oneByOne(count: Int, hasLimits: Bool) async throws -> [Times] {
        try await running(engineMilliseconds: 50, hasLimits: hasLimits) { _ in
            // The first warms up.
            _ = try await send(to: world.chats[0])
            var all: [Times] = []
            for number in 1...count {
                let chat = world.chats[number % world.chats.count]
                let began = Date().timeIntervalSince1970
                _ = try await send(to: chat)
                let whole = began...Date().timeIntervalSince1970
                let ffmpeg = try IntervalLog.read(ffmpegLog)
                let engine = try IntervalLog.read(engineLog)
                let foreign = IntervalLog.covered(ffmpeg + engine, of: whole)
                all.append(
                    Times(
                        ours: (whole.upperBound - whole.lowerBound - foreign) * 1000,
                        ffmpeg: IntervalLog.covered(ffmpeg, of: whole) * 1000,
                        engine: IntervalLog.covered(engine, of: whole) * 1000
                    )
                )
            }
            return all
        }
    }

    /// All at once, with an engine that answers at once.
    func together(count: Int) async throws -> Throughput {
        try await running(engineMilliseconds: 0, hasLimits: false) { bot in
            let usage = try bot.usage.cpuSeconds
            let children = try Usage.cpuSecondsOfEndedChildren(of: bot.process)
            let done = try await resultCount()
            let seconds = try await seconds {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for number in 0..<count {
                        group.addTask { try await upload(to: world.chats[number % world.chats.count]) }
                    }
                    try await group.waitForAll()
                }
                let deadline = ContinuousClock.now + .seconds(300)
                while try await resultCount() < done + count {
                    guard ContinuousClock.now < deadline else { throw Wrong("\(try await resultCount()) results came") }
                    try await Task.sleep(for: .milliseconds(20))
                }
            }
            return Throughput(
                perSecond: Double(count) / seconds,
                milliseconds: (try bot.usage.cpuSeconds - usage) / Double(count) * 1000,
                ffmpegMilliseconds: (try Usage.cpuSecondsOfEndedChildren(of: bot.process) - children)
                    / Double(count) * 1000
            )
        }
    }

    private var ffmpegLog: String { bench.folder.appending(path: "ffmpeg.log").path }
    private var engineLog: String { bench.folder.appending(path: "engine.log").path }

    private func running<Value: Sendable>(
        engineMilliseconds: Int,
        hasLimits: Bool,
        _ body: (RunningProgram) async throws -> Value
    ) async throws -> Value {
        let engine = try bench.start(
            .role("speech"),
            SpeechArguments(log: engineLog, milliseconds: engineMilliseconds)
        )
        let database = world.database
        var arguments = BotArguments(
            database: database.name,
            port: database.cluster.port,
            url: database.url(.platform),
            token: world.bot.token,
            telegram: sandbox.address,
            folder: bench.folder.path,
            publicURL: "http://127.0.0.1:8080"
        )
        arguments.secretKey = secretKey
        arguments.speech = try await engine.next(SpeechAnswer.self).url
        arguments.hasLimits = hasLimits
        var program = Program.role("bot")
        program.environment["PATH"] = try timedPrograms() + ":/usr/bin:/bin"
        let bot = try bench.start(program, arguments)
        _ = try await bot.next(BotAnswer.self)
        try bot.tell("go")
        let value = try await body(bot)
        try await bot.end()
        try await engine.end()
        return value
    }

    /// ffmpeg and ffprobe that note when they began and ended.
    private func timedPrograms() throws -> String {
        let folder = bench.folder.appending(path: "timed")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for name in ["ffmpeg", "ffprobe"] {
            let script = """
                #!/bin/bash
                began=$EPOCHREALTIME
                /usr/bin/\(name) "$@"
                code=$?
                echo "$began $EPOCHREALTIME" >>'\(ffmpegLog)'
                exit $code

                """
            let file = folder.appending(path: name)
            try Data(script.utf8).write(to: file)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
        }
        return folder.path
    }

    /// Sends a recording that nobody has sent before.
    private func upload(to chat: BotWorld.Chat) async throws {
        var bytes = recording
        let number = await next.next()
        // Samples near the end: another file, as good to hear.
        for place in 0..<3 { bytes[bytes.count - 1_000 + 2 * place] = UInt8(truncatingIfNeeded: number >> (8 * place)) }
        _ = try await sandbox.sendFile(bytes, name: "Звонок \(number).wav", from: chat.user, to: world.bot.username)
    }

    /// Sends one and waits for the message with its score.
    private func send(to chat: BotWorld.Chat) async throws {
        var last = try await sandbox.lastMessage(of: chat.user, bot: world.bot.username)
        try await upload(to: chat)
        var said: [String] = []
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline {
            let messages = try await sandbox.messages(of: chat.user, bot: world.bot.username, after: last)
            if messages.contains(where: { $0.text?.contains("✅") == true && $0.text?.contains("0:43") == true }) {
                return
            }
            last = messages.map(\.message_id).max() ?? last
            said += messages.compactMap(\.text)
        }
        throw Wrong("no result came, but \(said)")
    }

    private func resultCount() async throws -> Int {
        try await world.database.database.cell { tx in
            try await tx.query("SELECT count(*) FROM cell.outbox WHERE rank = 1 AND state = 'sent'").first?
                .decode(Int.self) ?? 0
        }
    }
}
