import Accounts
import Database
import Jobs
import Kernel
import Telegram

/// Does what an owner wants of the company's own bot.
struct OwnBotWriter: Sendable {
    let parts: BotParts
    let place: ChatPlace
    let presence: Presence

    /// What Telegram says of a token that was sent.
    enum Found: Sendable {
        case bot(BotID, username: String, sealedToken: [UInt8])
        case refused(BotRefusal)
    }

    private var bots: Bots { Bots(database: parts.database) }
    private var language: Language { presence.language }

    /// Asks Telegram for the bots of the tokens among the effects; before the transaction, which must not wait for it.
    func look(for effects: [Effect]) async throws -> [SentToken: Found] {
        var found: [SentToken: Found] = [:]
        for case .addBot(let sent) in effects {
            guard let token = sent.opened(with: parts.secretKey) else {
                found[sent] = .refused(.unknownToken)
                continue
            }
            do {
                let username = try await parts.fleet.username(of: token)
                found[sent] = .bot(token.botID, username: username, sealedToken: parts.fleet.sealed(token))
            } catch let refusal as BotRefusal {
                found[sent] = .refused(refusal)
            }
        }
        return found
    }

    func add(_ found: Found?, _ tx: PlatformTransaction) async throws {
        guard let tenant = presence.active?.tenant, let found else { return }
        switch found {
        case .refused(let refusal): try say(Screen(refusal.sentence(in: language)), tx)
        case .bot(let id, let username, let sealed):
            let others = try await bots.own(of: tenant, in: tx).filter { $0.id != id && $0.stopped == nil }
            if let other = others.first {
                return try say(Screen(BotRefusal.another(other.name).sentence(in: language)), tx)
            }
            let isTaken = try await bots.put(id, for: tenant, username: username, sealedToken: sealed, in: tx)
            let screen = isTaken ? OwnBotScreens.added(username, language) : refusal(.servesOthers)
            try say(screen, tx)
        }
    }

    func show(_ tx: PlatformTransaction) async throws {
        guard let screen = try await state(tx) else { return }
        try say(screen, tx)
    }

    /// Stops or starts the company's own bot and gives what to show over the chat; another's bot is none of theirs.
    func set(_ bot: BotID, isToRun: Bool, message: Int64?, _ tx: PlatformTransaction) async throws -> String? {
        let dead = MenuTexts.deadButton(language)
        guard let tenant = presence.active?.tenant else { return dead }
        let own = try await bots.own(of: tenant, in: tx)
        guard own.contains(where: { $0.id == bot }) else { return dead }
        if isToRun, let other = own.first(where: { $0.id != bot && $0.stopped == nil }) {
            try say(refusal(.another(other.name)), tx)
            return nil
        }
        let isSet =
            isToRun
            ? try await bots.resume(bot, of: tenant, in: tx)
            : try await bots.stop(bot, of: tenant, because: "stopped by the company's owner", in: tx)
        guard isSet else { return dead }
        if let message, let screen = try await state(tx) { try tx.send(try screen.edit(of: message, in: place)) }
        return (isToRun ? OwnBotTexts.resumed : OwnBotTexts.stopped)(language)
    }

    /// The bot that runs, else the one that was added last.
    private func state(_ tx: PlatformTransaction) async throws -> Screen? {
        guard let tenant = presence.active?.tenant else { return nil }
        let own = try await bots.own(of: tenant, in: tx)
        return OwnBotScreens.state(of: own.first { $0.stopped == nil } ?? own.last, language)
    }

    private func refusal(_ refusal: BotRefusal) -> Screen { Screen(refusal.sentence(in: language)) }

    private func say(_ screen: Screen, _ tx: PlatformTransaction) throws {
        try tx.send(try screen.message(to: place, rank: .reply))
    }
}
