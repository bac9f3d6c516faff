import Database

extension Benchmark {
    /// The smallest of them, and an example of how one is written.
    static let rows = Benchmark(
        name: "rows",
        summary: "10,000 rows read and decoded, beside asyncpg"
    ) { bench in
        let made = try await bench.database("rows")
        let count = bench.count(50, quick: 3)
        let peer = try bench.start(
            .peer("rows.py"),
            RowsArguments(url: made.url(), rows: 10_000, count: count)
        )
        let (ours, theirs) = try await bench.byTurns(bench.count(5, quick: 1)) {
            let sum = try await sumOfRows(made.database)
            try bench.check(sum == 50_005_000, "ours read \(sum)")
            return try await seconds { for _ in 0..<count { _ = try await sumOfRows(made.database) } }
        } peer: {
            try peer.tell("again")
            let answer = try await peer.next(RowsAnswer.self)
            try bench.check(answer.sum == 50_005_000, "the peer read \(answer.sum)")
            return answer.seconds
        }
        try await peer.end()
        bench.report.add(
            "10,000 rows of three columns",
            ours.median { $0 } / Double(count) * 1000,
            .milliseconds,
            peer: ("asyncpg", theirs.median { $0 } / Double(count) * 1000)
        )
        made.database.close()
    }
}

private struct RowsArguments: Encodable {
    let url: String
    let rows: Int
    let count: Int
}

private struct RowsAnswer: Decodable, Sendable {
    let seconds: Double
    let sum: Int64
}

private func sumOfRows(_ database: Database) async throws -> Int64 {
    try await database.cell { tx in
        let rows = try await tx.query(
            """
            SELECT number::bigint, 'row ' || number, now()::text FROM generate_series(1, \(10_000)) AS number
            """
        )
        var sum: Int64 = 0
        for row in rows { sum += try row.decode(Int64.self, String.self, String.self).0 }
        return sum
    }
}
