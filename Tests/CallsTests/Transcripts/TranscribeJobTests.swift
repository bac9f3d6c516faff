import Audio
import Database
import Foundation
import HTTP
import Kernel
import S3
import Support
import Testing

@testable import Calls

struct TranscribeJobTests {
    /// A recording over five minutes has two windows a channel.
    private func long(_ bench: Bench) throws -> URL {
        let file = bench.folder.appending(path: "long.wav")
        try Wave.write(seconds: 320, channels: 2, to: file)
        return file
    }

    private func short(_ bench: Bench, channels: Int = 2) throws -> URL {
        let file = bench.folder.appending(path: "short.wav")
        try Wave.write(seconds: 8, channels: channels, to: file)
        return file
    }

    @Test
    func `a recording is transcribed, judged and reported`() async throws {
        let bench = try await Bench.alone()
        let speech = try SpeechDouble()
        let (greeting, order) = ("Добрый день компания Север", "Здравствуйте мне нужна арматура")
        speech.say(.hears(greeting), .hears(order), then: .hangsUp)
        let work = Work(bench, speech: speech.engine)
        let call = try await work.run {
            let call = try await bench.recordings.receive(bench.incoming(try short(bench)), tenant: bench.tenant).call
            #expect(try await work.until(\.isEnd).last == .analysed(call))
            return call
        }
        let card = try #require(try await bench.archive.card(call, tenant: bench.tenant))
        #expect(card.item.state == .done)
        #expect(card.transcript.turns.map(\.text).sorted() == [greeting, order])
        #expect(Set(card.transcript.turns.map(\.speaker)) == [.operator, .client])
        #expect(card.analysis?.assessments.count == 8)
        #expect(card.analysis?.assessments.first { $0.criterion == "greeting" }?.verdict == .yes)
        #expect(card.item.score?.scored ?? 0 > 0)
        #expect(speech.requestCount == 2)
        #expect(try bench.leftovers() == [])
    }

    @Test
    func `percent rises with each finished window`() async throws {
        let bench = try await Bench.alone()
        let speech = try SpeechDouble()
        speech.say(then: .hears("слово"))
        let work = Work(bench, speech: speech.engine)
        let told = try await work.run {
            _ = try await bench.recordings.receive(bench.incoming(try long(bench)), tenant: bench.tenant)
            return try await work.until(\.isEnd)
        }
        let percents = told.compactMap(\.progress?.percent)
        #expect(percents == percents.sorted())
        #expect(percents.contains { $0 > 0 && $0 < 100 })
        #expect(told.contains { $0.progress?.state == .transcribing })
        let windows = try await bench.number("SELECT count(*) FROM transcript_windows")
        #expect(windows == speech.requestCount)
        #expect(speech.requestCount >= 4)
        // Times count from the start of the recording, not of the window.
        #expect(try await bench.number("SELECT count(*) FROM turns WHERE start_seconds > 120") ?? 0 > 0)
    }

    @Test(arguments: [
        SpeechDouble.Answer.fails(status: 503), .fails(status: 429, headers: ["Retry-After": "7"]),
        .fails(status: 401), .nonsense, .hangsUp,
    ])
    func `an engine that fails is waited for, the person told once, finished windows are not asked again`(
        fault: SpeechDouble.Answer
    ) async throws {
        let bench = try await Bench.alone()
        let speech = try SpeechDouble()
        speech.say(.hears("раз"), .hears("два"), then: fault)
        let work = Work(bench, speech: speech.engine)
        try await work.run {
            let call = try await bench.recordings.receive(bench.incoming(try long(bench)), tenant: bench.tenant).call
            _ = try await work.until(\.isWaiting)
            try await bench.untilPutOff(attempts: 1)
            try bench.hurry()
            try await bench.untilPutOff(attempts: 2)
            let stored = try await bench.number("SELECT count(*) FROM transcript_windows WHERE words IS NOT NULL")
            #expect(stored == 2)
            let asked = speech.requestCount
            speech.say(then: .hears("три"))
            try bench.hurry()
            let after = try await work.until(\.isEnd)
            #expect(after.count(where: \.isWaiting) == 0)
            #expect(after.last == .analysed(call))
            let windows = try await bench.number("SELECT count(*) FROM transcript_windows") ?? 0
            #expect(speech.requestCount == asked + windows - 2)
        }
        let items = try await bench.archive.page(bench.tenant).items
        #expect(items.map(\.state) == [.done])
        #expect(items.map(\.isWaitingForRecogniser) == [false])
        #expect(try await bench.number("SELECT count(*) FROM turns WHERE text IN ('раз', 'два')") == 2)
        #expect(try bench.leftovers() == [])
    }

    @Test
    func `an engine that never comes back ends the call with a reason, and the recording may be sent again`()
        async throws
    {
        let bench = try await Bench.alone()
        let speech = try SpeechDouble()
        speech.say(then: .fails(status: 503))
        let work = Work(bench, speech: speech.engine)
        try await work.run {
            let file = try short(bench)
            let call = try await bench.recordings.receive(bench.incoming(file), tenant: bench.tenant).call
            try await bench.untilPutOff(attempts: 1)
            try bench.test.runAsSuperuser("UPDATE cell.jobs SET attempt = max_attempts - 1 WHERE state = 'later'")
            try bench.hurry()
            #expect(try await work.until(\.isEnd).last == .failed(call, .recogniserUnavailable))
            speech.say(then: .hears("слышно"))
            let again = try await bench.recordings.receive(bench.incoming(file, message: 2), tenant: bench.tenant)
            #expect(again == .new(call))
            #expect(try await work.until(\.isEnd).last == .analysed(call))
        }
        #expect(try bench.leftovers() == [])
    }

    @Test
    func `a recording that is gone from the store ends the call at once`() async throws {
        let bench = try await Bench.alone()
        let speech = try SpeechDouble()
        let file = try short(bench)
        let call = try await bench.recordings.receive(bench.incoming(file), tenant: bench.tenant).call
        try await bench.files.delete(try await bench.audio.inspect(file).sha256, tenant: bench.tenant)
        let work = Work(bench, speech: speech.engine)
        let told = try await work.run { try await work.until(\.isEnd) }
        #expect(told.last == .failed(call, .recordingUnreadable))
        #expect(speech.requestCount == 0)
    }

    @Test
    func `calls were ended for good while the disk of recordings was not mounted`() async throws {
        let bench = try await Bench.alone()
        let speech = try SpeechDouble()
        speech.say(then: .hears("слово"))
        let call = try await bench.recordings.receive(bench.incoming(try short(bench)), tenant: bench.tenant).call
        let folder = bench.folder.appending(path: "recordings")
        let disk = bench.folder.appending(path: "disk")
        try FileManager.default.moveItem(at: folder, to: disk)
        // The place where it is mounted, empty.
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let work = Work(bench, speech: speech.engine)
        let told = try await work.run {
            try await bench.untilPutOff(attempts: 1)
            try FileManager.default.removeItem(at: folder)
            try FileManager.default.moveItem(at: disk, to: folder)
            try bench.hurry()
            return try await work.until(\.isEnd)
        }
        #expect(told.last == .analysed(call))
    }

    @Test
    func `a wrong key of the storage ended every waiting call in seconds`() async throws {
        let bench = try await Bench.alone()
        let speech = try SpeechDouble()
        speech.say(then: .hears("слово"))
        let call = try await bench.recordings.receive(bench.incoming(try short(bench)), tenant: bench.tenant).call
        try await withLoopbackServer { peer in
            while peer.readRequest() != nil {
                peer.answer(403, ["Content-Type": "application/xml"], "<Error><Code>InvalidAccessKeyId</Code></Error>")
            }
        } _: { server in
            var refused = bench
            let folders = WorkFolders(parent: bench.folder.appending(path: "work"))
            let configuration = S3Configuration(
                bucket: "recordings",
                endpoint: server.url(),
                region: "us-east-1",
                accessKey: "AKID",
                secretKey: "wrong"
            )
            let bucket = Bucket(configuration, http: try HTTPClient(reactor: TestDatabase.reactor))
            refused.files = RecordingFiles(
                store: RecordingStore(bucket: bucket, folders: folders),
                keys: TenantKeys(database: bench.database, master: Bench.master),
                folders: folders
            )
            let work = Work(refused, speech: speech.engine)
            try await work.run {
                try await bench.untilPutOff(attempts: 1)
                try bench.hurry()
                try await bench.untilPutOff(attempts: 2)
            }
        }
        let error = try await bench.database.cell { try await $0.query("SELECT error FROM cell.jobs") }
        #expect(try error.contains { try $0.decode(String?.self)?.contains("ZVONAR_S3_ACCESS_KEY") == true })
        try bench.hurry()
        let work = Work(bench, speech: speech.engine)
        #expect(try await work.run { try await work.until(\.isEnd) }.last == .analysed(call))
    }

    /// Of digital silence the engine is asked nothing; of a tone it hears nothing.
    @Test(arguments: [true, false])
    func `a recording without speech ends empty and unscored, not failed`(isSilent: Bool) async throws {
        let bench = try await Bench.alone()
        let speech = try SpeechDouble()
        speech.say(then: .hears(""))
        let work = Work(bench, speech: speech.engine)
        let call = try await work.run {
            let file = bench.folder.appending(path: "nobody.wav")
            try Wave.write(seconds: 8, channels: 2, to: file, isSilent: isSilent)
            let call = try await bench.recordings.receive(bench.incoming(file), tenant: bench.tenant).call
            #expect(try await work.until(\.isEnd).last == .analysed(call))
            return call
        }
        let card = try #require(try await bench.archive.card(call, tenant: bench.tenant))
        #expect(card.item.state == .done)
        #expect(card.isWithoutSpeech)
        #expect(card.analysis?.conversion.verdict == .undecided)
        #expect(card.item.score?.scored == 0)
        #expect((speech.requestCount == 0) == isSilent)
    }

    @Test
    func `a recording with one channel has one unknown speaker`() async throws {
        let bench = try await Bench.alone()
        let speech = try SpeechDouble()
        speech.say(then: .hears("Добрый день компания Север"))
        let work = Work(bench, speech: speech.engine)
        let call = try await work.run {
            let file = try short(bench, channels: 1)
            let call = try await bench.recordings.receive(bench.incoming(file), tenant: bench.tenant).call
            _ = try await work.until(\.isEnd)
            return call
        }
        let card = try #require(try await bench.archive.card(call, tenant: bench.tenant))
        #expect(card.channels == 1)
        #expect(card.transcript.turns.map(\.speaker) == [.unknown])
        #expect(speech.requestCount == 1)
    }

    @Test
    func `the pause between tries doubles to five minutes`() {
        let pauses = (1...9).map { TranscribeJob.pause(attempt: $0) }
        #expect(pauses == [5, 10, 20, 40, 80, 160, 300, 300, 300].map { .seconds($0) })
    }
}
