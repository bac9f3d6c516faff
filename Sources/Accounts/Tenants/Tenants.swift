public import Database
public import Kernel
import Foundation
import Synchronization

/// The companies of this installation, and a short memory of those in use.
///
/// Another process may change a company: what is remembered is believed for ten seconds.
public final class Tenants: Sendable {
    private let database: Database
    private let clock: WallClock
    private let remembered = Mutex<[TenantID: (profile: TenantProfile, until: Date)]>([:])

    static let secondsRemembered: TimeInterval = 10

    public init(database: Database, clock: WallClock = .system) {
        self.database = database
        self.clock = clock
    }

    /// A company that is ready; a `TenantFault` when there is none.
    public func profile(_ id: TenantID) async throws -> TenantProfile {
        let now = clock.now()
        if let known = remembered.withLock({ $0[id] }), known.until > now { return known.profile }
        let found = try await database.readPlatform { tx in try await TenantStore(tx).profile(id) }
        guard let found else { throw TenantFault.unknown(id) }
        remembered.withLock { $0[id] = (found, now.addingTimeInterval(Self.secondsRemembered)) }
        return found
    }

    public func list() async throws -> [TenantSummary] {
        try await database.readPlatform { tx in try await TenantStore(tx).list() }
    }

    /// Companies that are ready, for loops that go over all of them.
    public func ready() async throws -> [TenantProfile] {
        try await list().filter { $0.state == .ready }.map(\.profile)
    }

    /// Makes a company without a person, from the command line; it is ready when this returns.
    public func create(
        name: String,
        zone: String,
        language: Language,
        cell: Int? = nil,
        with migrator: Migrator
    ) async throws -> TenantID {
        let name = try CompanyName(name)
        let zone = try RegistrationRefusal.zone(named: zone)
        let id = try await database.platform { tx in
            try await TenantStore(tx).insert(
                name,
                zone: zone,
                language: language,
                createdBy: nil,
                in: cell.map { [$0] } ?? database.openCells
            )
        }
        try await migrator.provision(id)
        _ = try await database.platform { tx in try await TenantStore(tx).finishPreparing(id) }
        return id
    }

    /// Removes a company with everything it owns; when cut off in between, call it again.
    ///
    /// `removeFiles` comes when nothing can add to them any more, and before the company is forgotten: one whose files
    /// could not be removed can be named again.
    public func drop(_ id: TenantID, with migrator: Migrator, removeFiles: () async throws -> Void) async throws {
        let exists = try await database.platform { tx in try await TenantStore(tx).markDropping(id) }
        guard exists else { throw TenantFault.unknown(id) }
        forget(id)
        try await migrator.drop(id)
        try await removeFiles()
        try await database.platform { tx in try await TenantStore(tx).delete(id) }
    }

    /// Changes when the digest is due, as part of the caller's transaction; call `forget` once it is committed.
    public func setDigestTime(_ time: LocalTime, of id: TenantID, in tx: PlatformTransaction) async throws {
        try await TenantStore(tx).setDigestTime(time, of: id)
    }

    /// After how many days the sound of calls is deleted, 0 never; nil where the installation's setting holds.
    public func audioDays(of id: TenantID) async throws -> Int? {
        try await database.platform { tx in try await TenantStore(tx).audioDays(of: id) }
    }

    public func setAudioDays(_ days: Int?, of id: TenantID) async throws {
        let isKnown = try await database.platform { tx in try await TenantStore(tx).setAudioDays(days, of: id) }
        guard isKnown else { throw TenantFault.unknown(id) }
    }

    /// Makes the next look read the database.
    public func forget(_ id: TenantID) {
        remembered.withLock { $0[id] = nil }
    }
}
