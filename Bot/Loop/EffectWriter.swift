import Accounts
import Calls
import Database
import Foundation
import Jobs
import Kernel

/// Writes what was decided in one transaction of the place that the route names, together with the update's number.
struct EffectWriter: Sendable {
    let parts: BotParts
    let place: ChatPlace
    let arrival: Arrival
    let presence: Presence
    let row: InboxRow

    /// Gives the notice to show over the chat.
    func commit(_ decision: Decision) async throws -> String? {
        switch decision.route {
        case .platform: try await commitInPlatform(decision)
        case .tenant(let tenant): try await commit(decision, in: tenant)
        }
    }

    private var language: Language { presence.language }

    private func commitInPlatform(_ decision: Decision) async throws -> String? {
        // Tokens are a company's: they are looked up before, since no transaction touches platform and a company.
        var calls: [Token: CallID] = [:]
        for case .sendPanelLink(let token?) in decision.effects {
            guard let tenant = presence.active?.tenant, let call = try await call(token, of: tenant)
            else {
                return try await finishDead()
            }
            calls[token] = call
        }
        let bots = try await ownBots.look(for: decision.effects)
        try await schedule(decision.effects)
        let notice = try await parts.database.platform { [calls] tx in
            var notice = decision.notice
            for effect in decision.effects { notice = try await write(effect, calls, bots, tx) ?? notice }
            tx.markHandled(row)
            return notice
        }
        if decision.effects.contains(where: \.isAboutProfile), let tenant = presence.active?.tenant {
            parts.tenants.forget(tenant)
        }
        return notice
    }

    /// Before the platform's part and harmless to repeat: that part settles the update, and while the company's cell is
    /// away it must not be settled.
    private func schedule(_ effects: [Effect]) async throws {
        for case .setDigestTime(let time) in effects {
            guard let tenant = presence.active?.tenant else { return }
            try await parts.scheduleDigest(try await parts.tenants.profile(tenant).due(at: time))
        }
    }

    private func finishDead() async throws -> String? {
        try await parts.database.platform { tx in tx.markHandled(row) }
        return MenuTexts.deadButton(language)
    }

    private var ownBots: OwnBotWriter { OwnBotWriter(parts: parts, place: place, presence: presence) }

    /// Gives what an effect wants shown over the chat, where only its outcome tells.
    private func write(
        _ effect: Effect,
        _ calls: [Token: CallID],
        _ bots: [SentToken: OwnBotWriter.Found],
        _ tx: PlatformTransaction
    ) async throws -> String? {
        switch effect {
        case .say(let screen, let slot):
            try tx.send(try screen.message(to: place, rank: .reply, slot: slot))
        case .edit(let screen, let message): try tx.send(try screen.edit(of: message, in: place))
        case .keepStep(let step):
            let json = try step.map(json)
            try await parts.people.setStep(json, in: place, tx)
        case .register(let name, let zone, let slot):
            _ = try await parts.registrations.register(
                name,
                zone: zone,
                by: presence.account,
                in: place,
                language: language,
                leaving: try json(.preparing(slot: slot)),
                tx
            )
            tx.wake(.tenants)
        case .setLanguage(let language):
            try await parts.people.setLanguage(language, of: presence.account, in: place, tx)
        case .setDigestTime(let time):
            guard let tenant = presence.active?.tenant else { return nil }
            try await parts.tenants.setDigestTime(time, of: tenant, in: tx)
        case .sendPanelLink(let token):
            guard let tenant = presence.active?.tenant else { return nil }
            let link = parts.signIn.issue(for: presence.account, in: tenant, tx)
            let path = token.flatMap { calls[$0] }.map { "/calls/\($0)" }
            let address = PanelScreens.address(parts.publicURL, link, path: path)
            try tx.send(try PanelScreens.link(address, language).message(to: place, rank: .reply))
        case .setBlocked(let isBlocked): try await parts.people.setBlocked(isBlocked, in: place, tx)
        case .delete(let message): try tx.send(try Screen.deletion(of: message, in: place))
        case .addBot(let token): try await ownBots.add(bots[token], tx)
        case .showOwnBot: try await ownBots.show(tx)
        case .setOwnBot(let bot, let isToRun, let message):
            return try await ownBots.set(bot, isToRun: isToRun, message: message, tx)
        case .tellGroup, .fetch, .ask, .makeDigest, .sendClip, .sendTranscript, .sendResult:
            throw EffectFault.misplaced
        }
        return nil
    }

    private func json(_ step: RegistrationStep) throws -> String {
        String(decoding: try JSONEncoder().encode(step), as: UTF8.self)
    }

    private func commit(_ decision: Decision, in tenant: TenantID) async throws -> String? {
        try await parts.database.tenant(tenant) { tx in
            var notice = decision.notice
            for effect in decision.effects where try await !write(effect, tx) {
                notice = MenuTexts.deadButton(language)
            }
            tx.markHandled(row, of: place.bot)
            return notice
        }
    }

    /// False when a button's token names nothing of this company.
    private func write(_ effect: Effect, _ tx: TenantTransaction) async throws -> Bool {
        switch effect {
        case .say(let screen, let slot):
            try tx.send(
                try screen.message(
                    to: place,
                    rank: .reply,
                    slot: slot,
                    replyTo: slot == nil ? nil : arrival.message
                )
            )
        case .fetch(let file, let slot):
            try tx.enqueue(BotJobs.fetch, FetchRecording(file: file, origin: origin(slot)))
        case .ask(let text, let slot):
            _ = try await parts.questions.ask(
                text,
                account: presence.account,
                origin: origin(slot),
                in: tx
            )
        case .makeDigest(let slot): try tx.enqueue(BotJobs.digest, Reply(origin: origin(slot)))
        case .sendClip(let token):
            let clip = try await parts.tokens.resolve(.clip, token, account: presence.account, in: tx)
            guard let clip else { return false }
            try tx.enqueue(BotJobs.clip, SendClip(clip: clip, origin: origin("")))
        case .sendTranscript(let token):
            guard let call = try await call(token, tx) else { return false }
            try tx.enqueue(BotJobs.transcript, SendCall(call: call, origin: origin("")))
        case .sendResult(let token):
            guard let call = try await call(token, tx) else { return false }
            try tx.enqueue(BotJobs.result, SendCall(call: call, origin: origin("")))
        case .edit, .keepStep, .register, .setLanguage, .setDigestTime, .sendPanelLink, .setBlocked,
            .tellGroup, .delete, .addBot, .showOwnBot, .setOwnBot:
            throw EffectFault.misplaced
        }
        return true
    }

    private func origin(_ slot: String) -> CallOrigin {
        CallOrigin(
            bot: place.bot,
            chat: place.chat,
            slot: slot,
            message: arrival.message,
            account: presence.account,
            language: language
        )
    }

    private func call(_ token: Token, of tenant: TenantID) async throws -> CallID? {
        try await parts.database.read(tenant) { tx in try await call(token, tx) }
    }

    private func call(_ token: Token, _ tx: TenantTransaction) async throws -> CallID? {
        try await parts.tokens.resolve(.call, token, account: presence.account, in: tx)?.call
    }
}

extension Effect {
    fileprivate var isAboutProfile: Bool {
        if case .setDigestTime = self { true } else { false }
    }
}

enum EffectFault: Fault {
    /// An effect of a company was decided for the platform, or the other way round.
    case misplaced

    var isPassing: Bool { false }

    var description: String { "an effect was decided for another place than it belongs to" }
}
