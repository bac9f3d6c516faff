import Database
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
        let outbox = try await world.outbox(epoch: 1)
        let first = try await outbox.take()
        #expect(first.map(\.text) == ["reply", "other chat"])
        #expect(try await outbox.take(while: first).isEmpty)
        try await outbox.end(first[0], .sent(message: 5))
        #expect(try await outbox.take(while: first).map(\.text) == ["progress"])
    }

    @Test(arguments: OutboxPlace.allCases)
    func `a slot is one message, and only its newest state is sent`(place: OutboxPlace) async throws {
        let world = try await OutboxWorld(place: place)
        let outbox = try await world.outbox(epoch: 1)
        try await world.send(text: "0 %", to: 1, slot: "call 7")
        let first = try #require(try await outbox.take().first)
        #expect(first.slotMessage == nil)
        try await outbox.end(first, .sent(message: 42))
        try await world.send(text: "10 %", to: 1, slot: "call 7")
        try await world.send(text: "20 %", to: 1, slot: "call 7")
        let next = try await outbox.take()
        #expect(next.map(\.text) == ["20 %"])
        #expect(next.map(\.slotMessage) == [42])
        #expect(try await world.states() == ["replaced", "sending", "sent"])
    }

    @Test(arguments: OutboxPlace.allCases)
    func `a send cut off in flight is not repeated, its slot says so instead`(place: OutboxPlace) async throws {
        let world = try await OutboxWorld(place: place)
        let outbox = try await world.outbox(epoch: 1)
        try await world.send(text: "result", to: 1, slot: nil, ambiguousSlot: "call 7")
        let row = try #require(try await outbox.take().first)
        try await outbox.end(row, .ambiguous("cut"))
        let next = try await outbox.take()
        #expect(next.map(\.text) == ["the result is ready"])
        #expect(try await world.states() == ["ambiguous", "sending"])
    }

    @Test(arguments: OutboxPlace.allCases)
    func `what said that a result is ready was lost when it was cut off itself`(place: OutboxPlace) async throws {
        let world = try await OutboxWorld(place: place)
        let old = try await world.outbox(epoch: 1)
        try await world.send(text: "result", to: 1, slot: nil, ambiguousSlot: "call 7")
        let row = try #require(try await old.take().first)
        #expect(!row.mayRepeat)
        try await old.end(row, .ambiguous("cut"))
        let notice = try #require(try await old.take().first)
        #expect(notice.mayRepeat)
        // Its sender is killed: the next one sends it again.
        let new = try await world.outbox(epoch: 2)
        let again = try await new.take()
        #expect(again.map(\.text) == ["the result is ready"])
        #expect(again.map(\.id) == [notice.id])
    }

    @Test(arguments: OutboxPlace.allCases)
    func `a new holder settles what the old one was sending`(place: OutboxPlace) async throws {
        let world = try await OutboxWorld(place: place)
        let old = try await world.outbox(epoch: 1)
        try await world.send(text: "a message", to: 1)
        try await world.send(text: "0 %", to: 2, slot: "call 7")
        for row in try await old.take() where row.slot != nil {
            try await old.end(row, .sent(message: 42))
        }
        try await world.send(text: "10 %", to: 2, slot: "call 7")
        _ = try await old.take()
        let new = try await world.outbox(epoch: 2)
        #expect(try await new.take().map(\.text) == ["10 %"])
        #expect(try await world.states() == ["ambiguous", "sending", "sent"])
    }

    @Test func `who has lost the lease changes nothing any more`() async throws {
        let world = try await OutboxWorld(place: .cell)
        try await world.send(text: "a message", to: 1)
        let old = try await world.outbox(epoch: 1)
        let row = try #require(try await old.take().first)
        _ = try await world.outbox(epoch: 2)
        #expect(try await old.end(row, .sent(message: 5)) == .takenOver)
        #expect(try await world.states() == ["ambiguous"])
    }

    @Test func `a message that is put off keeps its place, unless a newer one of its slot waits`() async throws {
        let world = try await OutboxWorld(place: .cell)
        let outbox = try await world.outbox(epoch: 1)
        try await world.send(text: "10 %", to: 1, slot: "call 7")
        let row = try #require(try await outbox.take().first)
        try await world.send(text: "20 %", to: 1, slot: "call 7")
        try await outbox.end(row, .later(after: .zero, because: "429"))
        #expect(try await outbox.take().map(\.text) == ["20 %"])
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
        let outbox = try await world.outbox(epoch: 1)
        let row = try #require(try await outbox.take().first)
        #expect(row.body.file == file)
        try await outbox.end(row, .sent(message: 1))
        let rows = try await world.test.database.cell {
            try await $0.query("SELECT count(*) FROM cell.outbox WHERE file_bytes IS NULL")
        }
        #expect(try #require(rows.first).decode(Int.self) == 1)
    }
}

/// What went wrong between a claim and the end of a message.
struct OutboxLossTests {
    @Test(arguments: OutboxPlace.allCases)
    func `a claim whose answer was lost does not mute the chat`(place: OutboxPlace) async throws {
        let world = try await OutboxWorld(place: place)
        let outbox = try await world.outbox(epoch: 1)
        try await world.send(text: "lost", to: 1)
        try await world.send(text: "in hand", to: 2)
        let rows = try await outbox.take()
        let held = rows.filter { $0.chat == 2 }
        // The first was committed as being sent, and nobody has it.
        let again = try await outbox.take(while: held)
        #expect(again.map(\.text) == ["lost"])
        #expect(again.map(\.attempt) == [1])
        #expect(try await outbox.take(while: held + again).isEmpty)
        try await outbox.putBack(except: Set(held.map(\.number)))
        #expect(try await world.states() == ["pending", "sending"])
    }

    @Test func `what one place gave is kept when the other fails`() async throws {
        let world = try await OutboxWorld(place: .platform)
        let outbox = try await world.outbox(epoch: 1)
        try await world.send(text: "from platform", to: 1)
        try await world.with(.cell).send(text: "from the cell", to: 2)
        try world.test.runAsSuperuser("ALTER TABLE cell.outbox RENAME TO outbox_away")
        let first = try await outbox.take()
        #expect(first.map(\.text) == ["from platform"])
        await #expect(throws: DatabaseFault.self) { try await outbox.take(while: first) }
        try world.test.runAsSuperuser("ALTER TABLE cell.outbox_away RENAME TO outbox")
        #expect(try await outbox.take(while: first).map(\.text) == ["from the cell"])
        #expect(try await world.states() == ["sending"])
    }

    @Test(arguments: OutboxPlace.allCases)
    func `an older epoch claims nothing once a newer one was there`(place: OutboxPlace) async throws {
        let world = try await OutboxWorld(place: place)
        let old = try await world.outbox(epoch: 1)
        let new = try await world.outbox(epoch: 2)
        try await world.send(text: "a message", to: 1)
        await #expect(throws: OutboxFault.superseded) { try await old.take() }
        await #expect(throws: OutboxFault.superseded) { try await old.recover() }
        #expect(try await new.take().map(\.text) == ["a message"])
    }

    @Test func `a message that is put off is not overtaken within its chat`() async throws {
        let world = try await OutboxWorld(place: .cell)
        let outbox = try await world.outbox(epoch: 1)
        try await world.send(text: "first", to: 1)
        try await world.send(text: "second", to: 1)
        try await world.send(text: "other chat", to: 2)
        let row = try #require(try await outbox.take().first)
        #expect(row.text == "first")
        try await outbox.end(row, .later(after: .seconds(3600), because: "429"))
        // The other chat's was put back; the first chat waits for its first message.
        #expect(try await outbox.take().map(\.text) == ["other chat"])
        try world.test.runAsSuperuser("UPDATE cell.outbox SET not_before = now() WHERE state = 'pending'")
        #expect(try await outbox.take().map(\.text) == ["first", "other chat"])
    }

    @Test func `how long a message is put off is counted by the clock of the database`() async throws {
        let world = try await OutboxWorld(place: .cell)
        let outbox = try await world.outbox(epoch: 1)
        try await world.send(text: "a message", to: 1)
        try await outbox.end(try #require(try await outbox.take().first), .later(after: .seconds(60), because: "429"))
        let left = try await world.test.database.cell {
            try await $0.query("SELECT extract(epoch FROM not_before - now())::float8 FROM cell.outbox")
        }
        let seconds = try #require(left.first).decode(Double.self)
        #expect(seconds > 30 && seconds <= 60)
    }

    @Test func `a zero character in a message is sent as one that PostgreSQL can keep`() async throws {
        let world = try await OutboxWorld(place: .cell)
        try await world.send(text: #"a\u0000b"#, to: 1, ambiguousSlot: "call 7")
        let row = try #require(try await world.outbox(epoch: 1).take().first)
        #expect(row.text == "a\u{FFFD}b")
    }
}

private struct OutboxWorld {
    let test: TestDatabase
    let tenant: TenantID
    let place: OutboxPlace

    /// The same world, with messages that go to another place.
    func with(_ place: OutboxPlace) -> OutboxWorld { OutboxWorld(test: test, tenant: tenant, place: place) }

    private init(test: TestDatabase, tenant: TenantID, place: OutboxPlace) {
        self.test = test
        self.tenant = tenant
        self.place = place
    }

    init(place: OutboxPlace) async throws {
        test = try await TestDatabase.make()
        tenant = try await test.tenant()
        self.place = place
    }

    /// As the holder of the lease has it.
    func outbox(epoch: Int64) async throws -> Outbox {
        let outbox = Outbox(database: test.database, bot: bot, epoch: epoch)
        try await outbox.recover()
        return outbox
    }

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

extension Outbox {
    fileprivate func take(while inHand: [OutboxRow] = []) async throws -> [OutboxRow] {
        try await claim(limit: 10, busy: [], inHand: Set(inHand.map(\.number)))
    }
}

extension OutboxRow {
    fileprivate var text: String {
        body.parameters.replacing("{\"text\": \"", with: "").replacing("\"}", with: "")
    }
}
