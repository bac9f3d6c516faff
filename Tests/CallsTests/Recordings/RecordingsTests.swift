import Audio
import Database
import Foundation
import Kernel
import Support
import Testing

@testable import Calls

struct RecordingsTests {
    private func sound(_ bench: Bench, _ name: String = "call.wav", pitch: Double = 300) throws -> URL {
        let file = bench.folder.appending(path: name)
        try Wave.write(seconds: 4, channels: 2, to: file, pitch: pitch)
        return file
    }

    private func waiting(_ bench: Bench) async throws -> Int {
        try await bench.database.cell { transaction in
            let rows = try await transaction.query(
                "SELECT count(*) FROM cell.jobs WHERE tenant_id = \(bench.tenant) AND type = 'call.transcribe'"
            )
            return try #require(rows.first).decode(Int.self)
        }
    }

    @Test
    func `a recording becomes a call that waits to be transcribed, and lies encrypted`() async throws {
        let bench = try await Bench.make()
        let file = try sound(bench)
        let reception = try await bench.recordings.receive(bench.incoming(file), tenant: bench.tenant)
        guard case .new(let call) = reception else { return #expect(Bool(false), "\(reception)") }
        #expect(try await waiting(bench) == 1)
        let card = try #require(try await bench.archive.card(call, tenant: bench.tenant))
        #expect(card.item.state == .received)
        #expect(card.item.fileName == "call.wav")
        #expect(abs(card.item.duration - 4) < 0.05)
        #expect(card.channels == 2)
        let plain = try Data(contentsOf: file)
        for stored in try files(in: bench.folder.appending(path: "recordings")) {
            let bytes = try Data(contentsOf: stored)
            #expect(bytes.range(of: Data("WAVEfmt".utf8)) == nil)
            #expect(bytes.range(of: plain[20_000..<20_032]) == nil)
        }
        let facts = try await bench.audio.inspect(file)
        let isSame = try await bench.files.withOriginal(of: facts, tenant: bench.tenant) { copy, _ in
            try Data(contentsOf: copy) == plain
        }
        #expect(isSame)
        #expect(try bench.leftovers() == [])
    }

    @Test
    func `the same bytes again are the same call, whatever they are called`() async throws {
        let bench = try await Bench.make()
        let file = try sound(bench)
        let first = try await bench.recordings.receive(bench.incoming(file), tenant: bench.tenant)
        let copy = bench.folder.appending(path: "other.mp3")
        try FileManager.default.copyItem(at: file, to: copy)
        let second = try await bench.recordings.receive(bench.incoming(copy, message: 2), tenant: bench.tenant)
        #expect(second == .repeated(first.call, .received))
        #expect(try await waiting(bench) == 1)
        #expect(try await bench.archive.page(bench.tenant).items.count == 1)
    }

    @Test
    func `two that send the same at the same moment make one call`() async throws {
        let bench = try await Bench.make()
        let file = try sound(bench)
        let receptions = try await withThrowingTaskGroup(of: Reception.self) { group in
            for message in 1...4 {
                group.addTask {
                    try await bench.recordings.receive(
                        bench.incoming(file, message: Int64(message)),
                        tenant: bench.tenant
                    )
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(receptions.map(\.call)).count == 1)
        #expect(receptions.count { if case .new = $0 { true } else { false } } == 1)
        #expect(try await waiting(bench) == 1)
    }

    @Test
    func `what one company has sent is new to another`() async throws {
        let one = try await Bench.make()
        let other = try await Bench.make(in: one.test)
        let file = try sound(one)
        _ = try await one.recordings.receive(one.incoming(file), tenant: one.tenant)
        let reception = try await other.recordings.receive(other.incoming(file), tenant: other.tenant)
        guard case .new = reception else { return #expect(Bool(false), "\(reception)") }
        #expect(try await other.archive.page(other.tenant).items.count == 1)
    }

    @Test
    func `a recording whose call failed is tried again and reported to who sent it now`() async throws {
        let bench = try await Bench.make()
        let file = try sound(bench)
        let call = try await bench.recordings.receive(bench.incoming(file), tenant: bench.tenant).call
        try await bench.database.tenant(bench.tenant) { transaction in
            try await transaction.fail(call, .recordingUnreadable, at: bench.clock.wall.now())
        }
        // The stored copy is what failed.
        let stored = try #require(try files(in: bench.folder.appending(path: "recordings")).first)
        try Data("damaged".utf8).write(to: stored)
        let again = try await bench.recordings.receive(bench.incoming(file, message: 9), tenant: bench.tenant)
        #expect(again == .new(call))
        let progress = try #require(try await bench.archive.progress(call, tenant: bench.tenant))
        #expect(progress.state == .received)
        #expect(progress.failure == nil)
        #expect(progress.origin == .sample(message: 9))
        let facts = try await bench.audio.inspect(file)
        let bytes = try await bench.files.withOriginal(of: facts, tenant: bench.tenant) { copy, _ in
            try Data(contentsOf: copy)
        }
        #expect(bytes == (try Data(contentsOf: file)))
    }

    @Test(arguments: [
        ("empty.mp3", "", RecordingRefusal.emptyFile),
        ("price.mp3", "%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj\n", .notAudio(found: .pdf)),
        ("list.mp3", "#EXTM3U\n#EXTINF:-1,x\nhttp://127.0.0.1:1/x.mp3\n", .playlist),
    ])
    func `what is no recording is refused and leaves nothing`(
        name: String,
        content: String,
        refusal: RecordingRefusal
    ) async throws {
        let bench = try await Bench.make()
        let file = bench.folder.appending(path: name)
        try Data(content.utf8).write(to: file)
        await #expect(throws: refusal) {
            try await bench.recordings.receive(bench.incoming(file), tenant: bench.tenant)
        }
        #expect(try await bench.archive.page(bench.tenant).items.isEmpty)
        #expect(try files(in: bench.folder.appending(path: "recordings")).isEmpty)
        #expect(try await waiting(bench) == 0)
        let next = try await bench.recordings.receive(bench.incoming(try sound(bench)), tenant: bench.tenant)
        guard case .new = next else { return #expect(Bool(false), "\(next)") }
    }

    @Test
    func `what belongs to the reception is committed with it or not at all`() async throws {
        struct Refused: Error {}
        let bench = try await Bench.make()
        let file = try sound(bench)
        await #expect(throws: Refused.self) {
            try await bench.recordings.receive(bench.incoming(file), tenant: bench.tenant) { _, _ in throw Refused() }
        }
        #expect(try await bench.archive.page(bench.tenant).items.isEmpty)
        #expect(try await waiting(bench) == 0)
        let reception = try await bench.recordings.receive(bench.incoming(file), tenant: bench.tenant)
        guard case .new = reception else { return #expect(Bool(false), "\(reception)") }
    }

    @Test
    func `without the installation's key the recordings say nothing`() async throws {
        let bench = try await Bench.make()
        let file = try sound(bench)
        _ = try await bench.recordings.receive(bench.incoming(file), tenant: bench.tenant)
        let stranger = TenantKeys(database: bench.database, master: .random())
        await #expect(throws: SealFault.notAuthentic) { try await stranger.recordingKey(of: bench.tenant) }
    }

    @Test
    func `a file without a row is swept after a day, one with a row stays`() async throws {
        let bench = try await Bench.make()
        bench.clock.set(Date())
        _ = try await bench.recordings.receive(bench.incoming(try sound(bench)), tenant: bench.tenant)
        let orphan = try sound(bench, "orphan.wav", pitch: 500)
        let facts = try await bench.audio.inspect(orphan)
        try await bench.files.put(orphan, facts, tenant: bench.tenant, replacing: false)
        #expect(try files(in: bench.folder.appending(path: "recordings")).count == 2)
        #expect(try await bench.recordings.sweep(bench.tenant) == 0)
        bench.clock.advance(by: 90_000)
        #expect(try await bench.recordings.sweep(bench.tenant) == 1)
        #expect(try files(in: bench.folder.appending(path: "recordings")).count == 1)
    }

    private func files(in folder: URL) throws -> [URL] {
        guard let all = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: [.isRegularFileKey])
        else { return [] }
        return try all.compactMap { $0 as? URL }
            .filter { try $0.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true }
    }
}
