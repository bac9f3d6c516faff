import Database
import Foundation
import Kernel
import Logging
import Support
import Synchronization

@testable import Accounts

/// The accounts room on a database of a test's own, with a clock that stands still until it is moved.
struct AccountsFixture {
    let database: TestDatabase
    let people: People
    let tenants: Tenants
    let registrations: Registrations
    let signIn: SignIn
    let clock: MovableClock

    static func make() async throws -> AccountsFixture {
        let database = try await TestDatabase.make()
        // Numbers of tenants are names of roles, which all databases of the test's server share.
        let first = TestDatabase.tenantNumber()
        try database.runAsSuperuser(
            "ALTER TABLE platform.tenants ALTER COLUMN id RESTART WITH \(1_000_000 + first.rawValue * 100)"
        )
        let clock = MovableClock()
        return AccountsFixture(
            database: database,
            people: People(database: database.database),
            tenants: Tenants(database: database.database, clock: clock.clock),
            registrations: Registrations(
                database: database.database,
                migrator: database.migrator,
                logger: TestDatabase.logger
            ),
            signIn: SignIn(database: database.database, clock: clock.clock),
            clock: clock
        )
    }

    func arrive(_ name: String = "Анна", id: Int64 = 77, chat: Int64 = 77) async throws -> Presence {
        try await people.arrive(
            TelegramPerson(id: id, firstName: name, username: nil, languageTag: "ru"),
            in: ChatPlace(bot: BotID(5), chat: chat)
        )
    }

    func register(_ name: String = "Ромашка", by account: AccountID, chat: Int64 = 77) async throws -> TenantID {
        let name = try CompanyName(name)
        let zone = try RegistrationRefusal.zone(named: "Europe/Moscow")
        return try await database.database.platform { tx in
            try await registrations.register(
                name,
                zone: zone,
                by: account,
                in: ChatPlace(bot: BotID(5), chat: chat),
                language: .russian,
                tx
            )
        }
    }

    /// A company that is ready, and its owner.
    func company(_ name: String = "Ромашка", id: Int64 = 77) async throws -> (tenant: TenantID, owner: Presence) {
        let presence = try await arrive(id: id, chat: id)
        let tenant = try await register(name, by: presence.account, chat: id)
        try await registrations.prepare(tenant, schedule: { _ in }, announce: { _, _ in })
        return (tenant, try await arrive(id: id, chat: id))
    }

    func link(_ owner: Presence, _ tenant: TenantID) async throws -> Token {
        try await database.database.platform { tx in signIn.issue(for: owner.account, in: tenant, tx) }
    }
}

/// A clock that a test moves.
final class MovableClock: Sendable {
    private let moment = Mutex(Date(timeIntervalSince1970: 1_795_000_000))

    var clock: WallClock { WallClock { [self] in moment.withLock { $0 } } }

    func advance(by seconds: TimeInterval) {
        moment.withLock { $0 = $0.addingTimeInterval(seconds) }
    }
}
