import Database
import Foundation
import Kernel
import Reactor

extension Benchmark {
    /// What a company costs: its schema, its migrations, its share of memory.
    static let tenants = Benchmark(
        name: "tenants",
        summary: "making, migrating and serving 1,000 tenants, beside django-tenants with the same tables"
    ) { bench in
        let made = try await bench.database("tenants", poolSize: 10)
        let count = bench.count(1000, quick: 12)
        var durations = Samples()
        var tenants: [TenantID] = []
        for _ in 0..<count {
            durations.add(try await seconds { tenants.append(try await made.tenant()) } * 1000)
        }
        let peer = try await measurePeer(bench, made)
        bench.report.add(
            "tenant: create, p50",
            durations.p50,
            .milliseconds,
            peer: ("django-tenants", peer.create),
            target: .atMost(250)
        )
        bench.report.add("tenant: create, p99", durations.p99, .milliseconds)
        try await measureNothingToDo(bench, made, count, peer)
        try await measureColumn(bench, made, count, peer)
        try await measureMemory(bench, made, tenants)
        made.database.close()
    }
}

private struct DjangoArguments: Encodable {
    let url: String
    let migrations: String
    let extra: String
    let tenants: Int
}

/// Milliseconds a tenant.
private struct DjangoAnswer: Decodable, Sendable {
    let create: Double
    let noop: Double
    let column: Double
    let tables: Int
}

private let extraColumn = "ALTER TABLE calls ADD COLUMN bench_note text;"

/// django-tenants in a database of its own, with our files as its migrations, fewer tenants since it is slow.
private func measurePeer(_ bench: Bench, _ made: BenchDatabase) async throws -> DjangoAnswer {
    try made.cluster.psql("CREATE DATABASE django")
    let answer = try await bench.run(
        .peer("tenants.py"),
        DjangoArguments(
            url: made.cluster.url("django", user: "postgres"),
            migrations: BenchDatabase.root.appending(path: "Migrations/tenant").path,
            extra: extraColumn,
            tenants: bench.count(40, quick: 2)
        ),
        as: DjangoAnswer.self
    )
    try bench.check(answer.tables >= 14, "django-tenants made \(answer.tables) tables")
    return answer
}

private func measureNothingToDo(
    _ bench: Bench,
    _ made: BenchDatabase,
    _ count: Int,
    _ peer: DjangoAnswer
) async throws {
    var times: [Double] = []
    for _ in 0..<5 {
        times.append(
            try await seconds {
                let applied = try await made.migrator.migrate()
                try bench.check(applied == 0, "a migration with nothing to do applied \(applied) files")
            }
        )
    }
    bench.report.add(
        "tenant: migration with nothing to do",
        times.median { $0 } * 1000 / Double(count),
        .milliseconds,
        peer: ("django-tenants", peer.noop),
        target: .atMost(5)
    )
}

/// A column for every tenant, by a process that is killed on the way and one that goes on.
private func measureColumn(
    _ bench: Bench,
    _ made: BenchDatabase,
    _ count: Int,
    _ peer: DjangoAnswer
) async throws {
    let folder = bench.folder.appending(path: "migrations")
    try FileManager.default.copyItem(at: BenchDatabase.root.appending(path: "Migrations"), to: folder)
    try Data(extraColumn.utf8).write(to: folder.appending(path: "tenant/9001_add_bench_note.sql"))
    let migrator = Migrator(database: made.database, folder: try MigrationFolder(folder))
    let time = try await seconds {
        let applied = try await migrator.migrate()
        try bench.check(applied == count, "\(applied) of \(count) tenants got the column")
    }
    bench.report.add(
        "tenant: a column added to \(count)",
        time * 1000,
        .milliseconds,
        peer: ("django-tenants", peer.column * Double(count)),
        target: .atMost(10_000)
    )
    // Few tenants are done before a kill arrives, unless each takes its time.
    let pause = bench.isQuick ? "SELECT pg_sleep(0.1);" : ""
    try Data("\(pause) ALTER TABLE calls ADD COLUMN bench_second text;".utf8).write(
        to: folder.appending(path: "tenant/9002_add_bench_second.sql")
    )
    let arguments = MigrateArguments(database: made.name, port: made.cluster.port, folder: folder.path)
    let killed = try bench.start(.role("migrate"), arguments)
    while try applied(made, "9002_add_bench_second") < 1 { try await Task.sleep(for: .milliseconds(5)) }
    kill(killed.process, SIGKILL)
    await killed.stop()
    let before = try applied(made, "9002_add_bench_second")
    try bench.check(before < Int64(count), "the migration was over before it was killed")
    let rest = try await Migrator(database: made.database, folder: try MigrationFolder(folder)).migrate()
    let columns = try made.psql("SELECT count(*) FROM pg_attribute WHERE attname = 'bench_second'")
    try bench.check(columns == String(count), "\(columns) of \(count) tenants have the column after a kill")
    bench.report.add("tenant: killed after \(before) of \(count), the rest done by the next run", Double(rest), .count)
}

private func applied(_ made: BenchDatabase, _ name: String) throws -> Int64 {
    Int64(try made.psql("SELECT count(*) FROM cell.tenant_migrations WHERE name = '\(name)'")) ?? 0
}

struct MigrateArguments: Codable {
    let database: String
    let port: Int
    let folder: String
}

extension Role {
    /// A migration in a process of its own, to be killed.
    static let migrate = Role(name: "migrate") { stage in
        let arguments = try stage.decode(MigrateArguments.self)
        let database = Database(
            configuration: BenchDatabase.configuration(arguments.database, port: arguments.port, poolSize: 2),
            reactor: try Reactor(),
            logger: Bench.quietLogger
        )
        try await Migrator(database: database, folder: try MigrationFolder(URL(filePath: arguments.folder))).migrate()
    }
}
