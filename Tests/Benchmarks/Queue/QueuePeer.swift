import Database
import Foundation

/// A queue in Python, in a database of its own.
struct QueuePeer: Sendable {
    let made: BenchDatabase
    private let program: RunningProgram

    static func start(_ name: String, on bench: Bench) async throws -> QueuePeer {
        let made = try await bench.database("\(name)_\(UInt16.random(in: .min ... .max))")
        let program = try bench.start(.peer("\(name).py"), ["url": made.url(.owner)])
        return QueuePeer(made: made, program: program)
    }

    func end() async throws {
        try await program.end()
        made.database.close()
    }

    private struct Drain: Encodable {
        var `do`: String?
        let count: Int
        let batch: Int
        var writes: Bool?
    }

    private struct Drained: Decodable {
        let seconds: Double
        let done: Int
    }

    @discardableResult
    func jobsASecond(_ count: Int, batch: Int, writing: Bool = false, on bench: Bench) async throws -> Double {
        try await drain(Drain(do: "drain", count: count, batch: batch, writes: writing), on: bench)
    }

    func drain(_ count: Int, batch: Int, on bench: Bench) async throws -> Double {
        try await drain(Drain(count: count, batch: batch), on: bench)
    }

    private func drain(_ step: Drain, on bench: Bench) async throws -> Double {
        try program.tell(String(decoding: try JSONEncoder().encode(step), as: UTF8.self))
        let answer = try await program.next(Drained.self)
        try bench.check(answer.done == step.count, "the peer did \(answer.done) of \(step.count) jobs")
        return Double(answer.done) / answer.seconds
    }

    private struct Waits: Decodable {
        let waits: [Double]
    }

    func waits(_ step: String, _ values: [String: Any]) async throws -> [Double] {
        let line = try JSONSerialization.data(withJSONObject: values.merging(["do": step]) { $1 })
        try program.tell(String(decoding: line, as: UTF8.self))
        return try await program.next(Waits.self).waits
    }
}
