import Foundation
import Synchronization

/// A kill that was done.
struct Kill: Sendable {
    let target: Target
    let at: Date
    /// What was hit, for the record.
    let hit: String
}

/// How long the bot's lease lay after its holder was killed.
struct LeaseMove: Sendable {
    let seconds: Double
    /// PostgreSQL was killed meanwhile or stood still, so that nobody could take it.
    let wasWithoutDatabase: Bool
}

/// Kills -9 one thing after the other, and lets each come back a moment later.
actor Killer {
    private let stage: Stage
    private let plan: ChaosPlan
    private var dice: Dice
    private(set) var kills: [Kill] = []
    private var holderKills: [Date] = []
    private var databaseDownUntil: [(from: Date, until: Date)] = []

    init(_ stage: Stage, plan: ChaosPlan) {
        self.stage = stage
        self.plan = plan
        dice = Dice(seed: plan.seed &+ 2)
    }

    /// Does all kills of the plan; `told` hears of every tenth.
    func run(told: @Sendable (Int) -> Void) async throws {
        try await withThrowingDiscardingTaskGroup { group in
            for target in plan.targets() {
                try await Task.sleep(for: .seconds(Double.random(in: plan.pauseSeconds, using: &dice)))
                let revival = Double.random(in: 0...1.5, using: &dice)
                let strike = try await strike(target)
                kills.append(Kill(target: target, at: Date(), hit: strike.hit))
                group.addTask {
                    try await Task.sleep(for: .seconds(revival))
                    try await strike.revive()
                }
                if kills.count.isMultiple(of: 10) { told(kills.count) }
            }
        }
    }

    /// What was hit, and what brings it back.
    private struct Strike: Sendable {
        let hit: String
        let revive: @Sendable () async throws -> Void

        init(_ hit: String, revive: @escaping @Sendable () async throws -> Void = {}) {
            (self.hit, self.revive) = (hit, revive)
        }
    }

    private func strike(_ target: Target) async throws -> Strike {
        switch target {
        case .holder, .worker: return try await strikeServer(isHolder: target == .holder)
        case .ffmpeg: return try await strikeChild()
        case .speech:
            while await !stage.killSpeech() { try await Task.sleep(for: .milliseconds(50)) }
            return Strike("speech service") { [stage] in try await stage.startSpeech() }
        case .postmaster:
            while await !stage.killPostmaster() { try await Task.sleep(for: .milliseconds(50)) }
            return Strike("postmaster") { [stage, self] in
                let from = Date()
                try await stage.startPostgres()
                await noteOutage(from: from)
            }
        case .backend: return try await strikeBackend()
        }
    }

    private func strikeServer(isHolder: Bool) async throws -> Strike {
        while true {
            try stage.watch.read()
            let running = await stage.runningServers
            let holder = stage.watch.holder
            // When there is no other, or the lease lies free, whoever runs is hit: the count of kills must come together.
            let fitting = running.filter { ($0 == holder) == isHolder }
            if let index = (fitting.isEmpty ? running : fitting).randomElement(using: &dice),
                await stage.killServer(index)
            {
                if index == holder { holderKills.append(Date()) }
                return Strike("server \(index)\(index == holder ? ", holder of the lease" : "")") { [stage] in
                    try await stage.startServer(index)
                }
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// FFmpeg runs for some hundredths of a second, so it is lain in wait for; without any a worker is hit.
    private func strikeChild() async throws -> Strike {
        let until = ContinuousClock.now + .seconds(4)
        while ContinuousClock.now < until {
            for server in await stage.serverPIDs() {
                for child in ProcessTable.children(of: server) {
                    let name = ProcessTable.name(of: child)
                    guard name.hasPrefix("ff"), Foundation.kill(child, SIGKILL) == 0 else { continue }
                    return Strike("\(name) of process \(server)")
                }
            }
            try await Task.sleep(for: .milliseconds(2))
        }
        return try await strikeServer(isHolder: false)
    }

    private func strikeBackend() async throws -> Strike {
        while true {
            if let postmaster = await stage.postmasterPID {
                let backends = ProcessTable.children(of: postmaster).filter {
                    ProcessTable.command(of: $0).hasPrefix("postgres: zvonar_")
                }
                if let backend = backends.randomElement(using: &dice) {
                    let command = ProcessTable.command(of: backend)
                    let from = Date()
                    if Foundation.kill(backend, SIGKILL) == 0 {
                        return Strike("backend «\(command.prefix(50))»") { [self] in await noteOutage(from: from) }
                    }
                }
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    private func noteOutage(from: Date) { databaseDownUntil.append((from.addingTimeInterval(-0.5), Date())) }

    /// How long each killed holder's lease lay, as far as somebody took it.
    func leaseMoves() throws -> [LeaseMove] {
        try stage.watch.read()
        return holderKills.compactMap { kill in
            guard let taking = stage.watch.taking(after: kill) else { return nil }
            let wasDown = databaseDownUntil.contains { $0.from < taking.at && $0.until > kill.addingTimeInterval(-2) }
            return LeaseMove(seconds: taking.at.timeIntervalSince(kill), wasWithoutDatabase: wasDown)
        }
    }
}

/// What /proc knows of processes.
enum ProcessTable {
    static func children(of process: Int32) -> [Int32] {
        entries("/proc/\(process)/task").flatMap { thread in
            text("/proc/\(process)/task/\(thread)/children").split(separator: " ").compactMap { Int32($0) }
        }
    }

    static func name(of process: Int32) -> String {
        text("/proc/\(process)/comm").trimmingCharacters(in: .whitespacesAndNewlines)
    }

    static func command(of process: Int32) -> String {
        text("/proc/\(process)/cmdline").replacing("\0", with: " ").trimmingCharacters(in: .whitespaces)
    }

    /// Empty when the process has gone meanwhile.
    private static func text(_ path: String) -> String {
        do { return try String(contentsOf: URL(filePath: path), encoding: .utf8) } catch { return "" }
    }

    private static func entries(_ path: String) -> [String] {
        do { return try FileManager.default.contentsOfDirectory(atPath: path) } catch { return [] }
    }
}
