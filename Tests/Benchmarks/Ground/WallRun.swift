import Database
import Foundation
import Kernel
import Wall

extension Benchmark {
    /// Two hundred tenants on few connections, by our pool and by PgBouncer at once; a row of a neighbour fails the run.
    static let wall = Benchmark(
        name: "wall",
        summary: "1,000,000 statements of 200 tenants through the pool and PgBouncer, every row looked at"
    ) { bench in
        let cluster = try Cluster.start(
            in: bench.folder.appending(path: "wall"),
            // Nothing of it is to survive, and the disk is not what is asked about.
            settings: ["fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"]
        )
        defer { cluster.stop() }
        let made = try await BenchDatabase.make(
            "wall",
            poolSize: 8,
            on: cluster,
            reactor: bench.reactor,
            logger: bench.logger
        )
        let (bouncer, pooled) = try startPgBouncer(bench, made)
        defer { bouncer.stop() }
        var tenants: [TenantID] = []
        for _ in 0..<bench.count(200, quick: 20) { tenants.append(try await made.tenant()) }
        try await Wall.prepare(tenants, in: made.database)
        let ways = [Wall.Way("the pool", made.database), Wall.Way("PgBouncer", pooled)]
        try await plantLeak(bench, ways, tenants)
        let wall = Wall(ways, tenants: tenants, workersPerWay: 16)
        var results: [(way: String, report: Wall.Report)] = []
        let time = try await seconds {
            results = try await wall.run(statementsPerWay: bench.count(500_000, quick: 10_000), seed: 1)
        }
        for (way, report) in results {
            say(
                """
                  \(way): \(report.statements) statements in \(report.transactions) transactions gave \(report.rows) \
                rows; \(report.refusals) refused, \(report.cancellations) cancelled; \
                rows of neighbours: \(report.violations.count)
                """
            )
            try bench.check(report.violations.isEmpty, report.violations.prefix(10).joined(separator: "; "))
        }
        let leftovers = try await wall.leftovers(results.map(\.report))
        try bench.check(leftovers.isEmpty, leftovers.prefix(10).joined(separator: "; "))
        let all = results.map(\.report.statements).reduce(0, +)
        bench.report.add("wall: statements without a neighbour's row", Double(all), .count)
        bench.report.add("wall: statements, both ways at once", Double(all) / time, .perSecond)
        made.database.close()
        pooled.close()
    }
}

/// A worker that goes through a wrong door must be noticed, or the run means nothing.
private func plantLeak(_ bench: Bench, _ ways: [Wall.Way], _ tenants: [TenantID]) async throws {
    let leaking = Wall(ways, tenants: Array(tenants.prefix(5)), workersPerWay: 1, leakEvery: 50)
    for (way, report) in try await leaking.run(statementsPerWay: 2000, seed: 2) {
        say("  a leak planted in \(way): \(report.violations.count) rows of neighbours seen")
        try bench.check(!report.violations.isEmpty, "a leak that was planted in \(way) was not seen")
    }
    // What went through wrong doors lies in wrong tenants now.
    for tenant in tenants.prefix(5) {
        try await ways[0].database.tenant(tenant) { tx in
            try await tx.execute("TRUNCATE wall_notes RESTART IDENTITY")
            try await tx.execute(
                "INSERT INTO wall_notes (owner, text) SELECT \(tenant.rawValue), 'first' FROM generate_series(1, 10)"
            )
        }
    }
}

private func startPgBouncer(_ bench: Bench, _ made: BenchDatabase) throws -> (Bouncer, Database) {
    let folder = bench.folder.appending(path: "bouncer")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let settings = try PgBouncer.writeSettings(
        in: folder,
        server: made.cluster.folder,
        port: made.cluster.port,
        connections: 8
    )
    let isRoot = getuid() == 0
    if isRoot { try Child.output("/bin/chown", ["-R", "postgres", folder.path]) }
    let child = try Child(
        PgBouncer.program,
        [settings.path],
        as: isRoot ? "postgres" : nil,
        errors: bench.folder.appending(path: "bouncer.log")
    )
    let socket = folder.appending(path: ".s.PGSQL.\(PgBouncer.port)").path
    let deadline = ContinuousClock.now + .seconds(30)
    while !FileManager.default.fileExists(atPath: socket) {
        guard ContinuousClock.now < deadline else { throw Wrong("PgBouncer does not start") }
        usleep(20_000)
    }
    var configuration = made.configuration
    configuration.direct = configuration.address
    configuration.host = folder.path
    configuration.port = PgBouncer.port
    configuration.isPooled = true
    configuration.poolSize = 16
    return (Bouncer(child: child), Database(configuration: configuration, reactor: bench.reactor, logger: bench.logger))
}

private struct Bouncer {
    let child: Child

    func stop() {
        child.signal(SIGTERM)
        child.waitForEnd()
    }
}
