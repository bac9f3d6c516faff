import Database
import Jobs
import Kernel
import Support
import Testing

private let bot = BotID(100)

struct InboxTests {
    @Test func `an update that comes twice is stored once`() async throws {
        let test = try await TestDatabase.make()
        let inbox = Inbox(database: test.database, bot: bot)
        #expect(try await inbox.store([update(7), update(8)]).map(\.update.id) == [7, 8])
        #expect(try await inbox.store([update(8), update(9)]).map(\.update.id) == [8, 9])
        #expect(try await inbox.unhandled().map(\.update.id) == [7, 8, 9])
        #expect(try await Inbox(database: test.database, bot: BotID(101)).unhandled().isEmpty)
    }

    @Test func `a batch whose storing was not answered is given again, except what is settled`() async throws {
        let test = try await TestDatabase.make()
        let inbox = Inbox(database: test.database, bot: bot)
        let batch = [update(7), update(8), update(9)]
        let lost = try await inbox.store(batch)
        try await inbox.finish(lost[0])
        _ = try await inbox.begin(lost[1], route: .tenant(TenantID(5)))
        let again = try await inbox.store(batch)
        #expect(again.map(\.id) == lost.dropFirst().map(\.id))
        #expect(again.map(\.update.payload) == batch.dropFirst().map(\.payload))
        #expect(again.map(\.route) == [.tenant(TenantID(5)), nil])
        #expect(try await inbox.begin(lost[0], route: .platform) == nil)
    }

    @Test(arguments: [#"{"text": "a\u0000b"}"#, #"{"text": "\ud800"}"#])
    func `an update that jsonb refuses stops nothing`(payload: String) async throws {
        let test = try await TestDatabase.make()
        let inbox = Inbox(database: test.database, bot: bot)
        let rows = try await inbox.store([ReceivedUpdate(id: 7, chat: 1, payload: payload)])
        #expect(rows.map(\.update.payload) == [payload])
    }

    @Test func `an update given up is marked together with what is said about it, once`() async throws {
        let test = try await TestDatabase.make()
        let inbox = Inbox(database: test.database, bot: bot)
        let row = try #require(try await inbox.store([update(7)]).first)
        try await test.database.platform { $0.markFailed(row, .new()) }
        await #expect(throws: DatabaseFault.self) { try await test.database.platform { $0.markFailed(row, .new()) } }
        #expect(try await inbox.unhandled().isEmpty)
    }

    @Test func `the first route holds for every replay`() async throws {
        let test = try await TestDatabase.make()
        let inbox = Inbox(database: test.database, bot: bot)
        let row = try #require(try await inbox.store([update(7)]).first)
        #expect(try await inbox.begin(row, route: .tenant(TenantID(5))) == .tenant(TenantID(5)))
        #expect(try await inbox.begin(row, route: .platform) == .tenant(TenantID(5)))
        let replayed = try #require(try await inbox.unhandled().first)
        #expect(replayed.route == .tenant(TenantID(5)))
        #expect(replayed.attempt == 2)
    }

    @Test func `effects in a tenant happen once, however often the update is replayed`() async throws {
        let test = try await TestDatabase.make()
        let tenant = try await test.tenant()
        let inbox = Inbox(database: test.database, bot: bot)
        let row = try #require(try await inbox.store([update(7)]).first)
        try await test.database.tenant(tenant) { try await $0.execute("CREATE TABLE notes (id bigint)") }
        func handle() async throws {
            try await test.database.tenant(tenant) { tx in
                _ = try await tx.execute("INSERT INTO notes VALUES (1)")
                tx.markHandled(row, of: bot)
            }
        }
        try await handle()
        let marks = try await test.database.cell { try await $0.query("SELECT FROM cell.handled_updates") }
        #expect(marks.count == 1)
        await #expect(throws: DatabaseFault.self) { try await handle() }
        let rows = try await test.database.tenant(tenant) { try await $0.query("SELECT FROM notes") }
        #expect(rows.count == 1)
        try await inbox.finish(row)
        #expect(try await inbox.unhandled().isEmpty)
    }

    @Test func `effects in platform happen once`() async throws {
        let test = try await TestDatabase.make()
        let inbox = Inbox(database: test.database, bot: bot)
        let row = try #require(try await inbox.store([update(7)]).first)
        try await test.database.platform { $0.markHandled(row) }
        await #expect(throws: DatabaseFault.self) { try await test.database.platform { $0.markHandled(row) } }
        #expect(try await inbox.unhandled().isEmpty)
    }

    private func update(_ number: Int64) -> ReceivedUpdate {
        ReceivedUpdate(id: number, chat: 1, payload: "{\"update_id\": \(number)}")
    }
}
