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
    private let jobs: JobRunner
    private let bot: BotRunner
    private let startedAt = Date()

    init(_ settings: Settings, database: Database, http: HTTPClient, jobs: JobRunner, bot: BotRunner) {
        self.settings = settings
        self.database = database
        self.http = http
        self.jobs = jobs
        self.bot = bot
    }

    var probes: Probes {
        Probes(
            health: { Probes.Answer(text: "alive\n") },
            ready: { await ready() },
            metrics: { await metrics() }
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
        for (name, engine) in [
            ("speech", settings.speech), ("embeddings", settings.embeddings), ("language", settings.language),
        ] {
            guard let engine else {
                readiness.engines[name] = "not set"
                continue
            }
            let isReady = await OpenAISpeechEngine(client: http, base: engine.url, key: engine.key, model: engine.model)
                .isReady()
            readiness.engines[name] = isReady ? "ok" : "down"
            if !isReady && readiness.status == "ready" { readiness.status = "degraded" }
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

    private func metrics() async -> Probes.Answer {
        var page = MetricsPage()
        page.add("zvonar_uptime_seconds", .gauge, "Seconds since the start.", Date().timeIntervalSince(startedAt))
        for counts in database.connectionCounts {
            let labels = [("login", counts.login)]
            page.add("zvonar_database_connections_lent", .gauge, "Connections in use.", Double(counts.lent), labels)
            page.add("zvonar_database_connections_idle", .gauge, "Connections at rest.", Double(counts.idle), labels)
        }
        for count in jobs.counts {
            page.add(
                "zvonar_job_attempts_total",
                .counter,
                "Attempts at jobs since the start, by how they ended.",
                Double(count.count),
                [("type", count.type), ("ending", count.ending.rawValue)]
            )
        }
        let updates = bot.counters.counts
        for (ending, count) in [
            ("handled", updates.handled), ("ignored", updates.ignored), ("failed", updates.failed),
        ] {
            page.add(
                "zvonar_updates_total",
                .counter,
                "Updates of Telegram since the start, by how they ended.",
                Double(count),
                [("ending", ending)]
            )
        }
        do {
            for depth in try await JobList(database: database).depths() {
                page.add(
                    "zvonar_jobs",
                    .gauge,
                    "Jobs in the queue, over all processes.",
                    Double(depth.count),
                    [("lane", depth.lane), ("state", depth.state)]
                )
            }
            page.add("zvonar_database_up", .gauge, "1 when PostgreSQL answers.", 1)
        } catch {
            page.add("zvonar_database_up", .gauge, "1 when PostgreSQL answers.", 0)
        }
        return Probes.Answer(type: "text/plain; version=0.0.4; charset=utf-8", text: page.text)
    }
}
