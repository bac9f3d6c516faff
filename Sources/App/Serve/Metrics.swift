import Accounts
import Bot
import Database
import Foundation
import Jobs
import Kernel

/// What `/metrics` answers: this process' own counters, and what the database knows about the work of all.
struct Metrics: Sendable {
    let settings: Settings
    let database: Database
    let jobs: [JobRunner]
    let retention: Retention
    let bot: BotRunner
    /// Nil where recordings lie in a folder.
    let storage: StorageProbe?
    let clock: WallClock
    let engines: @Sendable () async -> [(name: String, isUp: Bool?)]
    let startedAt = Date()

    func page() async -> MetricsPage {
        var page = MetricsPage()
        addProcess(&page)
        async let engines = engines()
        do {
            let platform = try await withDeadline(Self.platformLimit) { try await platformPage() }
            page.add(platform.page)
            page.add(await work.page(of: platform.running))
            page.add(.databaseUp, 1)
        } catch {
            // The rest of the page is worth having without it.
            page.add(.databaseUp, 0)
        }
        if let storage { page.add(.storageUp, await storage.isUp() ? 1 : 0) }
        for (name, isUp) in await engines {
            guard let isUp else { continue }
            page.add(.engineUp, isUp ? 1 : 0, [("engine", name)])
        }
        return page
    }

    private func addProcess(_ page: inout MetricsPage) {
        page.add(.uptime, Date().timeIntervalSince(startedAt))
        if let bytes = Self.residentBytes() { page.add(.memory, bytes) }
        for (cell, counts) in database.allCells.flatMap({ cell in cell.connectionCounts.map { (cell, $0) } })
        where cell.number == 1 || counts.login != DatabaseConfiguration.Login.platform.rawValue {
            let labels = [("login", counts.login)] + work.label(cell)
            page.add(.connectionsLent, Double(counts.lent), labels)
            page.add(.connectionsIdle, Double(counts.idle), labels)
        }
        for (cell, count) in zip(database.allCells, jobs).flatMap({ cell, jobs in jobs.counts.map { (cell, $0) } }) {
            let labels = [("type", count.type), ("ending", count.ending.rawValue)] + work.label(cell)
            page.add(.jobAttempts, Double(count.count), labels)
        }
        for (kind, count) in retention.counts {
            page.add(.retentionRemoved, Double(count), [("kind", kind.rawValue)])
        }
        if let sweep = retention.lastSweep { page.add(.retentionSwept, sweep.timeIntervalSince1970) }
        let counts = bot.counters.counts
        for (ending, count) in [
            ("handled", counts.handled), ("ignored", counts.ignored), ("failed", counts.failed),
        ] {
            page.add(.updates, Double(count), [("ending", ending)])
        }
        for (ending, count) in [("answered", counts.pollsAnswered), ("failed", counts.pollsFailed)] {
            page.add(.polls, Double(count), [("ending", ending)])
        }
        for (name, folder) in [
            ("recordings", settings.recordings), ("temporary", settings.temporary), ("log", settings.logs),
        ] {
            guard let space = DiskSpace(of: folder) else { continue }
            page.add(.diskFree, Double(space.free), [("folder", name)])
            page.add(.diskSize, Double(space.size), [("folder", name)])
        }
        if let date = Self.lastBackup(settings.variable) { page.add(.lastBackup, date) }
    }

    /// What the platform knows, with the bots that run.
    private func platformPage() async throws -> (page: MetricsPage, running: [BotID]) {
        let gauges = WorkGauges(database: database)
        var page = MetricsPage()
        let inbox = try await gauges.inbox()
        page.add(.inboxWaiting, Double(inbox.count))
        page.add(.inboxOldest, inbox.oldestSeconds)
        page.add(try await gauges.platformOutbox(), [])
        let connections = try await gauges.serverConnections()
        page.add(.serverConnections, Double(connections.count))
        page.add(.serverConnectionsLimit, Double(connections.limit))
        try await addBots(&page)
        return (page, try await Bots(database: database).running())
    }

    /// More than a cell has, since so many questions are asked one after another.
    private static let platformLimit = Duration.seconds(5)

    private var work: CellMetrics { CellMetrics(database: database, clock: clock) }

    private func addBots(_ page: inout MetricsPage) async throws {
        let bots = try await Bots(database: database).all()
        let stopped = bots.count { $0.stopped != nil }
        page.add(.bots, Double(bots.count - stopped), [("state", "running")])
        page.add(.bots, Double(stopped), [("state", "stopped")])
        for lease in try await WorkGauges(database: database).leases() {
            page.add(.leaseEpoch, Double(lease.epoch), [("lease", lease.name)])
            page.add(.leaseLapsed, lease.lapsedSeconds, [("lease", lease.name)])
        }
        let tenants = try await Tenants(database: database).list()
        for state in TenantState.allCases {
            page.add(.tenants, Double(tenants.count { $0.state == state }), [("state", state.rawValue)])
        }
    }

    /// The second number of `statm`: pages in memory.
    private static func residentBytes() -> Double? {
        guard let text = FileManager.default.contents(atPath: "/proc/self/statm") else { return nil }
        let numbers = String(decoding: text, as: UTF8.self).split(separator: " ")
        guard numbers.count > 1, let pages = Double(numbers[1]) else { return nil }
        return pages * Double(sysconf(Int32(_SC_PAGESIZE)))
    }

    /// deploy/backup leaves the time there.
    private static func lastBackup(_ folder: URL) -> Double? {
        guard let text = FileManager.default.contents(atPath: folder.appending(path: "last-backup").path) else {
            return nil
        }
        return Double(String(decoding: text, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
    }
}

/// The room on the file system that a folder lies on; nil when there is no such folder.
struct DiskSpace {
    /// What an ordinary user may still write.
    let free: Int64
    let size: Int64

    /// A recording of two hours may not find room.
    var isShort: Bool { free < 200_000_000 }

    init?(of folder: URL) {
        var facts = statvfs()
        guard statvfs(folder.path, &facts) == 0 else { return nil }
        free = Int64(facts.f_bavail) * Int64(facts.f_frsize)
        size = Int64(facts.f_blocks) * Int64(facts.f_frsize)
    }
}
