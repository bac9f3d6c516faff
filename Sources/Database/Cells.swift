public import Kernel
public import Logging
public import Reactor
import Synchronization

/// The databases beside the first in which tenants live, each a cell; none in most installations.
///
/// The first database is cell 1 and holds the platform, which knows every tenant's cell. A tenant never moves by itself, so
/// what was read once is believed.
final class Cells: Sendable {
    let others: [Int: Database]
    /// Where new tenants are made.
    let open: [Int]
    private let known = Mutex<[TenantID: Int]>([:])

    init(_ others: [Int: Database], open: [Int]) {
        self.others = others
        self.open = open
    }

    func number(of tenant: TenantID) -> Int? { known.withLock { $0[tenant] } }

    func note(_ number: Int, of tenant: TenantID) { known.withLock { $0[tenant] = number } }
}

extension Database {
    /// The first database of an installation, with the other cells.
    ///
    /// `open` are the cells in which new tenants are made, all of them when it is empty.
    public convenience init(
        configuration: DatabaseConfiguration,
        cells: [Int: DatabaseConfiguration],
        open: [Int] = [],
        number: Int = 1,
        reactor: Reactor,
        logger: Logger
    ) {
        var others: [Int: Database] = [:]
        for (number, configuration) in cells {
            var logger = logger
            logger[metadataKey: "cell"] = "\(number)"
            others[number] = Database(configuration: configuration, number: number, reactor: reactor, logger: logger)
        }
        let all = [1] + cells.keys.sorted()
        self.init(
            configuration: configuration,
            number: number,
            beside: Cells(others, open: open.isEmpty ? all : open),
            reactor: reactor,
            logger: logger
        )
    }

    /// Every cell, this one first; what is done for each is done apart, since one may be down.
    public var allCells: [Database] {
        [self] + cells.others.sorted { $0.key < $1.key }.map(\.value)
    }

    /// Asks every cell the same, side by side and each for `limit` at most; the answers are in the order of the cells.
    ///
    /// A cell that hangs costs the others nothing: its answer is `DatabaseFault.timedOut`, and it is not waited for.
    public func askCells<Value: Sendable>(
        within limit: Duration = .seconds(2),
        _ ask: @escaping @Sendable (Database) async throws -> Value
    ) async -> [(cell: Database, answer: Result<Value, any Error>)] {
        let cells = allCells
        let answers = await withTaskGroup(of: (Int, Result<Value, any Error>).self) { group in
            for (index, cell) in cells.enumerated() {
                group.addTask {
                    do {
                        return (index, .success(try await withDeadline(limit) { try await ask(cell) }))
                    } catch is DeadlinePassed {
                        return (index, .failure(DatabaseFault.timedOut))
                    } catch {
                        return (index, .failure(error))
                    }
                }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        return cells.enumerated().map { ($1, answers[$0] ?? .failure(DatabaseFault.timedOut)) }
    }

    /// Refuses when a database is another cell than the settings say; one that does not answer is not judged.
    public func checkNumbers() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for cell in allCells {
                group.addTask {
                    do {
                        try await cell.checkNumber()
                    } catch let fault as DatabaseFault {
                        cell.logger.warning("cannot ask which cell it is", metadata: ["error": "\(fault)"])
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    /// Refuses when this database is another cell.
    public func checkNumber() async throws {
        let rows = try await readCell { try await $0.query("SELECT number::bigint FROM cell.place") }
        guard let row = rows.first else { throw DatabaseFault.unreadable("the number of a cell") }
        try CellNumberFault.check(try row.decode(Int.self), expected: number)
    }

    /// The numbers of the cells in which new tenants are made.
    public var openCells: [Int] { cells.open }

    /// The database in which a tenant lives; one that the platform does not know is looked for here.
    public func home(of tenant: TenantID) async throws -> Database {
        guard !cells.others.isEmpty else { return self }
        var number = cells.number(of: tenant)
        if number == nil {
            let rows = try await platform { tx in
                try await tx.query("SELECT cell FROM platform.tenants WHERE id = \(tenant)")
            }
            number = try rows.first?.decode(Int.self)
            if let number { cells.note(number, of: tenant) }
        }
        guard let number, number != self.number else { return self }
        guard let database = cells.others[number] else {
            throw DatabaseFault.cellNotSet(number)
        }
        return database
    }

    /// Says of a tenant that is not here that its cell is not set, where that is so.
    ///
    /// Where there is one cell, nobody is asked for a tenant's before: it is looked at after a failure only.
    func explaining<Value>(_ tenant: TenantID, _ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch DatabaseFault.server(let error)
            where cells.others.isEmpty && number == 1 && Self.statesOfStrangers.contains(error.sqlState)
        {
            let rows = try await readPlatform { tx in
                try await tx.query("SELECT cell FROM platform.tenants WHERE id = \(tenant)")
            }
            if let cell = try rows.first?.decode(Int.self), cell != number { throw DatabaseFault.cellNotSet(cell) }
            throw DatabaseFault.server(error)
        }
    }

    /// A role, a schema or a table is not there, or not allowed.
    private static let statesOfStrangers = ["22023", "3F000", "42P01", "42501"]
}

/// A database is another cell than the settings say: two cells in one would send every message twice.
public struct CellNumberFault: Fault, Equatable {
    public let found: Int
    public let expected: Int

    public var isPassing: Bool { false }

    public var description: String {
        "the database set as cell \(expected) is cell \(found): check ZVONAR_CELLS and the addresses of the cells"
    }

    static func check(_ found: Int, expected: Int) throws(CellNumberFault) {
        guard found == expected else { throw CellNumberFault(found: found, expected: expected) }
    }
}
