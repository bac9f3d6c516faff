public import Database
public import Foundation
public import Jobs
public import Kernel

/// What a company's days brought, as values; a digest that was sent is kept as it was.
public struct Digests: Sendable {
    private let database: Database
    private let clock: WallClock

    public init(database: Database, clock: WallClock) {
        self.database = database
        self.clock = clock
    }

    /// The local day that is under way, so far.
    public func today(_ tenant: TenantID, zone: TimeZone) async throws -> DigestSummary {
        try await summary(tenant, LocalDay(of: clock.now(), in: zone), zone)
    }

    /// The local day before.
    public func yesterday(_ tenant: TenantID, zone: TimeZone) async throws -> DigestSummary {
        try await summary(tenant, LocalDay(of: clock.now(), in: zone).adding(days: -1), zone)
    }

    private func summary(_ tenant: TenantID, _ day: LocalDay, _ zone: TimeZone) async throws -> DigestSummary {
        try await database.tenant(tenant) { try await summary(of: day, zone, in: $0) }
    }

    /// What was sent, by its number.
    public func made(_ id: DigestID, tenant: TenantID) async throws -> DigestSummary? {
        try await database.read(tenant) { try await DigestStore($0).summary(id) }
    }

    /// Makes and keeps the digest of a day and has it sent; nil when that was done before.
    public func make(
        _ kind: DigestKind,
        day: LocalDay,
        zone: TimeZone,
        in transaction: TenantTransaction
    ) async throws -> DigestID? {
        let summary = try await summary(of: day, zone, in: transaction)
        guard let id = try await DigestStore(transaction).insert(summary, kind: kind, at: clock.now()) else {
            return nil
        }
        try transaction.enqueue(CallJobs.digestMade, DigestMade(digest: id))
        return id
    }

    /// Handles `digest.due`.
    public func handle(_ context: JobContext, _ due: DigestDue) async throws -> JobOutcome {
        guard let zone = TimeZone(identifier: due.zone) else { return .giveUp(reason: "no such time zone") }
        return try await context.finish { transaction in
            _ = try await make(due.kind, day: due.day, zone: zone, in: transaction)
        }
    }

    /// A day's bounds are its local midnights, so it has 23 to 25 hours.
    func summary(
        of day: LocalDay,
        _ zone: TimeZone,
        in transaction: TenantTransaction
    ) async throws -> DigestSummary {
        let store = DigestStore(transaction)
        let (start, end) = day.bounds(in: zone)
        let counts = try await store.counts(from: start, to: end)
        let best = try await store.ranked(.best, from: start, to: end)
        let worst = try await store.ranked(.worst, from: start, to: end)
        return DigestSummary(
            day: day,
            isSoFar: clock.now() < end,
            calls: counts.done,
            unfinished: counts.unfinished,
            failed: counts.failed,
            conversion: counts.conversion,
            weakestItem: try await store.weakestItem(from: start, to: end),
            best: best,
            worst: worst?.id == best?.id ? nil : worst
        )
    }
}
