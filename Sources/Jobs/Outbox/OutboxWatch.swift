public import Database
public import Kernel
public import Logging
import Synchronization

/// Tells the senders of one process which of them have something to send in a cell.
///
/// One question for all bots instead of a claim of each: a claim writes, and most bots have nothing to send most of the
/// time. It knows nothing that must survive: whoever comes is woken once, and every second it asks again.
public final class OutboxWatch: Sendable {
    private struct State {
        var senders: [UInt64: (bot: BotID, signal: AsyncStream<Void>.Continuation)] = [:]
        var next: UInt64 = 0

        var bots: Set<BotID> { Set(senders.values.map(\.bot)) }
    }

    private let database: Database
    private let logger: Logger
    private let state = Mutex(State())

    public init(database: Database, logger: Logger) {
        self.database = database
        self.logger = logger
    }

    /// Yields at once, and then whenever the bot may have something to send, as long as the watch runs.
    public func signals(of bot: BotID) -> AsyncStream<Void> {
        let (stream, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let number = state.withLock { state in
            state.next += 1
            state.senders[state.next] = (bot, signal)
            return state.next
        }
        signal.onTermination = { [weak self] _ in
            self?.state.withLock { _ = $0.senders.removeValue(forKey: number) }
        }
        signal.yield()
        return stream
    }

    /// Watches until cancelled.
    public func run() async {
        for await _ in database.wakeUps(on: .outbox) {
            let bots = state.withLock { $0.bots }
            // Who is alone asks by claiming.
            wake(bots.count > 1 ? await busy(among: bots) : bots)
        }
    }

    private func wake(_ bots: Set<BotID>) {
        state.withLock { state in
            for sender in state.senders.values where bots.contains(sender.bot) { sender.signal.yield() }
        }
    }

    /// The bots that have something to send or in hand; all of them when that cannot be found out.
    private func busy(among bots: Set<BotID>) async -> Set<BotID> {
        do {
            var found = Set<BotID>()
            for place in database.outboxPlaces {
                let rows = try await database.run(place, .oneExchange) {
                    try await $0.query(Self.question(bots, place))
                }
                found.formUnion(try rows.map { try $0.decode(BotID.self) })
            }
            return found
        } catch {
            // Each meets it with its own claim, tells it and waits as long as it should.
            logger.debug("cannot ask who has messages", metadata: ["error": "\(error.loggable)"])
            return bots
        }
    }

    /// Two looks into an index for each bot.
    ///
    /// What is being sent counts too: its claim's answer may have been lost, and the next claim puts it back.
    static func question(_ bots: Set<BotID>, _ place: OutboxPlace) -> SQL {
        """
        SELECT bot.id
        FROM unnest(\(bots.map(\.rawValue).sorted())) AS bot (id)
        WHERE coalesce(
            (SELECT true FROM \(place.table) AS waiting
             WHERE waiting.bot_id = bot.id AND waiting.state = 'pending' AND waiting.id > 0
               AND waiting.not_before <= now()
             LIMIT 1),
            (SELECT true FROM \(place.table) AS sending
             WHERE sending.bot_id = bot.id AND sending.state = 'sending'
             LIMIT 1),
            false)
        """
    }
}
