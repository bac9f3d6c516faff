import Foundation
import Telegram

/// One run from the first process to the verdict.
struct ChaosRun: Sendable {
    let plan: ChaosPlan
    let tools: Stage.Tools
    let folder: URL

    /// False when something was lost, doubled or stuck.
    func run(planting planted: Planted?) async throws -> Bool {
        let began = ContinuousClock.now
        let stage = try await Stage(tools, plan: plan, folder: folder)
        do {
            let isGood = try await run(on: stage, planting: planted)
            await stage.close()
            say("\(isGood ? "Nothing is lost, nothing is doubled" : "NOT GOOD"), \(seconds(since: began)) s in all")
            return isGood
        } catch {
            await stage.close()
            throw error
        }
    }

    private func run(on stage: Stage, planting planted: Planted?) async throws -> Bool {
        let (ledger, book) = (Ledger(), LogBook(stage.sandbox))
        let audience = try await Audience.gather(stage, ledger)
        say("\(plan.companies) companies and \(plan.chats) people are there; the killing begins")
        let killer = Killer(stage, plan: plan)
        let faults = FaultMaker(sandbox: stage.sandbox, seed: plan.seed)
        let began = ContinuousClock.now
        let flight = try await ruin(stage, audience, ledger, book, killer, faults)
        say("\(await killer.kills.count) kills in \(seconds(since: began)) s; the product may finish its work")
        let settling = ContinuousClock.now
        try await settle(stage, book)
        say("settled in \(seconds(since: settling)) s")
        try await loseAResult(stage, audience, ledger, book)
        if let planted { try await plant(planted, stage, book) }
        let evidence = try await gather(stage, audience, ledger, book)
        let reconciliation = Reconciliation(evidence)
        let late = try await LateResults(sandbox: stage.sandbox, waiting: reconciliation.offered).ask()
        let report = Report(
            plan: plan,
            stage: stage,
            killer: killer,
            faults: faults,
            reconciliation: reconciliation,
            lateResults: late,
            flight: flight
        )
        let isGood = try await report.print()
        if let python = tools.peerPython {
            await stage.closeServers()
            let peer = Peer(sandbox: stage.sandbox, plan: plan, book: book, python: python, folder: folder)
            report.compare(with: try await peer.run(audience.all))
        }
        return isGood
    }

    /// Everything at once until the last kill is done; how many recordings were on their way meanwhile.
    private func ruin(
        _ stage: Stage,
        _ audience: Audience,
        _ ledger: Ledger,
        _ book: LogBook,
        _ killer: Killer,
        _ faults: FaultMaker
    ) async throws -> Flight {
        let sandbox = stage.sandbox
        let pump = RecordingPump(sandbox: sandbox, owners: audience.owners, ledger: ledger, book: book, plan: plan)
        try await withThrowingTaskGroup(of: Void.self) { group in
            let crowd = Crowd(
                sandbox: sandbox,
                audience: audience,
                ledger: ledger,
                deedsPerSecond: plan.deedsPerSecond,
                seed: plan.seed
            )
            group.addTask { try await crowd.run() }
            group.addTask { try await faults.run() }
            group.addTask { try await pump.run() }
            group.addTask { try await book.run() }
            group.addTask { try await welcome(audience.newcomers, sandbox, ledger) }
            group.addTask { try await watch(stage) }
            try await killer.run { say("  \($0) kills") }
            group.cancelAll()
            try await group.waitForAll()
        }
        return await pump.gauge.flight
    }

    /// Reads the servers' logs and starts again what ended by itself.
    private func watch(_ stage: Stage) async throws {
        while !Task.isCancelled {
            try stage.watch.read()
            try await stage.raise()
            do { try await Task.sleep(for: .milliseconds(200)) } catch { return }
        }
    }

    /// Newcomers register one after the other, over the time of the killing.
    private func welcome(_ people: [Int64], _ sandbox: SandboxSide, _ ledger: Ledger) async throws {
        let average = (plan.pauseSeconds.lowerBound + plan.pauseSeconds.upperBound) / 2
        let pause = Double(plan.kills) * average / Double(people.count + 1) / 2
        for (number, person) in people.enumerated() {
            try await Task {
                try await Audience.register("Новая компания \(number)", person, sandbox, ledger)
            }.value
            do { try await Task.sleep(for: .seconds(pause)) } catch { continue }
        }
    }

    /// Everything lives again; returns once nothing is left to do, or the time is over and the reconciliation says what.
    private func settle(_ stage: Stage, _ book: LogBook) async throws {
        let store = EvidenceStore(database: stage.database)
        let began = ContinuousClock.now
        var hurried = 0
        var quiet = 0
        while ContinuousClock.now - began < .seconds(plan.settleSeconds) {
            try await stage.raise()
            try await stage.restoreAll()
            try await book.read()
            try stage.watch.read()
            do {
                let left = try await store.unfinished()
                quiet = left == (0, 0, 0) ? quiet + 1 : 0
                // What ends may begin something new, such as a result after its analysis.
                if quiet == 3 { break }
                hurried += try await store.hurry()
            } catch {
                quiet = 0
            }
            try await Task.sleep(for: .seconds(1))
        }
        if hurried > 0 { say("\(hurried) waits of jobs that had failed were cut short") }
    }

    /// Cuts the connection at one more result, so that at least one is ambiguous whatever the kills have hit.
    private func loseAResult(_ stage: Stage, _ audience: Audience, _ ledger: Ledger, _ book: LogBook) async throws {
        let (sandbox, owner) = (stage.sandbox, audience.owners[0])
        let name = "\(Said.recording)\(plan.recordings).wav"
        let message = try await sandbox.send(try Voice().recording(plan.recordings), name: name, from: owner)
        await ledger.add(Deed(chat: owner, message: message, .recording(name: name)))
        let deadline = ContinuousClock.now + .seconds(60)
        // The progress is sent; whatever is sent next is the result.
        while try await !sandbox.messages(of: owner).contains(where: { $0.messageID > message }) {
            guard ContinuousClock.now < deadline else { throw ChaosFailure("\(name) is not noticed") }
            try await Task.sleep(for: .milliseconds(20))
        }
        try await sandbox.plan(["method": "sendMessage", "drop": "before", "count": 1])
        try await settle(stage, book)
        try await sandbox.clearFaults()
    }

    private func gather(_ stage: Stage, _ audience: Audience, _ ledger: Ledger, _ book: LogBook) async throws
        -> Evidence
    {
        try await book.read()
        try stage.watch.read()
        var evidence = Evidence()
        evidence.deeds = await ledger.deeds
        evidence.registered = audience.owners + audience.newcomers
        evidence.calls = await book.calls
        evidence.saidHandled = stage.watch.handled
        for person in audience.all {
            let messages = try await stage.sandbox.messages(of: person).filter { $0.from?.isBot == true }
            evidence.messages[person] = Dictionary(
                uniqueKeysWithValues: messages.map { ($0.messageID, $0.text ?? $0.caption ?? "") }
            )
        }
        try await EvidenceStore(database: stage.database).gather(into: &evidence)
        return evidence
    }

    private func plant(_ planted: Planted, _ stage: Stage, _ book: LogBook) async throws {
        let results = await book.calls.filter { $0.isNewMessage && $0.text?.contains(Said.recording) == true }
        guard let result = results.last, let chat = result.chat, let text = result.text else {
            throw ChaosFailure("there is no result to plant a mistake in")
        }
        switch planted {
        case .doubled:
            let reply: [String: any Sendable] = ["message_id": result.replyTo ?? 0]
            let parameters: [String: any Sendable] = [
                "chat_id": chat, "text": text, "parse_mode": "HTML", "reply_parameters": reply,
            ]
            try await stage.sandbox.call("sendMessage", parameters, token: stage.token)
        case .missing:
            let shown = try await stage.sandbox.messages(of: chat).last { $0.text?.contains(Said.recording) == true }
            let parameters: [String: any Sendable] = ["chat_id": chat, "message_id": shown?.messageID ?? 0]
            try await stage.sandbox.call("deleteMessage", parameters, token: stage.token)
        }
    }

    private func seconds(since moment: ContinuousClock.Instant) -> Int {
        Int((ContinuousClock.now - moment) / .seconds(1))
    }
}
