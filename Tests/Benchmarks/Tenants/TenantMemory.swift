import Database
import Foundation
import Kernel

/// Every tenant served in turn by what its pages and calls ask, then what the server's processes hold by themselves.
func measureMemory(_ bench: Bench, _ made: BenchDatabase, _ tenants: [TenantID]) async throws {
    // A pool that has not served anybody yet.
    let database = Database(configuration: made.configuration, reactor: bench.reactor, logger: bench.logger)
    var largest = 0.0
    var sum = 0.0
    for round in 0..<bench.count(3, quick: 1) {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<8 {
                group.addTask {
                    for number in stride(from: worker, to: tenants.count, by: 8) {
                        try await serve(tenants[(number * 7 + round) % tenants.count], database)
                    }
                }
            }
            try await group.waitForAll()
        }
        let now = try backends(made).map { try Usage.of($0).privateMegabytes }
        largest = max(largest, now.max() ?? 0)
        sum = max(sum, now.reduce(0, +))
    }
    bench.report.add("tenant: memory of all backends, \(tenants.count) served", sum, .megabytes, target: .atMost(1000))
    bench.report.add("tenant: memory of the largest backend", largest, .megabytes, target: .atMost(300))
    bench.report.add(
        "tenant: this process with \(tenants.count) tenants served",
        try Usage.of(getpid()).privateMegabytes,
        .megabytes
    )
    database.close()
}

/// A call comes, the list and the call's page are looked at, something is asked.
private func serve(_ tenant: TenantID, _ database: Database) async throws {
    let hash = sha256(Array("recording of \(tenant)".utf8))
    try await database.tenant(tenant) { tx in
        try await tx.execute(
            """
            INSERT INTO recordings (sha256, source, container, codec, mime, sample_rate, channels, speaker_channels,
                                    duration_seconds, byte_count, received_at)
            VALUES (\(hash), 'upload', 'wav', 'pcm', 'audio/wav', 8000, 1, 1, 60, 1, now())
            ON CONFLICT DO NOTHING
            """
        )
        try await tx.execute(
            """
            INSERT INTO calls (recording_id, received_at, origin)
            SELECT id, now(), '{}' FROM recordings ON CONFLICT DO NOTHING
            """
        )
        try await tx.execute("UPDATE calls SET finished_seconds = finished_seconds + 1")
        tx.atClosing(
            """
            INSERT INTO cell.live (tenant_id, topic, number) VALUES (\(tenant), 'calls', 1)
            ON CONFLICT (tenant_id, topic) DO UPDATE SET number = live.number + 1
            """
        )
    }
    let answers = try await database.read(tenant) { tx in
        try await tx.query(together: [
            """
            SELECT calls.id, calls.state, recordings.file_name
            FROM calls JOIN recordings ON recordings.id = calls.recording_id
            ORDER BY calls.happened_at DESC, calls.id DESC LIMIT 50
            """,
            "SELECT count(*) FROM turns", "SELECT count(*) FROM passages", "SELECT count(*) FROM assessments",
            "SELECT count(*) FROM questions", "SELECT count(*) FROM digests", "SELECT count(*) FROM dialogues",
            "SELECT count(*) FROM tokens", "SELECT count(*) FROM scripts", "SELECT count(*) FROM transcript_windows",
        ])
    }
    guard answers.count == 10, answers[0].count == 1 else { throw Wrong("tenant \(tenant) has not its one call") }
}

/// The processes of the server that serve this database's cell.
private func backends(_ made: BenchDatabase) throws -> [pid_t] {
    try made.psql("SELECT pid FROM pg_stat_activity WHERE datname = '\(made.name)' AND usename = 'zvonar_cell'")
        .split(separator: "\n").compactMap { pid_t($0) }
}
