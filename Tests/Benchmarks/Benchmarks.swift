import ArgumentParser
import Foundation

/// Measures the product beside its peers in one run, and prints one table.
///
/// It fails when a result is wrong; a figure that is missed is only said, since a machine may be slow.
@main
struct Benchmarks: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Speed and cost of the product beside its peers. deploy/bench installs what it needs and runs it."
    )

    /// Everything that can be measured; a new one is a file and a line here.
    static let all: [Benchmark] = [
        .rows, .tenantTransactions, .tenants, .wall, .dispatch, .bot, .questions, .panel, .path,
        .queue, .queueSnapshot, .queueLatency, .queueFairness,
    ]

    /// Parts of the product that are measured in a process of their own.
    static let roles: [Role] = [
        .sandbox, .bot, .dispatch, .speech, .migrate,
    ]

    @Argument(help: "Which to run; all of them without a name.")
    var names: [String] = []

    @Flag(help: "Tiny counts: shows that everything runs and is right, not how fast it is.")
    var quick = false

    @Flag(help: "Names what can be run.")
    var list = false

    @Option(help: .hidden)
    var role: String?

    func run() async throws {
        if let role {
            try await play(role)
        } else if list {
            for benchmark in Self.all { say(padded(benchmark.name, to: 12) + benchmark.summary) }
        } else {
            try await measure(chosen())
        }
    }

    private func chosen() throws -> [Benchmark] {
        guard !names.isEmpty else { return Self.all }
        return try names.map { name in
            guard let benchmark = Self.all.first(where: { $0.name == name }) else {
                throw ValidationError("There is no benchmark \(name). --list names them.")
            }
            return benchmark
        }
    }

    private func play(_ name: String) async throws {
        guard let role = Self.roles.first(where: { $0.name == name }), let arguments = names.first else {
            throw ValidationError("There is no role \(name).")
        }
        try await role.run(Stage(arguments: arguments))
    }

    private func measure(_ benchmarks: [Benchmark]) async throws {
        let bench = try Bench(isQuick: quick)
        let before = Machine.load
        let failures: [String]
        do {
            failures = await runAll(benchmarks, on: bench)
        }
        await bench.close()
        say("")
        bench.report.table.forEach(say)
        say("")
        Machine.description(loadBefore: before).forEach(say)
        if quick { say("A quick run shows that all is right; its figures mean nothing.") }
        for failure in failures { say("FAILED  \(failure)") }
        if !failures.isEmpty { throw ExitCode.failure }
    }

    private func runAll(_ benchmarks: [Benchmark], on bench: Bench) async -> [String] {
        var failures: [String] = []
        for benchmark in benchmarks {
            say("\(benchmark.name): \(benchmark.summary)")
            let began = ContinuousClock.now
            do {
                try await benchmark.run(bench)
            } catch {
                failures.append("\(benchmark.name): \(error)")
                say("FAILED  \(error)")
            }
            say("  \(fixed((ContinuousClock.now - began) / .seconds(1), 1)) s")
        }
        return failures
    }
}
