import Database
import Foundation
import Jobs
import Kernel

struct BenchJob: Codable, Sendable {
    let number: Int
}

extension Benchmark {
    private static let tenantCount = 20

    /// Every job has a key and a tenant of twenty; leases, fences, retries and dead letters are always on.
    static let queue = Benchmark(
        name: "queue",
        summary: "jobs done in a second, at most 1, 10 and 50 claimed at once, beside pgqueuer and procrastinate"
    ) { bench in
        let ours = try await QueueBench.make("queue", tenants: tenantCount, on: bench)
        let peer = try await QueuePeer.start("queue_pgqueuer", on: bench)
        for batch in [1, 10, 50] {
            let count = bench.count(batch == 1 ? 400 : batch == 10 ? 4_000 : 20_000, quick: 100)
            let speeds = try await bench.byTurns(bench.count(3, quick: 1)) {
                try await ours.jobsASecond(count, batch: batch)
            } peer: {
                try await peer.jobsASecond(count, batch: batch, on: bench)
            }
            let what = "queue: jobs without effects, batch \(batch)"
            let (mine, theirs) = (speeds.ours.median { $0 }, ("pgqueuer", speeds.peer.median { $0 }))
            guard batch == 50 else {
                bench.report.add(what, mine, .perSecond, peer: theirs)
                continue
            }
            bench.report.add(what, mine, .perSecond, peer: theirs, target: .ratioAtLeast(2), .atLeast(10_000))
        }
        let count = bench.count(8_000, quick: 100)
        let writing = try await bench.byTurns(bench.count(3, quick: 1)) {
            try await ours.jobsASecond(count, batch: 50, writing: true)
        } peer: {
            try await peer.jobsASecond(count, batch: 50, writing: true, on: bench)
        }
        bench.report.add(
            "queue: jobs that write a row of their tenant, batch 50",
            writing.ours.median { $0 },
            .perSecond,
            peer: ("pgqueuer", writing.peer.median { $0 })
        )
        try await peer.end()
        try await compareWithProcrastinate(ours, on: bench)
        ours.close()
    }

    private static func compareWithProcrastinate(_ ours: QueueBench, on bench: Bench) async throws {
        let peer = try await QueuePeer.start("queue_procrastinate", on: bench)
        let speeds = try await bench.byTurns(bench.count(3, quick: 1)) {
            try await ours.jobsASecond(bench.count(8_000, quick: 100), batch: 10)
        } peer: {
            try await peer.drain(bench.count(600, quick: 20), batch: 10, on: bench)
        }
        bench.report.add(
            "queue: jobs without effects, 10 at once",
            speeds.ours.median { $0 },
            .perSecond,
            peer: ("procrastinate", speeds.peer.median { $0 })
        )
        try await peer.end()
    }

    /// A snapshot that is held, as by a backup, keeps every row that was done since from being removed.
    static let queueSnapshot = Benchmark(
        name: "snapshot",
        summary: "jobs done in a second while a snapshot is held, with up to 100,000 dead rows, beside pgqueuer"
    ) { bench in
        let ours = try await QueueBench.make("snapshot", tenants: tenantCount, on: bench)
        let peer = try await QueuePeer.start("queue_pgqueuer", on: bench)
        let steps = bench.isQuick ? [0, 200, 400] : [0, 10_000, 100_000]
        let count = bench.count(5_000, quick: 100)
        try await ours.jobsASecond(count, batch: 50)
        try await peer.jobsASecond(count, batch: 50, on: bench)
        let mine = try await ours.curve(steps, count) { try await ours.jobsASecond($0, batch: 50) }
        let theirs = try await peer.made.curve(steps, count) {
            try await peer.jobsASecond($0, batch: 50, on: bench)
        }
        for (step, speed) in zip(steps, zip(mine, theirs)) {
            bench.report.add(
                "queue: jobs with \(step) dead rows under a held snapshot",
                speed.0,
                .perSecond,
                peer: ("pgqueuer", speed.1)
            )
        }
        bench.report.add(
            "queue: left of the speed with \(steps[2]) dead rows",
            100 * mine[2] / mine[0],
            .percent,
            peer: ("pgqueuer", 100 * theirs[2] / theirs[0]),
            target: .atLeast(60)
        )
        try await peer.end()
        ours.close()
    }

    static let queueLatency = Benchmark(
        name: "latency",
        summary: "from adding a job to its start, beside pgqueuer"
    ) { bench in
        let ours = try await QueueBench.make("latency", tenants: 1, on: bench)
        let peer = try await QueuePeer.start("queue_pgqueuer", on: bench)
        let count = bench.count(200, quick: 5)
        let waits = try await bench.byTurns(bench.count(3, quick: 1)) {
            try await ours.waits(count, pause: .milliseconds(20))
        } peer: {
            try await peer.waits("latency", ["count": count, "pause": 0.02])
        }
        let (mine, theirs) = (Samples(waits.ours.flatMap { $0 }), Samples(waits.peer.flatMap { $0 }))
        bench.report.add(
            "queue: add to start, p50",
            mine.p50 * 1000,
            .milliseconds,
            peer: ("pgqueuer", theirs.p50 * 1000)
        )
        bench.report.add(
            "queue: add to start, p99",
            mine.p99 * 1000,
            .milliseconds,
            peer: ("pgqueuer", theirs.p99 * 1000),
            target: .atMost(50)
        )
        try await peer.end()
        ours.close()
    }

    static let queueFairness = Benchmark(
        name: "fairness",
        summary: "how long the one job of a tenant waits behind 50,000 of another, beside pgqueuer"
    ) { bench in
        let ours = try await QueueBench.make("fairness", tenants: 2, on: bench)
        let peer = try await QueuePeer.start("queue_pgqueuer", on: bench)
        let count = bench.count(50_000, quick: 500)
        let waits = try await bench.byTurns(bench.count(3, quick: 1)) {
            try await ours.waitBehind(count)
        } peer: {
            try await peer.waits("wait_behind", ["count": count])[0]
        }
        bench.report.add(
            "queue: one job behind \(count), the worst of \(waits.ours.count)",
            (waits.ours.max() ?? 0) * 1000,
            .milliseconds,
            peer: ("pgqueuer", (waits.peer.max() ?? 0) * 1000),
            target: .atMost(2_000)
        )
        try await peer.end()
        ours.close()
    }
}
