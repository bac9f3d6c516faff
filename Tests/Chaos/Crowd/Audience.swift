import Database
import Foundation
import Telegram

/// The people: owners and colleagues of companies, strangers, and newcomers who register in the middle of it all.
struct Audience: Sendable {
    let owners: [Int64]
    let colleagues: [Int64]
    let strangers: [Int64]
    let newcomers: [Int64]

    var all: [Int64] { owners + colleagues + strangers + newcomers }
    var members: Set<Int64> { Set(owners + colleagues) }

    /// Everybody arrives, companies are registered by talking to the bot, and half of the others join one.
    static func gather(_ stage: Stage, _ ledger: Ledger) async throws -> Audience {
        let (sandbox, plan) = (stage.sandbox, stage.plan)
        var people: [Int64] = []
        for number in 0..<plan.chats { people.append(try await sandbox.person("Ч\(number)")) }
        let owners = Array(people.prefix(plan.companies))
        let newcomers = Array(people.dropFirst(plan.companies).prefix(plan.newcomers))
        let others = Array(people.dropFirst(plan.companies + plan.newcomers))
        let colleagues = Array(others.prefix(others.count * 2 / 3))
        let audience = Audience(
            owners: owners,
            colleagues: colleagues,
            strangers: Array(others.dropFirst(colleagues.count)),
            newcomers: newcomers
        )
        for (number, owner) in owners.enumerated() {
            try await Self.register("Компания \(number)", owner, sandbox, ledger)
        }
        for person in others {
            await ledger.add(
                Deed(chat: person, message: try await sandbox.write("/help", from: person), .small(rows: 1))
            )
        }
        try await waitUntilKnown(audience, stage)
        try await EvidenceStore(database: stage.database).join(colleagues, companiesOf: owners)
        return audience
    }

    /// Registers a company by writing everything at once: a chat's updates are handled in their order.
    static func register(_ name: String, _ person: Int64, _ sandbox: SandboxSide, _ ledger: Ledger) async throws {
        for (text, rows) in [("/start", 1), (name, 1), ("Москва", 3)] {
            let message = try await sandbox.write(text, from: person)
            await ledger.add(Deed(chat: person, message: message, .small(rows: rows)))
        }
    }

    private static func waitUntilKnown(_ audience: Audience, _ stage: Stage) async throws {
        let store = EvidenceStore(database: stage.database)
        let deadline = ContinuousClock.now + .seconds(180)
        while true {
            let (ready, known) = try await store.arrived()
            if ready >= audience.owners.count, known >= audience.all.count - audience.newcomers.count { return }
            guard ContinuousClock.now < deadline else {
                throw ChaosFailure("only \(ready) companies and \(known) people after 180 s of peace")
            }
            try await Task.sleep(for: .milliseconds(200))
        }
    }
}
