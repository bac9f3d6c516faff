import Database
import Foundation
import Kernel

/// The companies of this installation.
struct TenantStore {
    let tx: PlatformTransaction

    init(_ tx: PlatformTransaction) { self.tx = tx }

    func profile(_ id: TenantID, state: TenantState = .ready) async throws -> TenantProfile? {
        let rows = try await tx.query(
            """
            SELECT id, name, zone, language, to_char(digest_time, 'HH24:MI')
            FROM platform.tenants
            WHERE id = \(id) AND state = \(state)
            """
        )
        return try rows.first.map(Self.profile)
    }

    func list() async throws -> [TenantSummary] {
        let rows = try await tx.query(
            """
            SELECT id, name, zone, language, to_char(digest_time, 'HH24:MI'), state, created_at,
                   (SELECT count(*) FROM platform.memberships WHERE tenant = tenants.id)
            FROM platform.tenants
            ORDER BY id
            """
        )
        return try rows.map { row in
            let (id, name, zone, language, digestTime, state, createdAt, members) = try row.decode(
                TenantID.self,
                String.self,
                String.self,
                String.self,
                String.self,
                String.self,
                Date.self,
                Int.self
            )
            return TenantSummary(
                profile: try Self.profile(id, name, zone, language, digestTime),
                state: try Self.readable(TenantState(rawValue: state), id, "state"),
                members: members,
                createdAt: createdAt
            )
        }
    }

    /// A new company, in the one of the cells that has the fewest.
    func insert(
        _ name: CompanyName,
        zone: TimeZone,
        language: Language,
        createdBy: AccountID?,
        in cells: [Int]
    ) async throws -> TenantID {
        let rows = try await tx.query(
            """
            INSERT INTO platform.tenants (name, zone, language, created_by, cell)
            SELECT \(name.text), \(zone.identifier), \(language), \(createdBy)::bigint, cell.number
            FROM unnest(\(cells)) AS cell (number)
            ORDER BY (SELECT count(*) FROM platform.tenants AS other
                      WHERE other.cell = cell.number AND other.state <> 'failed'), cell.number
            LIMIT 1
            RETURNING id
            """
        )
        return try rows[0].decode(TenantID.self)
    }

    /// The company that a person registered already, if they did.
    func registered(by account: AccountID) async throws -> TenantID? {
        let rows = try await tx.query(
            """
            SELECT id
            FROM platform.tenants
            WHERE created_by = \(account) AND state IN ('preparing', 'ready')
            """
        )
        return try rows.first.map { try $0.decode(TenantID.self) }
    }

    /// Companies whose schema is still to be made, oldest first, without those in `others`.
    func preparing(except others: [TenantID]) async throws -> [TenantID] {
        let rows = try await tx.query(
            """
            SELECT id
            FROM platform.tenants
            WHERE state = 'preparing' AND id <> ALL(\(others.map(\.rawValue)))
            ORDER BY id
            LIMIT 20
            """
        )
        return try rows.map { try $0.decode(TenantID.self) }
    }

    /// Marks a company ready; nil when somebody else has done it, or it is not being prepared.
    func finishPreparing(_ id: TenantID) async throws -> TenantProfile? {
        let rows = try await tx.query(
            """
            UPDATE platform.tenants
            SET state = 'ready'
            WHERE id = \(id) AND state = 'preparing'
            RETURNING id, name, zone, language, to_char(digest_time, 'HH24:MI')
            """
        )
        return try rows.first.map(Self.profile)
    }

    /// Counts an attempt that failed, and gives up after `limit` of them; says whether it did.
    func countFailure(_ id: TenantID, limit: Int) async throws -> Bool {
        let rows = try await tx.query(
            """
            UPDATE platform.tenants
            SET attempts = attempts + 1,
                state = CASE WHEN attempts + 1 >= \(limit) THEN 'failed' ELSE state END
            WHERE id = \(id) AND state = 'preparing'
            RETURNING state = 'failed'
            """
        )
        return try rows.first.map { try $0.decode(Bool.self) } ?? false
    }

    func creator(of id: TenantID) async throws -> AccountID? {
        let rows = try await tx.query("SELECT created_by FROM platform.tenants WHERE id = \(id)")
        return try rows.first.flatMap { try $0.decode(AccountID?.self) }
    }

    func setDigestTime(_ time: LocalTime, of id: TenantID) async throws {
        try await tx.execute(
            """
            UPDATE platform.tenants
            SET digest_time = (\(time.description)::text)::time
            WHERE id = \(id)
            """
        )
    }

    /// After how many days the sound of calls is deleted, where the company has a setting of its own.
    func audioDays(of id: TenantID) async throws -> Int? {
        let rows = try await tx.query("SELECT audio_days::bigint FROM platform.tenants WHERE id = \(id)")
        return try rows.first.flatMap { try $0.decode(Int?.self) }
    }

    func setAudioDays(_ days: Int?, of id: TenantID) async throws -> Bool {
        try await tx.execute("UPDATE platform.tenants SET audio_days = \(days) WHERE id = \(id)") == 1
    }

    func markDropping(_ id: TenantID) async throws -> Bool {
        try await tx.execute("UPDATE platform.tenants SET state = 'dropping' WHERE id = \(id)") == 1
    }

    /// Forgets the company; memberships, links, sessions and waiting dialogues go with it.
    func delete(_ id: TenantID) async throws {
        try await tx.execute("DELETE FROM platform.tenants WHERE id = \(id) AND state = 'dropping'")
    }

    private static func profile(_ row: Row) throws -> TenantProfile {
        let (id, name, zone, language, digestTime) = try row.decode(
            TenantID.self,
            String.self,
            String.self,
            String.self,
            String.self
        )
        return try profile(id, name, zone, language, digestTime)
    }

    private static func profile(
        _ id: TenantID,
        _ name: String,
        _ zone: String,
        _ language: String,
        _ digestTime: String
    ) throws -> TenantProfile {
        TenantProfile(
            id: id,
            name: name,
            zone: try readable(TimeZone(identifier: zone), id, "zone"),
            language: Language(tag: language),
            digestTime: try readable(LocalTime(text: digestTime), id, "digest_time")
        )
    }

    private static func readable<T>(_ value: T?, _ id: TenantID, _ column: String) throws -> T {
        guard let value else { throw TenantFault.unreadable(id, column: column) }
        return value
    }
}
