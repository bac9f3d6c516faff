import Database
import Foundation
import Kernel
import Support
import Synchronization
import Testing

@testable import Accounts

@Suite struct CompanyNames {
    @Test(arguments: [
        ("  Ромашка \n", "Ромашка"), ("ИП", "ИП"), ("Ромашка 🌼", "Ромашка 🌼"), ("A & B <Co>", "A & B <Co>"),
    ])
    func `a name is trimmed and otherwise kept`(written: String, kept: String) throws {
        #expect(try CompanyName(written).text == kept)
    }

    @Test(arguments: [
        ("", RegistrationRefusal.nameTooShort), (" Я ", .nameTooShort), ("Ром\nашка", .nameUnreadable),
        ("Ромашка\u{0}", .nameUnreadable), ("Рома\u{202E}шка", .nameUnreadable),
        (String(repeating: "я", count: 101), .nameTooLong(limit: 100)),
    ])
    func `a name that cannot be shown is refused`(written: String, refusal: RegistrationRefusal) {
        #expect(throws: refusal) { try CompanyName(written) }
    }

    @Test func `a hundred characters still fit`() throws {
        #expect(try CompanyName(String(repeating: "я", count: 100)).text.count == 100)
    }

    @Test(arguments: ["MSK", "Moscow", "Europe/Nowhere", ""])
    func `only whole IANA names are zones`(name: String) {
        #expect(throws: RegistrationRefusal.unknownZone(name)) { try RegistrationRefusal.zone(named: name) }
    }

    @Test(arguments: Language.allCases)
    func `every refusal has its own sentence in every language`(language: Language) {
        let refusals: [RegistrationRefusal] = [
            .nameTooShort, .nameTooLong(limit: 100), .nameUnreadable, .unknownZone("Марс"),
        ]
        let sentences = refusals.map { $0.sentence(in: language) }
        #expect(Set(sentences).count == refusals.count)
        #expect(sentences.allSatisfy { $0.hasSuffix(".") })
    }
}

@Suite struct RegistrationTests {
    @Test func `a registered company is prepared, and its owner is a member`() async throws {
        let fixture = try await AccountsFixture.make()
        let before = try await fixture.arrive()
        #expect(before.memberships.isEmpty)
        let tenant = try await fixture.register(by: before.account)
        #expect(try await fixture.arrive().waitingFor == tenant)
        #expect(try await fixture.registrations.takePreparing() == [tenant])
        let told = Mutex<[WaitingChat]>([])
        try await fixture.registrations.prepare(tenant, schedule: { _ in }) { prepared, _ in
            told.withLock { $0 = prepared.chats }
        }
        let after = try await fixture.arrive()
        #expect(after.active?.tenant == tenant)
        #expect(after.active?.role == .owner)
        #expect(after.waitingFor == nil)
        #expect(told.withLock { $0.map(\.chat) } == [77])
        #expect(told.withLock { $0.compactMap(\.step) } == ["{}"])
        #expect(try await fixture.registrations.takePreparing().isEmpty)
        let profile = try await fixture.tenants.profile(tenant)
        #expect(profile.zone.identifier == "Europe/Moscow")
        #expect(profile.digestTime.description == "09:00")
    }

    @Test func `a person who presses twice gets one company`() async throws {
        let fixture = try await AccountsFixture.make()
        let account = try await fixture.arrive().account
        let tenants = try await withThrowingTaskGroup(of: TenantID.self) { group in
            for chat in [Int64(77), 77, 77] {
                group.addTask { try await fixture.register(by: account, chat: chat) }
            }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(tenants.count == 1)
        #expect(try await fixture.tenants.list().count == 1)
    }

    @Test func `a company that two processes prepare is announced once`() async throws {
        let fixture = try await AccountsFixture.make()
        let account = try await fixture.arrive().account
        let tenant = try await fixture.register(by: account)
        let announcements = Mutex(0)
        for _ in 0..<2 {
            try await fixture.registrations.prepare(tenant, schedule: { _ in }) { _, _ in
                announcements.withLock { $0 += 1 }
            }
        }
        #expect(announcements.withLock { $0 } == 1)
    }

    @Test func `an announcement that fails leaves the company to be prepared again`() async throws {
        struct Failure: Error {}
        let fixture = try await AccountsFixture.make()
        let tenant = try await fixture.register(by: try await fixture.arrive().account)
        await #expect(throws: Failure.self) {
            try await fixture.registrations.prepare(tenant, schedule: { _ in }) { _, _ in throw Failure() }
        }
        #expect(try await fixture.registrations.takePreparing() == [tenant])
        #expect(try await fixture.arrive().memberships.isEmpty)
    }

    @Test func `after many failures a company is given up and its chats are free to begin again`() async throws {
        let fixture = try await AccountsFixture.make()
        let account = try await fixture.arrive().account
        let tenant = try await fixture.register(by: account)
        let told = Mutex(0)
        for _ in 0..<Registrations.attempts {
            try await fixture.registrations.countFailure(of: tenant) { chats, _ in told.withLock { $0 += chats.count } }
        }
        #expect(told.withLock { $0 } == 1)
        #expect(try await fixture.arrive().waitingFor == nil)
        #expect(try await fixture.register(by: account) != tenant)
    }

    @Test func `a dropped company is gone for everybody`() async throws {
        let fixture = try await AccountsFixture.make()
        let (tenant, owner) = try await fixture.company()
        let token = try await fixture.link(owner, tenant)
        try await fixture.tenants.drop(tenant, with: fixture.database.migrator) {}
        #expect(try await fixture.arrive().memberships.isEmpty)
        await #expect(throws: TenantFault.unknown(tenant)) { try await fixture.tenants.profile(tenant) }
        await #expect(throws: SignInRefusal.unknown) { try await fixture.signIn.look(token) }
    }

    @Test func `a company whose recordings could not be removed could not be named again`() async throws {
        struct StoreIsDown: Error {}
        let fixture = try await AccountsFixture.make()
        let (tenant, _) = try await fixture.company()
        await #expect(throws: StoreIsDown.self) {
            try await fixture.tenants.drop(tenant, with: fixture.database.migrator) { throw StoreIsDown() }
        }
        #expect(try await fixture.tenants.list().map(\.state) == [.dropping])
        #expect(try await fixture.arrive().memberships.isEmpty)
        var isRemoved = false
        try await fixture.tenants.drop(tenant, with: fixture.database.migrator) { isRemoved = true }
        #expect(isRemoved)
        #expect(try await fixture.tenants.list().isEmpty)
    }

    @Test func `a company made from the command line is ready at once`() async throws {
        let fixture = try await AccountsFixture.make()
        let tenant = try await fixture.tenants.create(
            name: "Тюльпан",
            zone: "Asia/Almaty",
            language: .kazakh,
            with: fixture.database.migrator
        )
        #expect(try await fixture.tenants.ready().map(\.id) == [tenant])
        #expect(try await fixture.tenants.profile(tenant).language == .kazakh)
    }

    @Test func `a changed digest time is seen once the memory of the profile is dropped or old`() async throws {
        let fixture = try await AccountsFixture.make()
        let (tenant, _) = try await fixture.company()
        #expect(try await fixture.tenants.profile(tenant).digestTime.description == "09:00")
        let time = try #require(LocalTime(text: "18:30"))
        try await fixture.database.database.platform { tx in
            try await fixture.tenants.setDigestTime(time, of: tenant, in: tx)
        }
        #expect(try await fixture.tenants.profile(tenant).digestTime.description == "09:00")
        fixture.clock.advance(by: Tenants.secondsRemembered)
        #expect(try await fixture.tenants.profile(tenant).digestTime.description == "18:30")
    }
}
