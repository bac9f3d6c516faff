import Bot
import Database
import Foundation
import HTTP
import Jobs
import Kernel
import S3
import Speech
import Web

/// What `/health`, `/ready` and `/metrics` answer.
struct Health: Sendable {
    private let settings: Settings
    private let database: Database
    private let http: HTTPClient
    private let metrics: Metrics
    private let clock: WallClock

    init(
        _ settings: Settings,
        database: Database,
        http: HTTPClient,
        jobs: [JobRunner],
        retention: Retention,
        bot: BotRunner,
        clock: WallClock
    ) {
        self.settings = settings
        self.database = database
        self.http = http
        self.clock = clock
        metrics = Metrics(
            settings: settings,
            database: database,
            jobs: jobs,
            retention: retention,
            bot: bot,
            storage: settings.storage.map { StorageProbe(Bucket($0, http: http)) },
            clock: clock
        ) {
            await Self.engines(settings, http).map { ($0.name, $0.state.map { $0 == .ready }) }
        }
    }

    var probes: Probes {
        Probes(
            health: { Probes.Answer(text: "alive\n") },
            ready: { await ready() },
            metrics: {
                Probes.Answer(type: "text/plain; version=0.0.4; charset=utf-8", text: await metrics.page().text)
            }
        )
    }

    private struct Readiness: Encodable {
        var status = "ready"
        var database = "ok"
        var engines: [String: String] = [:]
        var disk = "ok"
        var clock = "ok"
        /// The cells beside the first.
        var cells: [String: String]?

        mutating func degrade() { if status == "ready" { status = "degraded" } }
    }

    /// Not ready without PostgreSQL; with an engine down or a full disk it is degraded, since work waits for that.
    private func ready() async -> Probes.Answer {
        var readiness = Readiness()
        async let engines = Self.engines(settings, http)
        for look in await CellLook.all(of: database, clock: clock) {
            if !look.isWell { readiness.degrade() }
            if let trouble = look.clock { readiness.clock = trouble }
            if look.number == database.number {
                readiness.database = look.state
                if !look.isUp { readiness.status = "unavailable" }
            } else {
                readiness.cells = (readiness.cells ?? [:]).merging(["\(look.number)": look.state]) { $1 }
            }
        }
        for (name, state) in await engines {
            readiness.engines[name] = state?.text ?? "not set"
            if let state, state != .ready { readiness.degrade() }
        }
        for (name, folder) in [("recordings", settings.recordings), ("temporary", settings.temporary)] {
            guard let space = DiskSpace(of: folder), space.isShort else { continue }
            readiness.disk = "\(name): \(space.free / 1_000_000) MB left"
            readiness.degrade()
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let isGood = readiness.status != "unavailable"
        do {
            let text = String(decoding: try encoder.encode(readiness), as: UTF8.self)
            return Probes.Answer(isGood: isGood, type: "application/json", text: text + "\n")
        } catch {
            return Probes.Answer(isGood: false, text: "unreadable\n")
        }
    }

    /// How each engine is, all asked at once; nil for one that is not set.
    private static func engines(_ settings: Settings, _ http: HTTPClient) async -> [(name: String, state: EngineState?)]
    {
        let engines = [
            ("speech", settings.speech), ("embeddings", settings.embeddings), ("language", settings.language),
        ]
        return await withTaskGroup(of: (String, EngineState?).self) { group in
            for (name, engine) in engines {
                group.addTask {
                    guard let engine else { return (name, nil) }
                    return (name, await EngineState(of: engine, http))
                }
            }
            return await group.reduce(into: [(String, EngineState?)]()) { $0.append($1) }.sorted { $0.0 < $1.0 }
                .map { (name: $0.0, state: $0.1) }
        }
    }
}

/// Whether an engine answers, and if not, why.
enum EngineState: Sendable, Equatable {
    case ready
    case down(because: String)

    init(of engine: EngineSettings, _ http: HTTPClient) async {
        let probe = OpenAISpeechEngine(client: http, base: engine.url, key: engine.key, model: engine.model)
        guard await !probe.isReady() else {
            self = .ready
            return
        }
        // What TLS and the network say is worth telling; an answer that is no success is a model that is not loaded.
        var request = HTTPRequest(.get, engine.url.appending(path: "models"))
        request.timeouts.total = .seconds(5)
        do {
            _ = try await http.send(request)
            self = .down(because: "it answers and is not ready, or refuses the key")
        } catch {
            self = .down(because: error.description)
        }
    }

    var text: String {
        switch self {
        case .ready: "ok"
        case .down(let reason): "down: \(reason)"
        }
    }
}

/// A fault as whoever runs the product reads it, with what to do about it.
func words(for error: any Error) -> String {
    guard let fault = error as? any Fault else { return "unreachable" }
    let advice = (fault as? DatabaseFault)?.advice
    return ([fault.description] + [advice].compactMap { $0 }).joined(separator: "; ")
}
