import Database
import Kernel
import Support
import Synchronization
import Testing

struct AskCellsTests {
    private static let nowhere = DatabaseConfiguration(host: "/nowhere", port: 5432, name: "nowhere", passwords: [:])

    private static func database() -> Database {
        Database(
            configuration: nowhere,
            cells: [2: nowhere, 3: nowhere],
            reactor: TestDatabase.reactor,
            logger: TestDatabase.logger
        )
    }

    @Test func `cells were asked one after another`() async throws {
        let database = Self.database()
        defer { database.close() }
        let asked = Mutex(0)
        let answers = await database.askCells(within: .seconds(60)) { cell in
            asked.withLock { $0 += 1 }
            // Nobody answers before all are asked.
            try await waitUntil { asked.withLock { $0 } == 3 }
            return cell.number * 10
        }
        #expect(answers.map(\.cell.number) == [1, 2, 3])
        #expect(try answers.map { try $0.answer.get() } == [10, 20, 30])
    }

    @Test func `a cell that hangs has not answered in time, and the others are told`() async throws {
        let database = Self.database()
        defer { database.close() }
        let (gate, open) = AsyncStream.makeStream(of: Void.self)
        let answers = await database.askCells { cell in
            switch cell.number {
            case 1: return "here"
            // As a statement whose server is silent: it heeds no cancellation.
            case 2: await Task { for await _ in gate {} }.value
            default: break
            }
            throw DatabaseFault.connectionLost
        }
        open.finish()
        let words = answers.map { answer in
            switch answer.answer {
            case .success(let word): word
            case .failure(let error): "\(error)"
            }
        }
        #expect(words == ["here", "\(DatabaseFault.timedOut)", "\(DatabaseFault.connectionLost)"])
    }
}
