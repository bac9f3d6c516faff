import Audio
import Database
import Foundation
import Kernel
import Support
import Testing

@testable import Calls

struct AudioRetentionTests {
    private func retention(_ bench: Bench) -> AudioRetention {
        AudioRetention(database: bench.database, files: bench.files, clock: bench.clock.wall)
    }

    /// A call that is done, with a turn, and its files for the store and for players.
    private func call(_ bench: Bench, _ name: String, pitch: Double, state: String = "done") async throws -> CallID {
        let file = bench.folder.appending(path: name)
        try Wave.write(seconds: 4, channels: 2, to: file, pitch: pitch)
        let call = try await bench.recordings.receive(bench.incoming(file), tenant: bench.tenant).call
        try bench.test.runAsSuperuser(
            """
            SET search_path = \(bench.tenant.schema);
            UPDATE calls SET state = '\(state)', failure = CASE '\(state)' WHEN 'failed' THEN 'recogniserUnavailable' END
            WHERE id = \(call);
            INSERT INTO turns (call_id, number, channel, speaker, start_seconds, end_seconds, text, words)
            VALUES (\(call), 1, 0, 'operator', 0, 1, 'добрый день', '[]');
            """
        )
        return call
    }

    private func files(_ bench: Bench) -> Int {
        let names = FileManager.default.enumerator(atPath: bench.folder.appending(path: "recordings").path)
        return (names?.allObjects as? [String] ?? []).count { $0.contains(".") }
    }

    @Test func `sound whose time is over is deleted in all its forms, words are kept`() async throws {
        let bench = try await Bench.make()
        let old = try await call(bench, "old.wav", pitch: 300)
        _ = try await bench.player.byteCount(old, tenant: bench.tenant)
        bench.clock.advance(by: 20 * 86_400)
        let young = try await call(bench, "young.wav", pitch: 500)
        #expect(files(bench) == 3)
        bench.clock.advance(by: 11 * 86_400)
        #expect(try await retention(bench).sweep(bench.tenant, days: 0) == 0)
        #expect(try await retention(bench).sweep(bench.tenant, days: 31) == 0)
        #expect(try await retention(bench).sweep(bench.tenant, days: 30) == 1)
        #expect(try await retention(bench).sweep(bench.tenant, days: 30) == 0)
        #expect(files(bench) == 1)
        let card = try #require(try await bench.archive.card(old, tenant: bench.tenant))
        #expect(card.item.isAudioDeleted)
        #expect(!card.item.hasPlayerFile)
        #expect(card.transcript.turns.map(\.text) == ["добрый день"])
        let other = try #require(try await bench.archive.card(young, tenant: bench.tenant))
        #expect(!other.item.isAudioDeleted)
        #expect(try await bench.player.byteCount(young, tenant: bench.tenant) ?? 0 > 0)
    }

    @Test func `who asks for deleted sound is told that it was deleted, in every language`() async throws {
        let bench = try await Bench.make()
        let call = try await call(bench, "old.wav", pitch: 300)
        bench.clock.advance(by: 2 * 86_400)
        #expect(try await retention(bench).sweep(bench.tenant, days: 1) == 1)
        await #expect(throws: ClipRefusal.audioDeleted) {
            try await bench.player.byteCount(call, tenant: bench.tenant)
        }
        await #expect(throws: ClipRefusal.audioDeleted) {
            try await bench.clips.voice(Clip(call: call, start: 0, end: 1), tenant: bench.tenant)
        }
        #expect(ClipRefusal.audioDeleted.sentence(in: .russian).contains("удалена по сроку хранения"))
        #expect(Set(Language.allCases.map { ClipRefusal.audioDeleted.sentence(in: $0) }).count == 3)
    }

    @Test(arguments: ["received", "transcribing", "analysing"])
    func `sound that is still worked on is kept whatever its age`(state: String) async throws {
        let bench = try await Bench.make()
        _ = try await call(bench, "slow.wav", pitch: 300, state: state)
        bench.clock.advance(by: 900 * 86_400)
        #expect(try await retention(bench).sweep(bench.tenant, days: 1) == 0)
        #expect(files(bench) == 1)
    }

    @Test func `a file that a crash left after its row is swept as an orphan`() async throws {
        let bench = try await Bench.make()
        _ = try await call(bench, "old.wav", pitch: 300)
        try bench.test.runAsSuperuser("UPDATE \(bench.tenant.schema).recordings SET audio_deleted_at = now()")
        bench.clock.set(Date().addingTimeInterval(3 * 86_400))
        #expect(try await bench.recordings.sweep(bench.tenant) == 1)
        #expect(files(bench) == 0)
    }

    @Test func `a failed call whose sound was deleted starts afresh when it is sent again`() async throws {
        let bench = try await Bench.make()
        let call = try await call(bench, "again.wav", pitch: 300, state: "failed")
        bench.clock.advance(by: 2 * 86_400)
        #expect(try await retention(bench).sweep(bench.tenant, days: 1) == 1)
        let file = bench.folder.appending(path: "again.wav")
        #expect(
            try await bench.recordings.receive(bench.incoming(file, message: 2), tenant: bench.tenant) == .new(call)
        )
        let card = try #require(try await bench.archive.card(call, tenant: bench.tenant))
        #expect(!card.item.isAudioDeleted)
        #expect(files(bench) == 1)
    }

    /// Whether or not the call itself comes to be registered at once.
    @Test(arguments: [true, false])
    func `a recording sent again while its old sound was being deleted lost its file`(isCut: Bool) async throws {
        struct Cut: Error {}
        let bench = try await Bench.make()
        _ = try await call(bench, "again.wav", pitch: 300, state: "failed")
        bench.clock.advance(by: 2 * 86_400)
        let expired = try await retention(bench).expire(bench.tenant, days: 1)
        #expect(expired.count == 1)
        let file = bench.folder.appending(path: "again.wav")
        do {
            try await bench.recordings.receive(bench.incoming(file), tenant: bench.tenant) { _, _ in
                if isCut { throw Cut() }
            }
        } catch is Cut {}
        try await retention(bench).deleteFiles(of: expired, tenant: bench.tenant)
        #expect(files(bench) == 1)
    }

    @Test func `sound that was sent again was deleted as old the same hour`() async throws {
        let bench = try await Bench.make()
        let call = try await call(bench, "again.wav", pitch: 300, state: "failed")
        bench.clock.advance(by: 5 * 86_400)
        let file = bench.folder.appending(path: "again.wav")
        #expect(try await bench.recordings.receive(bench.incoming(file), tenant: bench.tenant) == .new(call))
        try bench.test.runAsSuperuser("UPDATE \(bench.tenant.schema).calls SET state = 'done' WHERE id = \(call)")
        #expect(try await retention(bench).sweep(bench.tenant, days: 4) == 0)
        #expect(files(bench) == 1)
        bench.clock.advance(by: 5 * 86_400)
        #expect(try await retention(bench).sweep(bench.tenant, days: 4) == 1)
    }
}
