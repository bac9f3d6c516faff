public import Database
import Kernel
public import Logging

/// Lets one process at a time do what must not be done by two: poll a bot, pace a campaign.
public struct Leases: Sendable {
    private let database: Database
    private let holder: String
    private let logger: Logger

    /// A lease not renewed for so long is free; renewed every second, so another process has it within 5 s of a kill.
    private static let seconds = 4.0

    public init(database: Database, logger: Logger) {
        self.database = database
        self.logger = logger
        holder = hexadecimal(randomBytes(8))
    }

    /// Waits for the lease, runs `body` with its epoch, cancels it when the lease is lost, and waits again.
    ///
    /// Ends when the task is cancelled, or when `body` returns by itself. Every new holder has a higher epoch: what is
    /// written under an old one can be refused. A cancelled `body` finishes what it has in hand under the lease.
    public func hold(_ name: String, _ body: @escaping @Sendable (Int64) async -> Void) async {
        while !Task.isCancelled {
            if let (epoch, askedAt) = await acquire(name) {
                logger.info("lease taken", metadata: ["lease": "\(name)", "epoch": "\(epoch)"])
                let isLost = await runHolding(name, epoch, since: askedAt, body)
                await Task { await release(name, epoch) }.value
                if !isLost { return }
                logger.notice("lease lost", metadata: ["lease": "\(name)", "epoch": "\(epoch)"])
            }
            do { try await Task.sleep(for: .milliseconds(500)) } catch { return }
        }
    }

    private func runHolding(
        _ name: String,
        _ epoch: Int64,
        since askedAt: ContinuousClock.Instant,
        _ body: @escaping @Sendable (Int64) async -> Void
    ) async -> Bool {
        // No child of this task: a cancellation would end the renewing while `body` still finishes what it has in hand.
        let renewing = Task { await renewUntilLost(name, epoch, since: askedAt) }
        return await withTaskGroup(of: Bool.self) { group in
            group.addTask { await renewing.value }
            group.addTask {
                await body(epoch)
                return false
            }
            let isLost = await group.next() ?? true
            group.cancelAll()
            renewing.cancel()
            await group.waitForAll()
            return isLost && !Task.isCancelled
        }
    }

    /// The epoch and the moment from which the lease counts; nil when it is another's.
    private func acquire(_ name: String) async -> (epoch: Int64, askedAt: ContinuousClock.Instant)? {
        do {
            guard try await isFree(name) else { return nil }
            return try await database.platformHeartbeat { tx in
                // From the asking: how long the answer took, nobody knows. Not from the standing in line before it.
                let askedAt = ContinuousClock.now
                let rows = try await tx.query(
                    """
                    INSERT INTO platform.leases AS lease (name, holder, epoch, until)
                    VALUES (\(name), \(holder), 1, now() + \(Self.seconds) * interval '1 second')
                    ON CONFLICT (name) DO UPDATE
                    SET holder = excluded.holder, epoch = lease.epoch + 1, until = excluded.until
                    WHERE \(Self.isOver)
                    RETURNING epoch
                    """
                )
                return try rows.first.map { (try $0.decode(Int64.self), askedAt) }
            }
        } catch {
            logger.debug("cannot take a lease", metadata: ["lease": "\(name)", "error": "\(error.loggable)"])
            return nil
        }
    }

    /// Whether it is worth trying: a trial locks the row and writes, and who waits tries twice a second.
    private func isFree(_ name: String) async throws -> Bool {
        try await database.platformHeartbeat([.oneExchange]) { tx in
            let held: SQL = "SELECT FROM platform.leases AS lease WHERE name = \(name) AND NOT (\(Self.isOver))"
            return try await tx.query(held).isEmpty
        }
    }

    private static var isOver: SQL {
        """
        lease.until < now()
        -- Nobody writes one so long: the clock was set back, and its holder may be gone.
        OR lease.until > now() + 3 * \(seconds) * interval '1 second'
        """
    }

    /// Ends when the lease was taken by another, or could not be renewed in time to be sure that it was not.
    private func renewUntilLost(_ name: String, _ epoch: Int64, since askedAt: ContinuousClock.Instant) async -> Bool {
        var renewedAt = askedAt
        while !Task.isCancelled {
            do { try await Task.sleep(for: .seconds(1)) } catch { return true }
            let askedAt = ContinuousClock.now
            do {
                let isOurs = try await withDeadline(.seconds(Self.seconds - 1) - (askedAt - renewedAt)) {
                    try await renew(name, epoch)
                }
                guard isOurs else { return true }
                renewedAt = askedAt
            } catch {
                if ContinuousClock.now - renewedAt >= .seconds(Self.seconds - 1) { return true }
            }
        }
        return true
    }

    private func renew(_ name: String, _ epoch: Int64) async throws -> Bool {
        // Its loss in a crash of the server takes back less than the second between two renewals, and a lease outlasts
        // its holder's trust in it by one. Waiting for the disk, hundreds of leases would not get through in time.
        try await database.platformHeartbeat([.oneExchange, .mayBeLost]) { tx in
            try await tx.execute(
                """
                UPDATE platform.leases SET until = now() + \(Self.seconds) * interval '1 second'
                WHERE name = \(name) AND holder = \(holder) AND epoch = \(epoch)
                """
            ) == 1
        }
    }

    private func release(_ name: String, _ epoch: Int64) async {
        do {
            try await database.platformHeartbeat([.oneExchange, .mayBeLost]) { tx in
                try await tx.execute(
                    """
                    UPDATE platform.leases SET until = now() - interval '1 second'
                    WHERE name = \(name) AND holder = \(holder) AND epoch = \(epoch)
                    """
                )
            }
        } catch {
            // It ends by itself.
            logger.debug("cannot give a lease back", metadata: ["lease": "\(name)", "error": "\(error.loggable)"])
        }
    }
}
