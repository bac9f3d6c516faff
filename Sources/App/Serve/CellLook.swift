import Database
import Kernel

/// How a cell is, as `/ready` tells it.
struct CellLook: Sendable, Equatable {
    let number: Int
    var state = "ok"
    /// What is wrong with its clock.
    var clock: String?
    /// It answers, though it may be unable to write.
    var isUp = true

    var isWell: Bool { state == "ok" && clock == nil }

    /// Looks at all cells side by side; the first is up when its platform is too.
    static func all(
        of database: Database,
        within limit: Duration = .seconds(2),
        clock: WallClock
    ) async -> [CellLook] {
        let answers = await database.askCells(within: limit) { cell in
            if cell === database { _ = try await cell.readPlatform { try await $0.query("SELECT 1") } }
            return try await CellLook(of: cell, clock)
        }
        return answers.map { cell, answer in
            switch answer {
            case .success(let look): look
            case .failure(let error): CellLook(number: cell.number, state: words(for: error), isUp: false)
            }
        }
    }

    private init(number: Int, state: String, isUp: Bool) {
        self.number = number
        self.state = state
        self.isUp = isUp
    }

    private init(of cell: Database, _ clock: WallClock) async throws {
        number = cell.number
        self.clock = try await ClockOffset(of: cell, clock: clock).trouble
        // Work tries at least once in half a minute again, so what is older has passed.
        if let fault = cell.fullDisk(within: .seconds(40)) { state = words(for: fault) }
    }
}
