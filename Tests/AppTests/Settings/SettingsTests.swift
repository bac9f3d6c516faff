import Foundation
import Kernel
import Logging
import Testing

@testable import zvonar

struct SettingsTests {
    private static let enough = [
        "ZVONAR_SECRET_KEY": Data(repeating: 7, count: 32).base64EncodedString(),
        "ZVONAR_DATABASE_URL": "postgresql://127.0.0.1:55432/zvonar",
        "ZVONAR_DATABASE_OWNER_PASSWORD": "hidden-owner",
        "ZVONAR_DATABASE_PLATFORM_PASSWORD": "hidden-platform",
        "ZVONAR_DATABASE_CELL_PASSWORD": "hidden-cell",
    ]

    @Test func `secrets are enough, everything else has a default`() throws {
        let settings = try Settings(arguments: [], environment: Self.enough, file: nil)
        #expect(settings.port == 8080)
        #expect(settings.publicURL.absoluteString == "http://127.0.0.1:8080")
        #expect(settings.telegramToken == nil)
        #expect(settings.speech == nil)
        #expect(settings.recordingMinutes == 120)
    }

    @Test func `the example names every setting that there is, and no other`() throws {
        // What a cell has is named by its number.
        let cell = ["ZVONAR_CELLS": "2", "ZVONAR_CELL_2_URL": "postgresql://localhost/second"]
        let settings = try Settings(arguments: [], environment: Self.enough.merging(cell) { $1 }, file: nil)
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../../../deploy/settings.example"
        )
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        let named = lines.compactMap { $0.wholeMatch(of: /#(ZVONAR_[A-Z0-9_]+)=.*/).map { String($0.1) } }
        #expect(named.count == Set(named).count)
        #expect(Set(named) == Set(settings.reports.map(\.name)).union(SettingsSource.otherSettings))
    }

    @Test func `all mistakes are told together, and no secret with them`() throws {
        let wrong = [
            "ZVONAR_SECRET_KEY": "short-secret", "ZVONAR_HTTP_PORT": "eighty", "ZVONAR_PUBLIC_URL": "calls",
            "ZVONAR_DATABASE_CELL_PASSWORD": "hidden-cell", "ZVONAR_LANGUAGE_URL": "http://127.0.0.1:1/v1",
        ]
        let error = try #require(throws: SettingsMistakes.self) {
            try Settings(arguments: ["oops"], environment: wrong, file: nil)
        }
        for part in [
            "ZVONAR_SECRET_KEY", "ZVONAR_HTTP_PORT", "ZVONAR_PUBLIC_URL", "ZVONAR_DATABASE_URL",
            "ZVONAR_DATABASE_OWNER_PASSWORD", "ZVONAR_DATABASE_PLATFORM_PASSWORD", "ZVONAR_LANGUAGE_MODEL", "oops",
        ] {
            #expect(error.description.contains(part), "\(part)")
        }
        #expect(!error.description.contains("short-secret"))
        #expect(!error.description.contains("ZVONAR_DATABASE_CELL_PASSWORD"))
    }

    @Test func `a mistyped argument was shown with its secret`() throws {
        let error = try #require(throws: SettingsMistakes.self) {
            try Settings(arguments: ["ZVONR_SECRET_KEY=hidden-key"], environment: Self.enough, file: nil)
        }
        #expect(error.description.contains("ZVONR_SECRET_KEY"))
        #expect(!error.description.contains("hidden-key"))
    }

    @Test func `arguments win over the environment, the environment over the file`() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "settings-\(UUID())")
        defer { do { try FileManager.default.removeItem(at: file) } catch { Issue.record(error) } }
        let lines = [
            "# a comment", "export ZVONAR_HTTP_PORT=1", "ZVONAR_RECORDING_MAX_MINUTES='5'",
            "ZVONAR_HEAVY_WORKERS=\"3\"",
        ]
        try Data(lines.joined(separator: "\n").utf8).write(to: file)
        let settings = try Settings(
            arguments: ["ZVONAR_HTTP_PORT=3"],
            environment: Self.enough.merging(["ZVONAR_HTTP_PORT": "2", "ZVONAR_RECORDING_MAX_MINUTES": "6"]) { $1 },
            file: file
        )
        #expect(settings.port == 3)
        #expect(settings.recordingMinutes == 6)
        #expect(settings.heavyWorkers == 3)
        let origins = Dictionary(settings.reports.map { ($0.name, $0.origin) }, uniquingKeysWith: { first, _ in first })
        #expect(origins["ZVONAR_HTTP_PORT"] == .argument)
        #expect(origins["ZVONAR_RECORDING_MAX_MINUTES"] == .environment)
        #expect(origins["ZVONAR_HEAVY_WORKERS"] == .file(file.path))
        #expect(origins["ZVONAR_LOG_LEVEL"] == .standard)
    }

    @Test func `reports show no secret`() throws {
        let settings = try Settings(
            arguments: ["ZVONAR_TELEGRAM_TOKEN=123456:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"],
            environment: Self.enough,
            file: nil
        )
        let shown = settings.reports.map { "\($0.value ?? "")" }.joined(separator: " ")
        for secret in ["hidden", "AAAAA", Data(repeating: 7, count: 32).base64EncodedString()] {
            #expect(!shown.contains(secret))
        }
    }

    @Test func `a misspelt name is noticed`() throws {
        let settings = try Settings(
            arguments: [],
            environment: Self.enough.merging(["ZVONAR_HTPP_PORT": "1", "ZVONAR_SPEECH_PORT": "8082"]) { $1 },
            file: nil
        )
        #expect(settings.unknown == ["ZVONAR_HTPP_PORT"])
    }
}

struct LogLineTests {
    @Test func `a line is one line, with its values`() {
        let line = LineLogHandler.line(
            time: Date(timeIntervalSince1970: 0),
            level: .error,
            label: "zvonar",
            message: "a job failed",
            values: [("error", "two\nlines"), ("tenant", "5")]
        )
        #expect(line == "1970-01-01T00:00:00.000Z ERROR zvonar: a job failed error=two\\nlines tenant=5")
    }

    @Test(arguments: [
        "token 123456789:AAH-abcdefghijklmnopqrstuvwxyz_12345",
        "https://api.telegram.org/bot123456789:AAH-abcdefghijklmnopqrstuvwxyz_12345/getMe",
        "Authorization: Bearer sk-very-secret-1234", "call +77012345678 back",
    ])
    func `tokens, keys and phones are masked`(text: String) {
        let masked = LineLogHandler.masked(text)
        for secret in ["AAH-abc", "sk-very", "7701234"] { #expect(!masked.contains(secret), "\(masked)") }
    }
}

struct MetricsPageTests {
    @Test func `a name is explained once, labels are escaped`() {
        var page = MetricsPage()
        page.add(.jobAttempts, 1, [("type", "x\"y\\z")])
        page.add(.uptime, 0.5)
        page.add(.jobAttempts, 2, [("type", "q")])
        #expect(
            page.text == """
                # HELP zvonar_job_attempts_total \(Metric.jobAttempts.help)
                # TYPE zvonar_job_attempts_total counter
                zvonar_job_attempts_total{type="x\\"y\\\\z"} 1
                zvonar_job_attempts_total{type="q"} 2
                # HELP zvonar_uptime_seconds \(Metric.uptime.help)
                # TYPE zvonar_uptime_seconds gauge
                zvonar_uptime_seconds 0.5

                """
        )
    }
}
