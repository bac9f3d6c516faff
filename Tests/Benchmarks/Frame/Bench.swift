import Foundation
import Logging
import Reactor
import Synchronization

/// What a benchmark has at hand: a database server of the run, peers, the report.
final class Bench: Sendable {
    let isQuick: Bool
    let report: Report
    let reactor: Reactor
    /// A folder of the run, readable by everybody, gone after it.
    let folder: URL
    let logger: Logger
    private let cluster = Mutex<Cluster?>(nil)

    init(isQuick: Bool) throws {
        self.isQuick = isQuick
        report = Report(isJudged: !isQuick)
        reactor = try Reactor()
        logger = Self.quietLogger
        folder = try RunFolder.make()
    }

    static let quietLogger: Logger = {
        var logger = Logger(label: "benchmarks")
        logger.logLevel = .error
        return logger
    }()

    /// How many of something: many for a figure, few for a quick run.
    func count(_ full: Int, quick: Int) -> Int { isQuick ? quick : full }

    /// The PostgreSQL of this run, started when first asked for; durable, with the settings of `deploy/up`.
    func postgres() throws -> Cluster {
        try cluster.withLock { cluster in
            if let cluster { return cluster }
            let started = try Cluster.start(in: folder.appending(path: "postgres"))
            cluster = started
            return started
        }
    }

    /// A new database with platform and cell migrated; `name` in SQL's lower case.
    func database(_ name: String, poolSize: Int = 10) async throws -> BenchDatabase {
        try await BenchDatabase.make(name, poolSize: poolSize, on: try postgres(), reactor: reactor, logger: logger)
    }

    /// Starts a program of the run; its errors are kept for the message when it fails.
    func start(_ program: Program, _ arguments: some Encodable) throws -> RunningProgram {
        try RunningProgram(program, arguments, folder: folder)
    }

    /// Runs a program to its end and gives its only answer.
    func run<Answer: Decodable & Sendable>(
        _ program: Program,
        _ arguments: some Encodable,
        as type: Answer.Type = Answer.self
    ) async throws -> Answer {
        let running = try start(program, arguments)
        let answer = try await running.next(type)
        try await running.end()
        return answer
    }

    /// Runs each of several in turn, that many rounds; gives the results of each.
    ///
    /// What disturbs a machine for a while disturbs all of them alike.
    func byTurns<Value: Sendable>(
        _ rounds: Int,
        _ bodies: [() async throws -> Value]
    ) async throws -> [[Value]] {
        var results = bodies.map { _ in [Value]() }
        for _ in 0..<rounds {
            for (index, body) in bodies.enumerated() { results[index].append(try await body()) }
        }
        return results
    }

    /// Two by turns: ours and the peer's.
    func byTurns<Ours: Sendable, Peer: Sendable>(
        _ rounds: Int,
        ours: () async throws -> Ours,
        peer: () async throws -> Peer
    ) async throws -> (ours: [Ours], peer: [Peer]) {
        var results: (ours: [Ours], peer: [Peer]) = ([], [])
        for _ in 0..<rounds {
            results.ours.append(try await ours())
            results.peer.append(try await peer())
        }
        return results
    }

    /// Ends the benchmark when its result is wrong.
    func check(_ isRight: Bool, _ what: @autoclosure () -> String) throws {
        guard isRight else { throw Wrong(what()) }
    }

    /// Ends what the run has started and removes its folder.
    func close() async {
        cluster.withLock { cluster in
            cluster?.stop()
            cluster = nil
        }
        RunFolder.remove(folder)
    }
}
