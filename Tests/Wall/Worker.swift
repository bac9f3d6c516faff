import Database
import Kernel

/// One of many that ask at once; its choices follow from its seed.
struct Worker {
    private(set) var report = Wall.Report()
    private let database: Database
    private let tenants: [TenantID]
    private let leakEvery: Int?
    private var random: Generator
    private var steps = 0

    private struct ChangedMind: Error {}

    init(_ database: Database, _ tenants: [TenantID], _ leakEvery: Int?, _ seed: UInt64) {
        self.database = database
        self.tenants = tenants
        self.leakEvery = leakEvery
        random = Generator(state: seed)
    }

    mutating func run(statements: Int) async throws {
        while report.statements < statements {
            try Task.checkCancellation()
            steps += 1
            let tenant = tenants[Int.random(in: tenants.indices, using: &random)]
            var door = tenant
            if let leakEvery, steps.isMultiple(of: leakEvery) {
                door = tenants[Int.random(in: tenants.indices, using: &random)]
            }
            switch Int.random(in: 0..<21, using: &random) {
            case 0..<7: try await look(tenant, through: door)
            case 7..<15: try await write(tenant, through: door)
            case 15: try await writeAndThrow(door)
            case 16, 17: try await failInTheMiddle(tenant, through: door)
            case 18: try await tryAsCell()
            case 19: try await tryNeighbour(through: door)
            default: try await cancelInTheMiddle(door)
            }
            report.transactions += 1
        }
    }

    private static let all: SQL = """
        SELECT owner, current_user::text, current_setting('search_path') FROM wall_notes ORDER BY id DESC LIMIT 20
        """
    private static let some: SQL = "SELECT owner, 't_' || owner, text FROM wall_notes WHERE id <= 5"

    private mutating func look(_ tenant: TenantID, through door: TenantID) async throws {
        let count = Int.random(in: 1...6, using: &random)
        let answers = try await database.read(door) { tx in
            try await tx.query(together: (0..<count).map { $0.isMultiple(of: 2) ? Self.all : Self.some })
        }
        try check(answers, of: tenant, statements: count)
    }

    private mutating func write(_ tenant: TenantID, through door: TenantID) async throws {
        let mine = tenant.rawValue
        let (answers, later) = try await database.tenant(door) { tx in
            let answers = try await tx.query(together: [
                "INSERT INTO wall_notes (owner, text) VALUES (\(mine), 'more') RETURNING owner, current_user::text, text",
                Self.all,
                "UPDATE wall_notes SET text = 'changed' WHERE id = 3 RETURNING owner, current_user::text, text",
                Self.some,
            ])
            let later = try await tx.query(Self.all)
            tx.atClosing("SELECT 1 FROM cell.live WHERE current_user <> 'zvonar_cell'")
            return (answers, later)
        }
        report.committed[door, default: 0] += 1
        try check(answers + [later], of: tenant, statements: 6)
    }

    private mutating func writeAndThrow(_ door: TenantID) async throws {
        do {
            try await database.tenant(door) { tx in
                try await tx.execute("INSERT INTO wall_notes (owner, text) VALUES (0, 'never kept')")
                throw ChangedMind()
            }
        } catch is ChangedMind {
            report.statements += 1
        }
    }

    private mutating func failInTheMiddle(_ tenant: TenantID, through door: TenantID) async throws {
        do {
            try await database.tenant(door) { tx in
                _ = try await tx.query(together: [
                    "INSERT INTO wall_notes (owner, text) VALUES (0, 'never kept')", "SELECT 1 / 0", Self.all,
                ])
            }
            report.violations.append("a division by zero passed")
        } catch DatabaseFault.server {
            report.statements += 3
            report.refusals += 1
        }
        try await look(tenant, through: door)
    }

    /// The login itself, without a tenant: it is who it is, and finds nobody's table.
    private mutating func tryAsCell() async throws {
        let rows = try await database.cell {
            try await $0.query("SELECT current_user::text, current_setting('search_path')")
        }
        for row in rows {
            let (user, path) = try row.decode(String.self, String.self)
            if user != "zvonar_cell" || path != "ext" { report.violations.append("the cell was \(user) with \(path)") }
        }
        do {
            let found = try await database.readCell { try await $0.query(Self.all) }
            report.violations.append("the cell without a tenant read \(found.count) rows")
        } catch DatabaseFault.server {
            report.refusals += 1
        }
        report.statements += 2
    }

    /// A tenant names its neighbour's table, and is refused.
    private mutating func tryNeighbour(through door: TenantID) async throws {
        let neighbour = tenants[Int.random(in: tenants.indices, using: &random)]
        guard neighbour != door else { return }
        do {
            let found = try await database.read(door) {
                try await $0.query("SELECT owner, text FROM \(schemaOf: neighbour).wall_notes")
            }
            report.violations.append("tenant \(door) read \(found.count) rows of \(neighbour) by name")
        } catch DatabaseFault.server(let error) where error.sqlState == "42501" {
            report.refusals += 1
        }
        report.statements += 1
    }

    /// A cancelled transaction has done nothing, and who comes next on its connection meets nothing of it.
    private mutating func cancelInTheMiddle(_ door: TenantID) async throws {
        let database = database
        let isCancelled = await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                do {
                    try await database.tenant(door) { tx in
                        try await tx.execute("INSERT INTO wall_notes (owner, text) VALUES (0, 'never kept')")
                        withUnsafeCurrentTask { $0?.cancel() }
                        _ = try await tx.query(Self.all)
                    }
                    return false
                } catch {
                    return error is CancellationError
                }
            }
            return await group.next() ?? false
        }
        if isCancelled {
            report.cancellations += 1
        } else {
            report.violations.append("a cancelled transaction went on")
        }
        report.statements += 1
    }

    private mutating func check(_ answers: [[Row]], of tenant: TenantID, statements: Int) throws {
        report.statements += statements
        for row in answers.joined() {
            let (owner, user, _) = try row.decode(Int64.self, String.self, String.self)
            report.rows += 1
            guard owner != tenant.rawValue || user != tenant.schema else { continue }
            report.violations.append("tenant \(tenant) saw a row of \(owner) as \(user)")
        }
    }
}

/// The same numbers for the same seed: SplitMix64 (Steele, Lea, Flood 2014).
private struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
