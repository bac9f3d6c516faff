import Foundation
import HTTP
import S3
import Support
import Testing

@testable import zvonar

struct MetricsTests {
    @Test func `the table of metrics says what there is, no more and no less`() throws {
        #expect(try table().map(\.name).sorted() == Metric.allCases.map(\.rawValue).sorted())
        for row in try table() {
            #expect(!row.unit.isEmpty && row.meaning.count > 7, "\(row.name)")
            let metric = try #require(Metric(rawValue: row.name))
            #expect(row.labels == metric.labels.map(Self.written).joined(separator: "; "), "\(row.name)")
        }
    }

    @Test func `alerts speak of metrics that there are`() throws {
        let known = Set(Metric.allCases.map(\.rawValue))
        for file in ["rules.yml", "rules.test.yml", "rules.days.test.yml"] {
            let text = try String(contentsOf: folder.appending(path: "prometheus/\(file)"), encoding: .utf8)
            let named = Set(text.matches(of: /\bzvonar_[a-z_]+/).map { String($0.0) })
            #expect(named.count > (file == "rules.days.test.yml" ? 1 : 10))
            #expect(named.subtracting(known).isEmpty)
        }
    }

    @Test func `a running server shows every metric, and no other`() async throws {
        // No engine takes the recording: a part of its work is done, and a part waits for as long as one looks.
        let nowhere = try #require(URL(string: "http://127.0.0.1:\(try City.freePort())/v1"))
        try await City.live(speech: nowhere) { city in
            let olga = try await city.sandbox.person("Ольга")
            try await olga.register("Домашний Мир")
            try await olga.send(Fixtures.recording("08-appliance-complaint-rude"), as: "audio")
            try Data("1700000000\n".utf8).write(to: city.folder.appending(path: "last-backup"))
            let client = try HTTPClient(reactor: TestDatabase.reactor)
            let address = try #require(URL(string: city.panel + "/metrics"))
            // The first answer may come before the bot has its lease and has asked for updates.
            var text = ""
            try await waitUntil("all is there", within: .seconds(60)) {
                text = String(decoding: try await client.send(HTTPRequest(.get, address)).body, as: UTF8.self)
                return text.contains("zvonar_lease_epoch{lease=\"bot:") && text.contains("zvonar_jobs{lane=\"heavy\",")
                    && text.contains("zvonar_job_attempts_total{type=\"recording.fetch\",ending=\"done\"} 1")
                    && !text.contains("zvonar_telegram_polls_total{ending=\"answered\"} 0")
            }
            let lines = text.split(separator: "\n")
            let samples = try lines.filter { !$0.hasPrefix("#") }.map { line in
                try #require(line.wholeMatch(of: /([a-z_]+)(\{[^}]*\})? (-?[0-9.e+]+)/), "\(line)")
            }
            let shown = Set(samples.map { String($0.1) })
            // Recordings lie in a folder.
            #expect(shown.union([Metric.storageUp.rawValue]) == Set(Metric.allCases.map(\.rawValue)))
            for sample in samples { try Self.expectKnown(String(sample.1), labels: sample.2.map(String.init) ?? "") }
            #expect(text.contains("zvonar_database_up 1\n"))
            #expect(text.contains("zvonar_engine_up{engine=\"speech\"} 0\n"))
            #expect(text.contains("zvonar_engine_up{engine=\"embeddings\"} 1\n"))
            #expect(text.contains("zvonar_bots{state=\"running\"} 1\n"))
            #expect(text.contains("zvonar_last_backup_timestamp_seconds 1700000000\n"))
            for metric in Metric.allCases where shown.contains(metric.rawValue) {
                #expect(lines.contains("# TYPE \(metric.rawValue) \(metric.isCounter ? "counter" : "gauge")"))
            }
        }
    }

    @Test func `a bucket that is there is up, and one that is missing, closed or out of reach is not`() async throws {
        let server = try StorageServer.shared()
        #expect(try await probe(server, bucket: server.bucket).isUp())
        #expect(try await !probe(server, bucket: "no-such-bucket").isUp())
        #expect(try await !probe(server, bucket: server.bucket, secretKey: "another").isUp())
        let nowhere = try #require(URL(string: "http://127.0.0.1:1"))
        #expect(try await !probe(server, bucket: server.bucket, endpoint: nowhere).isUp())
    }

    private func probe(
        _ server: StorageServer,
        bucket: String,
        secretKey: String? = nil,
        endpoint: URL? = nil
    ) throws -> StorageProbe {
        let configuration = S3Configuration(
            bucket: bucket,
            prefix: "probe",
            endpoint: endpoint ?? server.endpoint,
            region: "us-east-1",
            addressing: .path,
            accessKey: server.accessKey,
            secretKey: secretKey ?? server.secretKey
        )
        return StorageProbe(Bucket(configuration, http: try HTTPClient(reactor: TestDatabase.reactor)))
    }

    private var folder: URL { TestDatabase.root.appending(path: "deploy") }

    private func table() throws -> [(name: String, unit: String, labels: String, meaning: String)] {
        try String(contentsOf: folder.appending(path: "metrics.md"), encoding: .utf8)
            .matches(of: /(?m)^\| `([a-z_]+)` \| ([^|]+) \| ([^|]*) \| ([^|]+) \|$/)
            .map { (String($0.1), String($0.2), String($0.3), String($0.4)) }
    }

    /// A label as the table has it.
    private static func written(_ label: MetricLabel) -> String {
        let values = label.values.map { "`\($0)`" }.joined(separator: ", ")
        return "`\(label.name)`" + (values.isEmpty ? "" : ": \(values)")
    }

    /// A sample has the labels that the metric says, all of them, with values that it says.
    private static func expectKnown(_ name: String, labels: String) throws {
        let metric = try #require(Metric(rawValue: name))
        let pairs = labels.matches(of: /([a-z]+)="([^"]*)"/).map { (name: String($0.1), value: String($0.2)) }
        #expect(pairs.map(\.name).sorted() == metric.labels.map(\.name).sorted(), "\(name)\(labels)")
        for label in metric.labels where !label.values.isEmpty {
            let value = pairs.first { $0.name == label.name }?.value
            #expect(label.values.contains(value ?? ""), "\(name)\(labels)")
        }
    }
}
