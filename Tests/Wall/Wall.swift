public import Database
import Foundation
public import Kernel
import Synchronization

/// Many tenants' reads and writes mixed on few connections, every row looked at for its owner.
///
/// Transactions end in every way there is: committed, thrown away, failed in the middle, cancelled; in between the cell's
/// own rights try what only a tenant may.
public struct Wall: Sendable {
    /// A way to the server, such as our pool or PgBouncer.
    public struct Way: Sendable {
        public let name: String
        public let database: Database

        public init(_ name: String, _ database: Database) {
            self.name = name
            self.database = database
        }
    }

    /// What was seen.
    public struct Report: Sendable {
        public var statements = 0
        public var transactions = 0
        public var rows = 0
        /// Of statements that had to be refused.
        public var refusals = 0
        public var cancellations = 0
        public var committed: [TenantID: Int] = [:]
        /// What must never be, in words.
        public var violations: [String] = []
    }

    private let ways: [Way]
    private let tenants: [TenantID]
    private let workersPerWay: Int
    private let leakEvery: Int?

    /// With `leakEvery` a worker now and then goes through another's door, to show that this is seen.
    public init(_ ways: [Way], tenants: [TenantID], workersPerWay: Int, leakEvery: Int? = nil) {
        self.ways = ways
        self.tenants = tenants
        self.workersPerWay = workersPerWay
        self.leakEvery = leakEvery
    }

    /// Makes the table that the tenants write in, each with ten rows of its own.
    public static func prepare(_ tenants: [TenantID], in database: Database) async throws {
        for tenant in tenants {
            try await database.tenant(tenant) { tx in
                try await tx.execute(
                    """
                    CREATE TABLE wall_notes (
                        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, owner bigint NOT NULL, text text NOT NULL)
                    """
                )
                try await tx.execute(
                    "INSERT INTO wall_notes (owner, text) SELECT \(tenant.rawValue), 'first' FROM generate_series(1, 10)"
                )
            }
        }
    }

    /// Runs until so many statements were answered on each way; the same seed asks the same.
    public func run(statementsPerWay: Int, seed: UInt64) async throws -> [(way: String, report: Report)] {
        try await withThrowingTaskGroup(of: (Int, Report).self) { group in
            for (number, way) in ways.enumerated() {
                for worker in 0..<workersPerWay {
                    let seed = seed &+ UInt64(number * workersPerWay + worker) &* 7919
                    group.addTask {
                        let share = statementsPerWay / workersPerWay + 1
                        var worker = Worker(way.database, tenants, leakEvery, seed)
                        try await worker.run(statements: share)
                        return (number, worker.report)
                    }
                }
            }
            var reports = ways.map { (way: $0.name, report: Report()) }
            for try await (number, report) in group { reports[number].report.add(report) }
            return reports
        }
    }

    /// What is left in the end: every committed row with its owner, and none of anybody else.
    public func leftovers(_ reports: [Report]) async throws -> [String] {
        var wrong: [String] = []
        for tenant in tenants {
            let rows = try await ways[0].database.read(tenant) {
                try await $0.query(
                    "SELECT count(*), count(*) FILTER (WHERE owner <> \(tenant.rawValue)) FROM wall_notes"
                )
            }
            let (all, foreign) = try rows.first.map { try $0.decode(Int.self, Int.self) } ?? (0, 0)
            let expected = 10 + reports.map { $0.committed[tenant] ?? 0 }.reduce(0, +)
            if foreign > 0 { wrong.append("tenant \(tenant) keeps \(foreign) rows of others") }
            if all != expected { wrong.append("tenant \(tenant) keeps \(all) rows of \(expected)") }
        }
        return wrong
    }
}

extension Wall.Report {
    mutating func add(_ other: Wall.Report) {
        statements += other.statements
        transactions += other.transactions
        rows += other.rows
        refusals += other.refusals
        cancellations += other.cancellations
        committed.merge(other.committed, uniquingKeysWith: +)
        violations += other.violations
    }
}
