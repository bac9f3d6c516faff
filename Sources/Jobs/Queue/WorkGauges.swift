public import Database
import Foundation
public import Kernel

/// How much work lies where and how long it has waited, over all processes; for the metrics.
///
/// Every look goes through an index of what is unfinished, so its cost does not grow with what is done.
public struct WorkGauges: Sendable {
    private let database: Database

    public init(database: Database) { self.database = database }

    /// Things that wait, and the seconds for which the oldest has been due.
    public struct Line: Sendable, Equatable {
        public let name: String
        public let count: Int
        public let oldestSeconds: Double
    }

    /// Seconds since a job of each lane could have been started.
    public func jobs() async throws -> [Line] {
        try await database.cell { tx in
            try await tx.query(
                """
                SELECT lane, count(*), extract(epoch FROM greatest(now() - min(greatest(run_at, created_at)), '0'))::double precision
                FROM cell.jobs
                WHERE state = 'waiting' AND id > 0
                GROUP BY lane
                ORDER BY lane
                """
            ).map(Self.line)
        }
    }

    /// Messages of the cell that are to be sent and may be by now, by bots that run: others wait for nothing but a person.
    public func cellOutbox(of bots: [BotID]) async throws -> [Line] {
        try await database.cell { tx in
            try await tx.query(
                """
                SELECT 'cell', count(*), coalesce(extract(epoch FROM greatest(now() - min(not_before), '0')), 0)::double precision
                FROM cell.outbox
                WHERE state IN ('pending', 'sending')
                  AND bot_id = ANY(\(bots.map(\.rawValue)))
                """
            ).map(Self.line)
        }
    }

    /// The same for what no company is known of.
    public func platformOutbox() async throws -> [Line] {
        try await database.platform { tx in
            try await tx.query(
                """
                SELECT 'platform', count(*), coalesce(extract(epoch FROM greatest(now() - min(not_before), '0')), 0)::double precision
                FROM platform.outbox
                WHERE state IN ('pending', 'sending')
                  AND bot_id IN (SELECT id FROM platform.bots WHERE stopped IS NULL)
                """
            ).map(Self.line)
        }
    }

    /// Updates of running bots that are stored and not handled.
    public func inbox() async throws -> Line {
        try await database.platform { tx in
            let rows = try await tx.query(
                """
                SELECT 'inbox', count(*), coalesce(extract(epoch FROM greatest(now() - min(received_at), '0')), 0)::double precision
                FROM platform.inbox
                WHERE state = 'new'
                  AND bot_id IN (SELECT id FROM platform.bots WHERE stopped IS NULL)
                """
            )
            return try rows.first.map(Self.line) ?? Line(name: "inbox", count: 0, oldestSeconds: 0)
        }
    }

    /// Seconds for which the oldest daily run has been due and not made; 0 when none is.
    public func scheduleOverdueSeconds() async throws -> Double {
        try await database.cell { tx in
            try await tx.query(
                """
                SELECT coalesce(extract(epoch FROM greatest(now() - min(next_at), '0')), 0)::double precision
                FROM cell.schedule
                """
            ).first?.decode(Double.self) ?? 0
        }
    }

    /// A lease with its epoch, which rises with every new holder, and the seconds since it ran out.
    public func leases() async throws -> [(name: String, epoch: Int, lapsedSeconds: Double)] {
        try await database.platform { tx in
            try await tx.query(
                """
                SELECT name, epoch, extract(epoch FROM greatest(now() - until, '0'))::double precision
                FROM platform.leases
                ORDER BY name
                """
            ).map { try $0.decode(String.self, Int.self, Double.self) }
        }
    }

    /// Connections to the PostgreSQL server, all databases and programs included, and how many it allows to us.
    public func serverConnections() async throws -> (count: Int, limit: Int) {
        try await database.platform { tx in
            try await tx.query(
                """
                SELECT (SELECT coalesce(sum(numbackends), 0)::bigint FROM pg_stat_database),
                       (current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int)::bigint
                """
            ).first?.decode(Int.self, Int.self) ?? (0, 0)
        }
    }

    /// By how many seconds a clock goes ahead of the cell's database; negative where it is behind.
    ///
    /// Leases, schedules and waits run by the database's clock, links and digests by the machine's. 0 as long as the
    /// database's time lies between the beginning and the end of the question, so a slow answer is no difference.
    public func clockOffsetSeconds(_ clock: WallClock) async throws -> Double {
        let asked = clock.now().timeIntervalSince1970
        let time = try await database.readCell { tx in
            try await tx.query("SELECT extract(epoch FROM clock_timestamp())::double precision")
                .first?.decode(Double.self)
        }
        let answered = clock.now().timeIntervalSince1970
        guard let time else { return 0 }
        return time < asked ? asked - time : min(0, answered - time)
    }

    private static func line(_ row: Row) throws -> Line {
        let (name, count, seconds) = try row.decode(String.self, Int.self, Double.self)
        return Line(name: name, count: count, oldestSeconds: seconds)
    }
}
