import Audio
import Database
import Foundation
import Jobs
import Kernel
import Support
import Testing

@testable import Calls

/// Two companies with the same things: what one knows, the other cannot reach.
struct NeighbourTests {
    private func sound(_ bench: Bench, pitch: Double = 300) throws -> URL {
        let file = bench.folder.appending(path: "call-\(Int(pitch)).wav")
        try Wave.write(seconds: 4, channels: 2, to: file, pitch: pitch)
        return file
    }

    @Test func `the same recording in two companies is two calls, each under its own key`() async throws {
        let bench = try await Bench.make()
        let other = try await bench.test.tenant()
        let file = try sound(bench)
        let facts = try await bench.audio.inspect(file)
        for tenant in [bench.tenant, other] {
            let reception = try await bench.recordings.receive(bench.incoming(file), tenant: tenant)
            guard case .new = reception else { return #expect(Bool(false), "\(tenant): \(reception)") }
        }
        let stored = try files(in: bench.folder.appending(path: "recordings"))
        let (mine, theirs) = (
            try #require(stored.first { $0.path.contains("/\(bench.tenant)/") }),
            try #require(stored.first { $0.path.contains("/\(other)/") })
        )
        let bytes = try Data(contentsOf: mine)
        #expect(try Data(contentsOf: theirs) != bytes)
        // The neighbour's file in one's own place cannot be read.
        try bytes.write(to: theirs)
        await #expect(throws: (any Error).self) {
            try await bench.files.withOriginal(of: facts, tenant: other) { _, _ in }
        }
        let isSame = try await bench.files.withOriginal(of: facts, tenant: bench.tenant) { copy, _ in
            try Data(contentsOf: copy) == Data(contentsOf: file)
        }
        #expect(isSame)
    }

    @Test func `a neighbour's call, clip and button lead nowhere`() async throws {
        let bench = try await Bench.make()
        let other = try await bench.test.tenant()
        let call = try await bench.recordings.receive(bench.incoming(try sound(bench)), tenant: bench.tenant).call
        let clip = Clip(call: call, start: 0, end: 1)
        let (button, player) = try await bench.database.tenant(bench.tenant) { tx in
            (
                try await bench.tokens.issue(.clip, clip, account: nil, in: tx),
                try await bench.tokens.issue(.call, CallJob(call: call), account: nil, in: tx)
            )
        }
        await #expect(throws: ClipRefusal.self) { try await bench.clips.voice(clip, tenant: other) }
        await #expect(throws: ClipRefusal.self) {
            try await bench.clips.voice(button, account: AccountID(7), tenant: other)
        }
        let found = try await bench.database.read(other) {
            try await bench.tokens.resolve(.call, player, account: AccountID(7), in: $0)
        }
        #expect(found == nil)
        #expect(try await bench.archive.card(call, tenant: other) == nil)
        #expect(try await bench.archive.progress(call, tenant: other) == nil)
        #expect(try await bench.player.byteCount(call, tenant: other) == nil)
        #expect(try await bench.archive.page(other).items.isEmpty)
        #expect(try await bench.clips.voice(clip, tenant: bench.tenant).seconds > 0)
    }

    @Test func `a job whose payload names a neighbour's call finds nothing`() async throws {
        let bench = try await Bench.alone()
        let other = try await bench.test.tenant()
        let call = try await bench.recordings.receive(bench.incoming(try sound(bench)), tenant: bench.tenant).call
        // Its own job would move it on.
        try bench.test.runAsSuperuser("DELETE FROM cell.jobs")
        let job = CallJob(call: call)
        try await bench.database.tenant(other) { tx in
            for type in [CallJobs.transcribe, CallJobs.analyse, CallJobs.embed, CallJobs.derive, CallJobs.progressed] {
                try tx.enqueue(type, job, key: job.key)
            }
        }
        try await Work(bench, speech: try SpeechDouble().engine).run {
            try await waitUntil("all jobs have ended") {
                let rows = try await bench.database.readCell {
                    try await $0.query("SELECT FROM cell.jobs WHERE state <> 'dead'")
                }
                return rows.isEmpty
            }
        }
        let rows = try await bench.database.readCell { try await $0.query("SELECT FROM cell.jobs") }
        #expect(rows.isEmpty)
        let card = try await bench.archive.card(call, tenant: bench.tenant)
        #expect(card?.item.state == .received)
        #expect(card?.item.hasPlayerFile == false)
    }

    private func files(in folder: URL) throws -> [URL] {
        guard let all = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: [.isRegularFileKey])
        else { return [] }
        return try all.compactMap { $0 as? URL }
            .filter { try $0.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true }
    }
}
