import Bot
import Database
import Foundation
import HTTP
import Jobs
import Kernel
import Speech
import Web

/// What `/health`, `/ready` and `/metrics` answer.
struct Health: Sendable {
    private let settings: Settings
    private let database: Database
    private let http: HTTPClient
    private let metrics: Metrics

    init(
        _ settings: Settings,
        database: Database,
        http: HTTPClient,
        jobs: JobRunner,
        retention: Retention,
        bot: BotRunner
    ) {
        self.settings = settings
        self.database = database
        self.http = http
        metrics = Metrics(settings: settings, database: database, jobs: jobs, retention: retention, bot: bot) {
            await Self.engines(settings, http)
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
    }

    /// Not ready without PostgreSQL; with an engine down it is degraded, since work waits for it.
    private func ready() async -> Probes.Answer {
        var readiness = Readiness()
        do {
            try await database.platform { try await $0.query("SELECT 1") }
            try await database.cell { try await $0.query("SELECT 1") }
        } catch {
            readiness.database = (error as? any Fault)?.description ?? "unreachable"
            readiness.status = "unavailable"
        }
        for (name, isUp) in await Self.engines(settings, http) {
            readiness.engines[name] = isUp.map { $0 ? "ok" : "down" } ?? "not set"
            if isUp == false && readiness.status == "ready" { readiness.status = "degraded" }
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

    /// Whether each engine answers, all asked at once; nil for one that is not set.
    private static func engines(_ settings: Settings, _ http: HTTPClient) async -> [(name: String, isUp: Bool?)] {
        let engines = [
            ("speech", settings.speech), ("embeddings", settings.embeddings), ("language", settings.language),
        ]
        return await withTaskGroup(of: (String, Bool?).self) { group in
            for (name, engine) in engines {
                group.addTask {
                    guard let engine else { return (name, nil) }
                    let probe = OpenAISpeechEngine(client: http, base: engine.url, key: engine.key, model: engine.model)
                    return (name, await probe.isReady())
                }
            }
            return await group.reduce(into: [(String, Bool?)]()) { $0.append($1) }.sorted { $0.0 < $1.0 }
                .map { (name: $0.0, isUp: $0.1) }
        }
    }
}
