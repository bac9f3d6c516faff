public import Foundation
public import Kernel

public enum Digest {}

public typealias DigestID = Identifier<Digest>

/// What a digest is about.
public enum DigestKind: String, Codable, Sendable, Hashable, CaseIterable {
    /// One local day.
    case daily
}

/// What one local day brought.
public struct DigestSummary: Codable, Sendable, Hashable {
    public var day: LocalDay
    /// True while the day is not over.
    public var isSoFar: Bool
    /// Calls of the day that have a score, with or without speech.
    public var calls: Int
    /// Calls of the day that are still on their way.
    public var unfinished: Int
    public var failed: Int
    public var conversion: ConversionCounts
    /// The item of the checklist that most calls failed; nil when none failed.
    public var weakestItem: WeakestItem?
    public var best: RankedCall?
    /// Nil when it would be the best one again.
    public var worst: RankedCall?

    public struct ConversionCounts: Codable, Sendable, Hashable {
        public var yes: Int
        public var no: Int
        public var undecided: Int

        public init(yes: Int, no: Int, undecided: Int) {
            self.yes = yes
            self.no = no
            self.undecided = undecided
        }
    }

    public struct WeakestItem: Codable, Sendable, Hashable {
        public var criterion: Criterion
        /// Calls that failed it, of those in which it was scored.
        public var failed: Int
        public var scored: Int

        public init(criterion: Criterion, failed: Int, scored: Int) {
            self.criterion = criterion
            self.failed = failed
            self.scored = scored
        }
    }

    public struct RankedCall: Codable, Sendable, Hashable {
        public var id: CallID
        public var happenedAt: Date
        public var fileName: String?
        public var score: CallScore

        public init(id: CallID, happenedAt: Date, fileName: String?, score: CallScore) {
            self.id = id
            self.happenedAt = happenedAt
            self.fileName = fileName
            self.score = score
        }
    }

    public init(
        day: LocalDay,
        isSoFar: Bool,
        calls: Int,
        unfinished: Int,
        failed: Int,
        conversion: ConversionCounts,
        weakestItem: WeakestItem?,
        best: RankedCall?,
        worst: RankedCall?
    ) {
        self.day = day
        self.isSoFar = isSoFar
        self.calls = calls
        self.unfinished = unfinished
        self.failed = failed
        self.conversion = conversion
        self.weakestItem = weakestItem
        self.best = best
        self.worst = worst
    }
}
