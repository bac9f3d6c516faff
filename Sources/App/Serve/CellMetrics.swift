import Accounts
import Database
import Jobs
import Kernel

/// What each cell knows about the work in it, for `/metrics`.
struct CellMetrics: Sendable {
    let database: Database
    let clock: WallClock

    /// Asks the cells side by side; of one that does not answer in time it says only that it is down.
    func page(of bots: [BotID], within limit: Duration = .seconds(2)) async -> MetricsPage {
        var page = MetricsPage()
        for (cell, answer) in await database.askCells(within: limit, { try await work(of: $0, bots) }) {
            let labels = [("cell", "\(cell.number)")]
            switch answer {
            case .success(let work):
                page.add(work)
                page.add(.cellUp, 1, labels)
            case .failure: page.add(.cellUp, 0, labels)
            }
        }
        return page
    }

    /// Names the cell where there is more than one.
    func label(_ cell: Database) -> [(String, String)] {
        database.allCells.count > 1 ? [("cell", "\(cell.number)")] : []
    }

    private func work(of cell: Database, _ bots: [BotID]) async throws -> MetricsPage {
        let gauges = WorkGauges(database: cell)
        var page = MetricsPage()
        for depth in try await JobList(database: cell).depths() {
            page.add(.jobs, Double(depth.count), [("lane", depth.lane), ("state", depth.state)] + label(cell))
        }
        let waiting = try await gauges.jobs()
        for lane in JobLane.allCases {
            let seconds = waiting.first { $0.name == lane.rawValue }?.oldestSeconds ?? 0
            page.add(.jobsOldest, seconds, [("lane", lane.rawValue)] + label(cell))
        }
        page.add(.clockOffset, try await gauges.clockOffsetSeconds(clock), label(cell))
        page.add(.scheduleOverdue, try await gauges.scheduleOverdueSeconds(), label(cell))
        page.add(try await gauges.cellOutbox(of: bots), label(cell))
        return page
    }
}

extension MetricsPage {
    mutating func add(_ outboxes: [WorkGauges.Line], _ labels: [(String, String)]) {
        for outbox in outboxes {
            add(.outboxWaiting, Double(outbox.count), [("place", outbox.name)] + labels)
            add(.outboxOldest, outbox.oldestSeconds, [("place", outbox.name)] + labels)
        }
    }
}
