public import Database
public import Kernel
public import Logging
import Synchronization

/// Something of a tenant that pages follow.
public struct LiveTopic: Hashable, Sendable, CustomStringConvertible {
    public let name: String

    public init(_ name: String) { self.name = name }

    public var description: String { name }
}

extension TenantTransaction {
    /// Raises the topic's number as one of the last statements before COMMIT: pages that follow it look again.
    ///
    /// A number begins with the time in milliseconds: when the row was removed as old, its next is still above those seen.
    public func touch(_ topic: LiveTopic) {
        atVeryEnd(
            topic.name,
            """
            INSERT INTO cell.live AS live (tenant_id, topic, number)
            VALUES (\(tenant), \(topic.name), (extract(epoch FROM clock_timestamp()) * 1000)::bigint)
            ON CONFLICT (tenant_id, topic) DO UPDATE SET number = live.number + 1
            """
        )
        wake(.live)
    }
}

/// Tells pages when what they show has changed; one query serves all of them.
public final class LiveFeed: Sendable {
    public typealias Numbers = [LiveTopic: Int64]

    private struct Follower {
        let tenant: TenantID
        var seen: Numbers
        let continuation: AsyncStream<Numbers>.Continuation
    }

    private let database: Database
    private let logger: Logger
    private let followers = Mutex<(next: UInt64, all: [UInt64: Follower])>((0, [:]))
    /// By the number of the cell.
    private let looking: [Int: Gathering<Followed, Numbers>]

    private typealias Followed = (tenant: TenantID, topics: [LiveTopic])

    public init(database: Database, logger: Logger) {
        self.database = database
        self.logger = logger
        let pairs = database.allCells.map { cell in
            (
                cell.number,
                Gathering<Followed, Numbers>(limit: 100) { asked in
                    let found = try await Self.look(asked, in: cell)
                    return asked.map { found[$0.tenant] ?? [:] }
                }
            )
        }
        looking = Dictionary(uniqueKeysWithValues: pairs)
    }

    /// The numbers of topics now; 0 for one that nothing has touched.
    public func numbers(_ topics: [LiveTopic], of tenant: TenantID) async throws -> Numbers {
        let home = try await database.home(of: tenant)
        guard let gathering = looking[home.number] else { throw DatabaseFault.cellNotSet(home.number) }
        let found = try await gathering.ask((tenant, topics))
        return Dictionary(topics.map { ($0, found[$0] ?? 0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Yields the numbers of those topics that have changed since `seen`, at first and then whenever they change.
    ///
    /// A page that was away follows with the numbers it saw last and misses nothing.
    public func follow(_ seen: Numbers, of tenant: TenantID) -> AsyncStream<Numbers> {
        let (stream, continuation) = AsyncStream.makeStream(of: Numbers.self, bufferingPolicy: .unbounded)
        let number = followers.withLock { followers in
            followers.next += 1
            followers.all[followers.next] = Follower(tenant: tenant, seen: seen, continuation: continuation)
            return followers.next
        }
        continuation.onTermination = { [weak self] _ in
            _ = self?.followers.withLock { $0.all.removeValue(forKey: number) }
        }
        return stream
    }

    /// Looks for changes in every cell until cancelled.
    public func run() async {
        await withDiscardingTaskGroup { group in
            for cell in database.allCells { group.addTask { await self.run(in: cell) } }
        }
        followers.withLock { $0.all.values }.forEach { $0.continuation.finish() }
    }

    /// Once in a tenth of a second at most: pages need not see more of them.
    private func run(in cell: Database) async {
        for await _ in cell.wakeUps(on: .live) {
            let looksAgainAt = ContinuousClock.now + WakeUpChannel.live.period
            let followed = followers.withLock { $0.all.values.map { ($0.tenant, Array($0.seen.keys)) } }
            guard !followed.isEmpty else { continue }
            do {
                var here: [Followed] = []
                for entry in followed where await isHome(cell, of: entry.0) { here.append(entry) }
                guard !here.isEmpty else { continue }
                tell(try await Self.look(here, in: cell))
            } catch {
                logger.debug("cannot look for live changes", metadata: ["error": "\(error.loggable)"])
            }
            do { try await Task.sleep(until: looksAgainAt, clock: .continuous) } catch { return }
        }
    }

    /// Whether a cell is a tenant's; one whose cell cannot be told keeps nobody else's pages waiting.
    private func isHome(_ cell: Database, of tenant: TenantID) async -> Bool {
        do {
            return try await database.home(of: tenant) === cell
        } catch {
            logger.debug(
                "cannot tell the cell of a page",
                metadata: ["tenant": "\(tenant)", "error": "\(error.loggable)"]
            )
            return false
        }
    }

    private func tell(_ found: [TenantID: Numbers]) {
        followers.withLock { followers in
            for (number, follower) in followers.all {
                let changed = (found[follower.tenant] ?? [:]).filter { $0.value > follower.seen[$0.key, default: .max] }
                guard !changed.isEmpty else { continue }
                followers.all[number]?.seen.merge(changed) { $1 }
                follower.continuation.yield(changed)
            }
        }
    }

    private static func look(
        _ followed: [Followed],
        in cell: Database
    ) async throws -> [TenantID: Numbers] {
        let pairs = Set(followed.flatMap { entry in entry.topics.map { Pair(tenant: entry.tenant, topic: $0) } })
        let (tenants, topics) = (pairs.map(\.tenant.rawValue), pairs.map(\.topic.name))
        let rows = try await cell.readCell { tx in
            try await tx.query(
                """
                SELECT live.tenant_id, live.topic, live.number
                FROM unnest(\(tenants), \(topics)) AS wanted (tenant_id, topic)
                JOIN cell.live AS live ON live.tenant_id = wanted.tenant_id AND live.topic = wanted.topic
                """
            )
        }
        var found: [TenantID: Numbers] = [:]
        for row in rows {
            let (tenant, topic, number) = try row.decode(TenantID.self, String.self, Int64.self)
            found[tenant, default: [:]][LiveTopic(topic)] = number
        }
        return found
    }

    private struct Pair: Hashable {
        let tenant: TenantID
        let topic: LiveTopic
    }
}
