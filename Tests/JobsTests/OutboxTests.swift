import Database
import Foundation
import Jobs
import Kernel
import Support
import Testing

private let bot = BotID(100)

struct OutboxTests {
    @Test(arguments: OutboxPlace.allCases)
    func `one message a chat is taken at a time, the most urgent first`(place: OutboxPlace) async throws {
        let world = try await OutboxWorld(place: place)
        try await world.send(text: "progress", to: 1, rank: .progress)
        try await world.send(text: "reply", to: 1, rank: .reply)
        try await world.send(text: "other chat", to: 2, rank: .mass)
        let outbox = world.outbox(epoch: 1)
        let first = try await outbox.claim(limit: 10, busy: [])
        #expect(first.map(\.text) == ["reply", "other chat"])
        #expect(try await outbox.claim(limit: 10, busy: []).isEmpty)
        try await outbox.end(first[0], .sent(message: 5))
        #expect(try await outbox.claim(limit: 10, busy: []).map(\.text) == ["progress"])
    }

    @Test(arguments: OutboxPlace.allCases)
    func `a slot is one message, and only its newest state is sent`(place: OutboxPlace) async throws {
        let world = try await OutboxWorld(place: place)
        let outbox = world.outbox(epoch: 1)
        try await world.send(text: "0 %", to: 1, slot: "call 7")
        let first = try #require(try await outbox.claim(limit: 1, busy: []).first)
        #expect(first.slotMessage == nil)
        try await outbox.end(first, .sent(message: 42))
        try await world.send(text: "10 %", to: 1, slot: "call 7")
        try await world.send(text: "20 %", to: 1, slot: "call 7")
        let next = try await outbox.claim(limit: 10, busy: [])
        #expect(next.map(\.text) == ["20 %"])
        #expect(next.map(\.slotMessage) == [42])
        #expect(try await world.states() == ["replaced", "sending", "sent"])
    }

    @Test(arguments: OutboxPlace.allCases)
    func `a send cut off in flight is not repeated, its slot says so instead`(place: OutboxPlace) async throws {
        let world = try await OutboxWorld(place: place)
        let outbox = world.outbox(epoch: 1)
        try await world.send(text: "result", to: 1, slot: nil, ambiguousSlot: "call 7")
        let row = try #require(try await outbox.claim(limit: 1, busy: []).first)
        try await outbox.end(row, .ambiguous("cut"))
        let next = try await outbox.claim(limit: 10, busy: [])
        #expect(next.map(\.text) == ["the result is ready"])
        #expect(try await world.states() == ["ambiguous", "sending"])
    }

    @Test(arguments: OutboxPlace.allCases)
    func `a new holder settles what the old one was sending`(place: OutboxPlace) async throws {
        let world = try await OutboxWorld(place: place)
        let old = world.outbox(epoch: 1)
        try await world.send(text: "a message", to: 1)
        try await world.send(text: "0 %", to: 2, slot: "call 7")
        for row in try await old.claim(limit: 10, busy: []) where row.slot != nil {
            try await old.end(row, .sent(message: 42))
        }
        try await world.send(text: "10 %", to: 2, slot: "call 7")
        _ = try await old.claim(limit: 10, busy: [])
        let new = world.outbox(epoch: 2)
        try await new.recover()
        #expect(try await new.claim(limit: 10, busy: []).map(\.text) == ["10 %"])
        #expect(try await world.states() == ["ambiguous", "sending", "sent"])
    }

    @Test func `who has lost the lease changes nothing any more`() async throws {
        let world = try await OutboxWorld(place: .cell)
        try await world.send(text: "a message", to: 1)
        let old = world.outbox(epoch: 1)
        let row = try #require(try await old.claim(limit: 1, busy: []).first)
        try await world.outbox(epoch: 2).recover()
        #expect(try await old.end(row, .sent(message: 5)) == false)
        #expect(try await world.states() == ["ambiguous"])
    }

    @Test func `a message that is put off keeps its place, unless a newer one of its slot waits`() async throws {
        let world = try await OutboxWorld(place: .cell)
        let outbox = world.outbox(epoch: 1)
        try await world.send(text: "10 %", to: 1, slot: "call 7")
        let row = try #require(try await outbox.claim(limit: 1, busy: []).first)
        try await world.send(text: "20 %", to: 1, slot: "call 7")
        try await outbox.end(row, .later(Date(timeIntervalSinceNow: -1), because: "429"))
        #expect(try await outbox.claim(limit: 10, busy: []).map(\.text) == ["20 %"])
    }

    @Test func `a blocked chat's messages are given up`() async throws {
        let world = try await OutboxWorld(place: .cell)
        try await world.send(text: "one", to: 1)
        try await world.send(text: "two", to: 1)
        try await world.send(text: "three", to: 2)
        #expect(try await world.outbox(epoch: 1).refuseAll(to: 1, because: "blocked") == 2)
        #expect(try await world.states() == ["pending", "refused", "refused"])
    }

    @Test func `a file goes whole, and its bytes are dropped once it is sent`() async throws {
        let world = try await OutboxWorld(place: .cell)
        let file = OutgoingFile(field: "voice", name: "клип.ogg", mime: "audio/ogg", bytes: [0, 255, 7])
        try await world.send(text: "clip", to: 1, file: file)
        let outbox = world.outbox(epoch: 1)
        let row = try #require(try await outbox.claim(limit: 1, busy: []).first)
        #expect(row.body.file == file)
        try await outbox.end(row, .sent(message: 1))
        let rows = try await world.test.database.cell {
            try await $0.query("SELECT count(*) FROM cell.outbox WHERE file_bytes IS NULL")
        }
        #expect(try #require(rows.first).decode(Int.self) == 1)
    }
}

private struct OutboxWorld {
    let test: TestDatabase
    let tenant: TenantID
    let place: OutboxPlace

    init(place: OutboxPlace) async throws {
        test = try await TestDatabase.make()
        tenant = try await test.tenant()
        self.place = place
    }

    func outbox(epoch: Int64) -> Outbox { Outbox(database: test.database, bot: bot, epoch: epoch) }

    func send(
        text: String,
        to chat: Int64,
        rank: OutgoingRank = .reply,
        slot: String? = nil,
        ambiguousSlot: String? = nil,
        file: OutgoingFile? = nil
    ) async throws {
        let body = OutgoingBody(method: "sendMessage", parameters: "{\"text\": \"\(text)\"}", file: file)
        let ready = OutgoingBody(method: "sendMessage", parameters: "{\"text\": \"the result is ready\"}")
        let message = OutgoingMessage(
            bot: bot,
            chat: chat,
            rank: rank,
            slot: slot ?? ambiguousSlot,
            body: body,
            ifAmbiguous: ambiguousSlot.map { _ in ready }
        )
        switch place {
        case .cell: try await test.database.tenant(tenant) { try $0.send(message) }
        case .platform: try await test.database.platform { try $0.send(message) }
        }
    }

    func states() async throws -> [String] {
        let rows =
            switch place {
            case .cell: try await test.database.cell { try await $0.query("SELECT state FROM cell.outbox") }
            case .platform: try await test.database.platform { try await $0.query("SELECT state FROM platform.outbox") }
            }
        return try rows.map { row -> String in try row.decode(String.self) }.sorted()
    }
}

extension OutboxRow {
    fileprivate var text: String {
        body.parameters.replacing("{\"text\": \"", with: "").replacing("\"}", with: "")
    }
}
