import Database
import Kernel

extension Benchmark {
    /// What the wall costs: a statement with it, without it, and in the usual way of a Python server.
    static let tenantTransactions = Benchmark(
        name: "transactions",
        summary: "one statement as a tenant, beside the bare statement, BEGIN…COMMIT and asyncpg"
    ) { bench in
        let made = try await bench.database("transactions", poolSize: 8)
        let tenants = try await tenantsWithNotes(bench.count(200, quick: 8), in: made)
        for many in [false, true] {
            try await compare(many ? tenants : Array(tenants.prefix(1)), bench, made)
        }
        made.database.close()
    }
}

private struct TransactionArguments: Encodable {
    let url: String
    let tenants: [Int64]
    let connections: Int
    let count: Int
}

private struct TransactionAnswer: Decodable, Sendable {
    let seconds: Double
    let sum: Int64
}

/// Tenants with a table of ten rows each, which the cell's login may read in this database for once.
private func tenantsWithNotes(_ count: Int, in made: BenchDatabase) async throws -> [TenantID] {
    var tenants: [TenantID] = []
    for _ in 0..<count {
        let tenant = try await made.tenant()
        try await made.database.tenant(tenant) { tx in
            try await tx.execute("CREATE TABLE bench_notes (id bigint PRIMARY KEY, number bigint NOT NULL)")
            try await tx.execute(
                "INSERT INTO bench_notes SELECT n, \(tenant.rawValue) FROM generate_series(1, 10) AS n"
            )
        }
        tenants.append(tenant)
    }
    try made.psql(
        tenants.map {
            """
            GRANT USAGE ON SCHEMA \($0.schema) TO zvonar_cell;
            GRANT SELECT ON \($0.schema).bench_notes TO zvonar_cell;
            """
        }.joined(separator: "\n") + "\nVACUUM ANALYZE;"
    )
    return tenants
}

private func compare(_ tenants: [TenantID], _ bench: Bench, _ made: BenchDatabase) async throws {
    let database = made.database
    let count = bench.count(4000, quick: 80)
    let peer = try bench.start(
        .peer("transactions.py"),
        TransactionArguments(url: made.url(), tenants: tenants.map(\.rawValue), connections: 8, count: count)
    )
    let expected = (0..<count).map { tenants[$0 % tenants.count].rawValue }.reduce(0, +)
    func rate(_ body: @escaping @Sendable (TenantID, Int) async throws -> Int64) -> () async throws -> Double {
        {
            var sum: Int64 = 0
            let time = try await seconds { sum = try await spread(count, tenants, body) }
            try bench.check(sum == expected, "a wrong row was read")
            return Double(count) / time
        }
    }
    let rates = try await bench.byTurns(
        bench.count(7, quick: 1),
        [
            rate { tenant, id in
                try number(try await database.read(tenant) { try await $0.query(question(id)) })
            },
            rate { tenant, id in
                try number(try await database.tenant(tenant) { try await $0.query(question(id)) })
            },
            rate { tenant, id in
                try number(
                    try await database.bare([
                        "SELECT number FROM \(schemaOf: tenant).bench_notes WHERE id = \(id)"
                    ])[0]
                )
            },
            rate { tenant, id in
                try number(
                    try await database.bare([
                        "BEGIN", "SELECT number FROM \(schemaOf: tenant).bench_notes WHERE id = \(id)", "COMMIT",
                    ])[1]
                )
            },
            {
                try peer.tell("again")
                let answer = try await peer.next(TransactionAnswer.self)
                try bench.check(answer.sum == expected, "the peer read a wrong row")
                return Double(count) / answer.seconds
            },
        ]
    ).map { $0.median { $0 } }
    try await peer.end()
    let with = tenants.count == 1 ? "one tenant" : "\(tenants.count) tenants"
    let isOne = tenants.count == 1
    bench.report.add(
        "statement as \(with)",
        rates[0],
        .perSecond,
        peer: ("bare statement", rates[2]),
        target: .ratioAtLeast(isOne ? 0.7 : 0.55)
    )
    bench.report.add(
        "statement as \(with)",
        rates[0],
        .perSecond,
        peer: ("BEGIN…COMMIT", rates[3]),
        target: .ratioAtLeast(0.85)
    )
    bench.report.add(
        "statement as \(with)",
        rates[0],
        .perSecond,
        peer: ("asyncpg", rates[4]),
        target: .ratioAtLeast(2)
    )
    bench.report.add("transaction of two round trips, \(with)", rates[1], .perSecond, peer: ("asyncpg", rates[4]))
}

private func question(_ id: Int) -> SQL { "SELECT number FROM bench_notes WHERE id = \(id)" }

private func number(_ rows: [Row]) throws -> Int64 {
    guard let row = rows.first else { return 0 }
    return try row.decode(Int64.self)
}

/// Eight at once, the tenants in turn.
private func spread(
    _ count: Int,
    _ tenants: [TenantID],
    _ body: @escaping @Sendable (TenantID, Int) async throws -> Int64
) async throws -> Int64 {
    try await withThrowingTaskGroup(of: Int64.self) { group in
        for worker in 0..<8 {
            group.addTask {
                var sum: Int64 = 0
                for number in stride(from: worker, to: count, by: 8) {
                    sum += try await body(tenants[number % tenants.count], number % 10 + 1)
                }
                return sum
            }
        }
        return try await group.reduce(0, +)
    }
}
