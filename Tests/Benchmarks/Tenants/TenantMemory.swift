import Database
import Foundation
import HTTP
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
        let now = try backends(made, of: "zvonar_cell").map { try Usage.of($0).privateMegabytes }
        largest = max(largest, now.max() ?? 0)
        sum = max(sum, now.reduce(0, +))
    }
    bench.report.add("tenant: memory of all backends, \(tenants.count) served", sum, .megabytes, target: .atMost(1000))
    bench.report.add("tenant: memory of the largest backend", largest, .megabytes, target: .atMost(300))
    database.close()
    try await measureIdleServer(bench, made, tenants)
}

/// `zvonar serve` with all these companies and nothing to do, and what PostgreSQL holds for it.
private func measureIdleServer(_ bench: Bench, _ made: BenchDatabase, _ tenants: [TenantID]) async throws {
    let rows = tenants.map { "(\($0), 'Компания \($0)', 'Europe/Moscow', 'ru', 'ready')" }.joined(separator: ", ")
    try made.psql(
        "INSERT INTO platform.tenants (id, name, zone, language, state) OVERRIDING SYSTEM VALUE VALUES \(rows)"
    )
    // The pools that made and served them are closed or at rest, and are not the server's.
    let others = Set(try backends(made, of: nil))
    let server = try PanelServer.ours(made, bench)
    defer { server.child.signal(SIGKILL) }
    try await server.waitUntilReady(try HTTPClient(reactor: bench.reactor))
    // Its first sweep goes over all companies.
    try await waitForRest(server.child.process)
    bench.report.add(
        "tenant: the idle server with \(tenants.count) tenants",
        try Usage.of(server.child.process).privateMegabytes,
        .megabytes,
        target: .atMost(150)
    )
    let own = try backends(made, of: nil).filter { !others.contains($0) }
    bench.report.add(
        "tenant: memory of PostgreSQL's \(own.count) backends behind it",
        try own.map { try Usage.of($0).privateMegabytes }.reduce(0, +),
        .megabytes
    )
}

/// Waits until a process has done next to nothing for some seconds, for two minutes at most.
private func waitForRest(_ process: pid_t) async throws {
    let deadline = ContinuousClock.now + .seconds(120)
    var (used, calm) = (try Usage.cpuSeconds(of: process), 0)
    while calm < 5 {
        guard ContinuousClock.now < deadline else { throw Wrong("the idle server is not idle") }
        try await Task.sleep(for: .seconds(1))
        let now = try Usage.cpuSeconds(of: process)
        // Its polls, leases and looks for work take about a hundredth of a second in each.
        calm = now - used < 0.05 ? calm + 1 : 0
        used = now
    }
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

/// The processes of PostgreSQL that serve this database, for one login or for all.
private func backends(_ made: BenchDatabase, of login: String?) throws -> [pid_t] {
    let condition = login.map { " AND usename = '\($0)'" } ?? " AND usename LIKE 'zvonar%'"
    return try made.psql("SELECT pid FROM pg_stat_activity WHERE datname = '\(made.name)'" + condition)
        .split(separator: "\n").compactMap { pid_t($0) }
}
