public import Database
public import Foundation
import Kernel
public import Logging
import Synchronization

/// How long what has ended is kept.
public struct RetentionPeriods: Sendable, Equatable {
    /// Updates that were handled or ignored, and the marks that keep them from being handled twice.
    ///
    /// Telegram gives an update again for a day; the marks must outlast that.
    public var updatesDays: Int
    /// Messages that were sent or replaced by newer ones, and which message a slot was.
    public var messagesDays: Int
    /// What failed for good: dead jobs, updates given up, messages refused or of unknown fate.
    public var failuresDays: Int

    public init(updatesDays: Int = 7, messagesDays: Int = 30, failuresDays: Int = 90) {
        self.updatesDays = updatesDays
        self.messagesDays = messagesDays
        self.failuresDays = failuresDays
    }
}

/// What of which table is removed when its time is over.
public enum RetentionKind: String, Sendable, CaseIterable {
    case updates, updateMarks, messages, platformMessages, deadJobs
    /// Which message a slot was, and what pages followed.
    case slots, platformSlots, topics
    /// What waits for a bot that is gone or stands still; it is not removed but ended.
    case strandedMessages, strandedPlatformMessages, strandedUpdates

    /// Lies in the first database only; the others lie in every cell.
    var isOfPlatform: Bool {
        switch self {
        case .updates, .platformMessages, .platformSlots, .strandedPlatformMessages, .strandedUpdates: true
        case .updateMarks, .messages, .deadJobs, .slots, .topics, .strandedMessages: false
        }
    }
}

/// Removes what has ended long ago from inbox, outbox and queue.
///
/// What has not ended it never removes. What has waited for a day for a bot that is gone or stands still it ends: a bot
/// that is resumed months later must not send what it had to say then.
///
/// In transactions of at most a thousand rows each, so that it holds no lock and no snapshot for long. Cut off at any
/// point, it goes on the next time.
public final class Retention: Sendable {
    private let store: RetentionStore
    private let periods: RetentionPeriods
    private let logger: Logger
    private let removed = Mutex<[RetentionKind: Int]>([:])
    private let finishedAt = Mutex<Date?>(nil)

    /// So often that a sweep finds little to do.
    static let pause = Duration.seconds(3600)

    public init(database: Database, periods: RetentionPeriods, logger: Logger) {
        store = RetentionStore(database: database)
        self.periods = periods
        self.logger = logger
    }

    /// How many rows this process has removed since its start.
    public var counts: [(kind: RetentionKind, count: Int)] {
        removed.withLock { removed in RetentionKind.allCases.map { ($0, removed[$0] ?? 0) } }
    }

    /// When this process last came to the end of a sweep.
    public var lastSweep: Date? { finishedAt.withLock { $0 } }

    /// Sweeps every hour until cancelled; of several processes one does it.
    public func run(_ leases: Leases) async {
        await leases.hold("retention") { _ in
            while !Task.isCancelled {
                do {
                    try await self.sweep()
                } catch is CancellationError {
                    return
                } catch {
                    self.logger.warning("cannot remove what is old", metadata: ["error": "\(error.loggable)"])
                }
                do { try await Task.sleep(for: Self.pause) } catch { return }
            }
        }
    }

    /// Removes everything whose time is over; a cell that is down does not keep the others from it.
    public func sweep() async throws {
        var trouble: (any Error)?
        for cell in store.database.allCells {
            do {
                for kind in RetentionKind.allCases where cell === store.database || !kind.isOfPlatform {
                    try await sweep(kind, of: cell)
                }
            } catch {
                try Task.checkCancellation()
                trouble = error
            }
        }
        if let trouble { throw trouble }
        finishedAt.withLock { $0 = Date() }
    }

    private func sweep(_ kind: RetentionKind, of cell: Database) async throws {
        var start: Int64 = 0
        while true {
            let step = try await store.step(kind, periods, of: cell, behind: start)
            removed.withLock { $0[kind, default: 0] += step.removed }
            if step.removed > 0 {
                logger.info("removed", metadata: ["what": "\(kind)", "rows": "\(step.removed)"])
            }
            guard let next = step.next else { return }
            start = next
            try Task.checkCancellation()
        }
    }
}
