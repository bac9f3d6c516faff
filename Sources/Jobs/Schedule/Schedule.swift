public import Database
import Foundation
public import Kernel
import Logging

/// The payload of a job that a schedule makes: the local day on which it is due.
public struct DailyRun: Codable, Sendable, Equatable {
    public let day: LocalDay

    public init(day: LocalDay) { self.day = day }
}

/// A time of day and the zone in which it is meant.
public struct DailyTime: Sendable, Equatable {
    public let hour: Int
    public let minute: Int
    /// An IANA name, such as `Asia/Almaty`.
    public let zone: String

    public init(hour: Int, minute: Int, zone: String) {
        self.hour = hour
        self.minute = minute
        self.zone = zone
    }
}

/// Sets what happens every day for a tenant.
public struct Schedule: Sendable {
    private let database: Database

    public init(database: Database) { self.database = database }

    /// Makes a job of the type every day at the tenant's local time; a new time replaces the old.
    ///
    /// The first run is the next time that the clock there shows it. In the hour that a change of clocks leaves out, it
    /// runs an hour later; in the hour that comes twice, once.
    public func daily(_ type: JobType<DailyRun>, at time: DailyTime, for tenant: TenantID) async throws {
        let text = "\(twoDigits(time.hour)):\(twoDigits(time.minute))"
        try await database.home(of: tenant).cell { tx in
            try await tx.execute(
                """
                INSERT INTO cell.schedule (tenant_id, type, local_time, zone, next_at)
                SELECT \(tenant), \(type.name), wanted.time, wanted.zone,
                       ((today.date + CASE WHEN today.time < wanted.time THEN 0 ELSE 1 END) + wanted.time)
                           AT TIME ZONE wanted.zone
                FROM (SELECT \(text)::time AS time, \(time.zone)::text AS zone) AS wanted,
                     LATERAL (SELECT (now() AT TIME ZONE wanted.zone)::date AS date,
                                     (now() AT TIME ZONE wanted.zone)::time AS time) AS today
                ON CONFLICT (tenant_id, type) DO UPDATE
                SET local_time = excluded.local_time, zone = excluded.zone, next_at = excluded.next_at
                """
            )
        }
    }

    /// Ends a daily run.
    public func stop<Payload>(_ type: JobType<Payload>, for tenant: TenantID) async throws {
        try await database.home(of: tenant).cell { tx in
            try await tx.execute("DELETE FROM cell.schedule WHERE tenant_id = \(tenant) AND type = \(type.name)")
        }
    }
}

/// Turns what is due into jobs; several processes may run it, each run is made once.
struct ScheduleStore: Sendable {
    let database: Database

    /// After an outage the latest run is caught up for so long; older ones are left out and said in the log.
    private static let catchUp = Duration.seconds(3 * 3600)

    func runDue(logger: Logger) async throws {
        try await database.cell(.usesIndexes) { tx in
            let rows = try await tx.query(
                """
                WITH due AS (
                    SELECT tenant_id, type, local_time, zone, next_at
                    FROM cell.schedule
                    WHERE next_at <= now()
                    ORDER BY next_at
                    LIMIT 100
                    FOR UPDATE SKIP LOCKED
                ), latest AS (
                    SELECT due.tenant_id, due.type, due.next_at, occurrence.day, occurrence.at
                    FROM due, LATERAL (
                        SELECT day, (day + due.local_time) AT TIME ZONE due.zone AS at
                        FROM (SELECT (now() AT TIME ZONE due.zone)::date - back AS day
                              FROM generate_series(0, 1) AS back) AS days
                        WHERE (day + due.local_time) AT TIME ZONE due.zone <= now()
                        ORDER BY day DESC
                        LIMIT 1
                    ) AS occurrence
                )
                UPDATE cell.schedule AS schedule
                SET next_at = (latest.day + 1 + schedule.local_time) AT TIME ZONE schedule.zone
                FROM latest
                WHERE schedule.tenant_id = latest.tenant_id AND schedule.type = latest.type
                RETURNING schedule.tenant_id, schedule.type, latest.day::text,
                          latest.at >= latest.next_at
                              AND latest.at >= now() - \(Self.catchUp.inSeconds) * interval '1 second',
                          latest.at > latest.next_at
                """
            )
            var runs: [NewJob] = []
            for row in rows {
                let (tenant, type, day, isRun, isBehind) = try row.decode(
                    TenantID.self,
                    String.self,
                    String.self,
                    Bool.self,
                    Bool.self
                )
                if !isRun || isBehind {
                    logger.warning("daily runs were missed", metadata: ["tenant": "\(tenant)", "type": "\(type)"])
                }
                if isRun { runs.append(try run(type, on: day, for: tenant)) }
            }
            // In the order in which every transaction adds them, see `NewJob.order`.
            for run in runs.sorted(by: { ($0.order ?? "") < ($1.order ?? "") }) {
                try await tx.execute(run.insertion)
                tx.wake(run.lane.channel)
            }
        }
    }

    private func run(_ type: String, on day: String, for tenant: TenantID) throws -> NewJob {
        let parts = day.split(separator: "-").compactMap { Int($0) }
        guard parts.count == 3 else { throw DatabaseFault.unreadable("a local day of the schedule") }
        let run = DailyRun(day: LocalDay(year: parts[0], month: parts[1], day: parts[2]))
        return NewJob(
            tenant: tenant,
            type: type,
            lane: .quick,
            payload: String(decoding: try JSONEncoder().encode(run), as: UTF8.self),
            key: day,
            delay: .zero,
            maxAttempts: 20
        )
    }
}
