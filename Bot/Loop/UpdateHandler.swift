import Accounts
import Database
import Foundation
import Jobs
import Kernel
import Logging
import Telegram

/// Handles one update of a chat after the other: decides, fixes the route, commits the effects with the update's number.
///
/// A crash between two of these steps is made good by handling the update again: the route holds, and effects that were
/// committed are not committed a second time.
struct UpdateHandler: Sendable {
    let bot: BotID
    let scope: BotScope
    let parts: BotParts
    let inbox: Inbox
    let client: TelegramClient
    let counters: BotCounters
    let outages: CellOutages
    /// Told that a person is there again, for messages to a chat that was closed.
    let chatIsBack: @Sendable (Int64) -> Void
    let logger: Logger

    /// After so many failures an update is left, so that the chat goes on.
    static let attempts = 5
    /// So many failures that pass by themselves, such as a statement that takes too long: about an hour of them.
    static let passingAttempts = 120
    /// So many attempts meet an outage before the person is told; three take some seconds.
    static let outagesUntold = 3

    /// Handles an update as often as it takes; only a cancellation leaves it for the next start.
    func handle(_ row: InboxRow) async {
        var update = PendingUpdate(row)
        while let pause = await attempt(&update) {
            do { try await Task.sleep(for: pause) } catch { return }
        }
    }

    /// Tries to handle an update once; gives the wait before the next attempt, or nil when nothing is left to do.
    ///
    /// Each kind of failure has its own limit: who met an outage often has not failed often.
    func attempt(_ update: inout PendingUpdate) async -> Duration? {
        // What a stop leaves is for the next start.
        guard !Task.isCancelled else { return nil }
        let pending = update
        do {
            // An attempt in hand is finished even when the loop is cancelled meanwhile.
            try await Task { try await handleOnce(pending) }.value
            return nil
        } catch {
            let pause: Duration
            update.isToBeCounted = false
            if (error as? DatabaseFault)?.isOutage == true || error is CellAway {
                update.outages += 1
                await tellOnce(&update)
                // However long it lasts, the update waits; it is looked at again soon, since others wait behind it.
                pause = parts.retryDelay * (1 << min(update.outages - 1, 3))
            } else if (error as? any Fault)?.isPassing == true {
                update.passing += 1
                guard update.passing < Self.passingAttempts else { return await giveUp(update.row, error) }
                pause = self.pause(afterFailures: update.passing)
            } else {
                update.isToBeCounted = true
                update.failures += 1
                guard update.failures < Self.attempts else { return await giveUp(update.row, error) }
                pause = parts.retryDelay * update.failures
            }
            logger.debug(
                "An update will be handled again",
                metadata: ["update": "\(update.id)", "error": "\(error.loggable)"]
            )
            return pause
        }
    }

    /// Doubles up to about half a minute.
    private func pause(afterFailures count: Int) -> Duration { parts.retryDelay * (1 << min(count - 1, 5)) }

    /// Says that an update waits, when the outage lasts longer than a restart and the platform's database works.
    private func tellOnce(_ update: inout PendingUpdate) async {
        guard !update.isTold, update.outages >= Self.outagesUntold, !Task.isCancelled else { return }
        guard let arrival = arrival(update.row), arrival.event.isToBeAnswered else { return }
        let place = ChatPlace(bot: bot, chat: arrival.chat)
        do {
            let text = IncidentTexts.waits(try await parts.people.language(in: place))
            // A slot of its own: told again after a restart, it is the same message.
            let said = try Screen(text).message(to: place, rank: .reply, slot: "waits:\(update.row.update.id)")
            try await parts.database.platform { tx in try tx.send(said) }
            update.isTold = true
            await answer(arrival, text)
        } catch {
            logger.debug("Nobody can be told of an outage", metadata: ["error": "\(error.loggable)"])
        }
    }

    private func handleOnce(_ update: PendingUpdate) async throws {
        let row = update.row
        guard let arrival = arrival(row) else {
            counters.countIgnored()
            try await inbox.finish(row, as: .ignored)
            return
        }
        let place = ChatPlace(bot: bot, chat: arrival.chat)
        guard arrival.event != .group else {
            try await tellGroup(arrival, place, update)
            return
        }
        let presence = scope.seen(try await parts.people.arrive(arrival.person, in: place))
        if arrival.event != .blocked(true) { chatIsBack(arrival.chat) }
        var decision = try await decide(arrival, presence, row, fixed: row.route)
        guard let route = try await inbox.begin(row, route: decision.route, isCounted: update.isToBeCounted) else {
            // It came a second time while the first was in hand.
            await answer(arrival, nil)
            return
        }
        if route != decision.route { decision = try await decide(arrival, presence, row, fixed: route) }
        do {
            let notice = try await inHome(of: route) {
                try await effects(place, arrival, presence, row).commit(decision)
            }
            counters.countHandled()
            logger.debug("An update was handled", metadata: ["update": "\(row.update.id)"])
            await answer(arrival, notice)
        } catch let refusal as any Refusal {
            let said = Decision(route, [.say(Screen(refusal.sentence(in: presence.language)))])
            await answer(arrival, try await effects(place, arrival, presence, row).commit(said))
        } catch DatabaseFault.closingRefused {
            // The effects were committed before; only the mark in the inbox may be missing.
            await answer(arrival, nil)
        }
        if case .tenant = route { try await inbox.finish(row) }
    }

    /// Does what belongs to a company, unless its cell is known to be away.
    private func inHome<Value>(of route: InboxRoute, _ body: () async throws -> Value) async throws -> Value {
        // The platform's own cell was asked a moment ago.
        guard case .tenant(let tenant) = route, parts.database.allCells.count > 1 else { return try await body() }
        return try await outages.trying(try await parts.database.home(of: tenant).number, body)
    }

    private func arrival(_ row: InboxRow) -> Arrival? {
        do {
            let update = try Update(json: row.update.payload)
            if case .unreadable(let kind, let place) = update.kind {
                logger.warning(
                    "An update has an unknown form",
                    metadata: ["kind": "\(kind)", "at": "\(place)"]
                )
            }
            return Arrival(update)
        } catch {
            logger.warning("An update cannot be read", metadata: ["update": "\(row.update.id)"])
            return nil
        }
    }

    private func decide(
        _ arrival: Arrival,
        _ presence: Presence,
        _ row: InboxRow,
        fixed route: InboxRoute?
    ) async throws -> Decision {
        let membership = Obedience.membership(presence, fixed: route)
        var profile: TenantProfile?
        if let tenant = membership?.tenant { profile = try await parts.tenants.profile(tenant) }
        let visitor = Visitor(
            presence: presence,
            membership: membership,
            scope: scope,
            digestTime: profile?.digestTime.description,
            zone: profile?.zone,
            message: arrival.message,
            update: row.update.id,
            now: parts.clock.now()
        )
        return Obedience.obey(Front.decide(arrival.event, visitor), visitor, fixed: route)
    }

    private func effects(
        _ place: ChatPlace,
        _ arrival: Arrival,
        _ presence: Presence,
        _ row: InboxRow
    ) -> EffectWriter {
        EffectWriter(parts: parts, place: place, arrival: arrival, presence: presence, row: row)
    }

    private func tellGroup(_ arrival: Arrival, _ place: ChatPlace, _ update: PendingUpdate) async throws {
        let row = update.row
        guard try await inbox.begin(row, route: .platform, isCounted: update.isToBeCounted) != nil else { return }
        let language = Language(tag: arrival.person.languageTag)
        try await parts.database.platform { tx in
            if try await parts.people.tellGroupOnce(place, language: language, tx) {
                try tx.send(try Screen(MenuTexts.groups(language)).message(to: place, rank: .reply))
            }
            tx.markHandled(row)
        }
    }

    /// Ends the waiting of who pressed a button; a failure costs nothing but the spinner.
    private func answer(_ arrival: Arrival, _ notice: String?) async {
        guard let callback = arrival.callback else { return }
        do {
            let text = notice.map { shortened($0, to: 200) }
            _ = try await client.call(AnswerCallbackQuery(callbackQueryID: callback, text: text))
        } catch let fault as TelegramFault where fault.isQueryTooOld {
            return
        } catch {
            logger.debug("A press was not answered", metadata: ["error": "\(error.loggable)"])
        }
    }

    /// The one edge that catches: one log line and one sentence with the same number.
    private func giveUp(_ row: InboxRow, _ error: any Error) async -> Duration? {
        let incident = Incident.new()
        counters.countFailed()
        logger.error(
            "An update could not be handled",
            // What the error says in detail may quote a person's words, so it stays out of the log.
            metadata: ["incident": "\(incident)", "update": "\(row.update.id)", "error": "\(error.loggable)"]
        )
        var said: OutgoingMessage?
        if let arrival = arrival(row), arrival.event != .group {
            let text = IncidentTexts.failed(incident)(Language(tag: arrival.person.languageTag))
            await answer(arrival, text)
            do {
                said = try Screen(text).message(to: ChatPlace(bot: bot, chat: arrival.chat), rank: .reply)
            } catch {
                logger.error(
                    "An incident cannot be told",
                    metadata: ["incident": "\(incident)", "error": "\(error.loggable)"]
                )
            }
        }
        await bury(row, incident, saying: said)
        return nil
    }

    /// Marks an update as failed and says so, in one transaction; tries until it is done, or a stop leaves the update.
    private func bury(_ row: InboxRow, _ incident: Incident, saying message: OutgoingMessage?) async {
        var failures = 0
        while !Task.isCancelled {
            do {
                try await parts.database.platform { tx in
                    if let message { try tx.send(message) }
                    tx.markFailed(row, incident)
                }
                return
            } catch DatabaseFault.closingRefused {
                // It is marked: the answer of an earlier try was lost.
                return
            } catch {
                failures += 1
                logger.warning(
                    "A failed update is not marked yet",
                    metadata: ["incident": "\(incident)", "error": "\(error.loggable)"]
                )
                do { try await Task.sleep(for: pause(afterFailures: failures)) } catch { return }
            }
        }
    }
}
