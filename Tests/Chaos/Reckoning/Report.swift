import Foundation

/// Prints what was done and what came of it.
struct Report: Sendable {
    let plan: ChaosPlan
    let stage: Stage
    let killer: Killer
    let faults: FaultMaker
    let reconciliation: Reconciliation
    let lateResults: [String]
    let flight: Flight

    /// False when anything is not as it must be.
    func print() async throws -> Bool {
        var violations = reconciliation.violations + lateResults
        let kills = await killer.kills
        say("\nKilled with -9")
        for target in Target.allCases { line(target.rawValue, kills.count { $0.target == target }) }
        say("Faults of Telegram that a call met")
        for (kind, count) in await faults.met {
            line(kind, count)
            if count == 0, plan.isFull { violations.append("no call met the fault «\(kind)»") }
        }
        say("Counts")
        for (name, value) in reconciliation.counts { line(name, value) }
        line("ambiguous results asked for by their button", reconciliation.offered.count)
        line("of them arrived", reconciliation.offered.count - lateResults.count)
        say("Recordings in flight while it killed: \(flight)")
        violations += try await leases()
        violations += servers()
        let ended = await stage.selfEnded
        line("servers that ended by themselves", ended.count)
        violations += ended.map { "\($0) ended by itself" }
        guard !violations.isEmpty else { return true }
        say("\n\(violations.count) VIOLATIONS (seed \(plan.seed))")
        for violation in violations.prefix(60) { say("  \(violation)") }
        return false
    }

    /// The product's figures beside those of another bot under the same faults.
    func compare(with peer: Peer.Outcome) {
        func row(_ cells: String...) {
            say("  " + cells.map { $0 + String(repeating: " ", count: max(1, 26 - $0.count)) }.joined())
        }
        let ours = Dictionary(reconciliation.counts.map { ($0.name, $0.value) }) { $1 }
        func own(_ name: String) -> String { "\(ours[name] ?? 0)" }
        say("\nBeside aiogram with default polling (\(peer.kills) kills of its process)")
        row("", "the product", "aiogram")
        row("messages of people", own("deeds of people"), "\(peer.texts)")
        row("lost and unknown", own("answers lost and unknown"), "\(peer.lost)")
        row("lost and known as such", own("answers lost, each ambiguous"), "0")
        row("doubled", own("answers doubled"), "\(peer.doubled)")
    }

    private func leases() async throws -> [String] {
        let moves = try await killer.leaseMoves()
        let clean = moves.filter { !$0.wasWithoutDatabase }.map(\.seconds).sorted()
        say("Two servers")
        line("the bot's lease was taken", stage.watch.takings)
        line("moves after a kill of its holder", moves.count)
        guard let last = clean.last else { return [] }
        let (median, longest) = (String(format: "%.1f", clean[clean.count / 2]), String(format: "%.1f", last))
        say("  seconds until taken, PostgreSQL living (\(clean.count)): median \(median), longest \(longest)")
        let late = clean.filter { $0 > 5 }
        line("  of them over 5 s", late.count)
        // The short form runs in CI, on a machine that others may load.
        return plan.isFull ? late.map { "a lease moved after \(String(format: "%.1f", $0)) s" } : []
    }

    private func servers() -> [String] {
        var violations: [String] = []
        let (jobs, updates) = (stage.watch.jobsDone, stage.watch.updatesDone)
        for server in 0..<plan.servers {
            say("  server \(server): \(updates[server] ?? 0) updates, \(jobs[server] ?? 0) jobs")
            if jobs[server, default: 0] == 0 { violations.append("server \(server) did no job") }
        }
        line("errors in the servers' logs", stage.watch.incidents.count)
        for incident in stage.watch.incidents.prefix(8) { say("    \(incident)") }
        return violations
    }

    private func line(_ name: String, _ value: Int) {
        say("  \(name)\(String(repeating: " ", count: max(1, 42 - name.count)))\(value)")
    }
}
