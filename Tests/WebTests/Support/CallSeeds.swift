import Audio
import Database
import Foundation
import Jobs
import Kernel
import Support
import Testing

@testable import Calls
@testable import Web

extension PanelFixture {
    /// A recording that has just come in: the call waits for its transcription.
    func receive(_ name: String, _ company: Company, file: URL? = nil, seconds: Double = 4) async throws -> CallID {
        let recordings = Recordings(
            database: test.database,
            audio: try AudioTools(),
            files: Self.files(test, folder),
            clock: clock.clock
        )
        let incoming = Recordings.Incoming(
            file: try file ?? wave(seconds: seconds, name),
            name: name,
            origin: CallOrigin(bot: BotID(5), chat: 1, slot: "slot", account: company.owner),
            receivedAt: clock.clock.now()
        )
        return try await recordings.receive(incoming, tenant: company.tenant).call
    }

    /// A call of which only rows exist, without sound.
    func insertCall(_ name: String, _ company: Company) async throws -> CallID {
        let now = clock.clock.now()
        let facts = AudioFacts(
            container: "wav",
            codec: "pcm_s16le",
            sampleRate: 8000,
            channels: 2,
            speakerChannels: 2,
            duration: 43.8,
            mime: "audio/x-wav",
            byteCount: 1000,
            sha256: sha256(Array(name.utf8))
        )
        return try await test.database.tenant(company.tenant) { transaction in
            let recordings = RecordingIndexStore(transaction)
            let recording = try await recordings.insert(facts, name: name, source: "telegram", receivedAt: now)
            let origin = CallOrigin(bot: BotID(5), chat: 1, slot: "slot", account: company.owner)
            let call = try await CallStore(transaction)
                .insert(try #require(recording), origin: origin, startedAt: nil, receivedAt: now)
            transaction.touch(.calls)
            transaction.touch(.call(call))
            return call
        }
    }

    /// Moves a call on and wakes the pages that show it, as the jobs do.
    func move(_ call: CallID, _ company: Company, to state: CallState) async throws {
        try await test.database.tenant(company.tenant) { transaction in
            let from = CallState.allCases.filter { $0 != state }
            try #require(try await CallStore(transaction).move(call, from: from, to: state))
            transaction.touch(.calls)
            transaction.touch(.call(call))
        }
    }

    /// Gives a call the transcript and analysis of a sample.
    func finish(_ call: CallID, _ company: Company, as sheet: CallSheet = Samples.orderSheet) async throws {
        try await move(call, company, to: .analysing)
        let transcript = try #require(sheet.transcript)
        let analysis = CallAnalysis(
            assessments: zip(Script.standard.criteria, sheet.checklist).map { criterion, line in
                Assessment(
                    criterion: criterion.code,
                    verdict: line.verdict,
                    quote: line.quote,
                    reason: line.verdict == .yes ? .said : .notSaid
                )
            },
            conversion: try #require(sheet.conversion),
            statistics: try #require(sheet.statistics)
        )
        let now = clock.clock.now()
        try await test.database.tenant(company.tenant) { transaction in
            try await TranscriptStore(transaction).replaceTurns(transcript.turns, of: call)
            let script = try await Scripts().active(in: transaction)
            try #require(
                try await AssessmentStore(transaction).replace(analysis, by: script.id, of: call, at: now)
            )
            transaction.touch(.calls)
            transaction.touch(.call(call))
        }
    }

    /// A stereo WAV of a quiet tone, different for each name, so that no two are taken for a repeat.
    private func wave(seconds: Double, _ name: String) throws -> URL {
        let rate = 8000
        let frames = Int(seconds * Double(rate))
        let pitch = 200 + Double(name.utf8.reduce(UInt(0)) { $0 &* 31 &+ UInt($1) } % 700)
        var samples: [UInt8] = []
        samples.reserveCapacity(frames * 4)
        for frame in 0..<frames {
            for side in [1.0, 1.5] {
                let value = Int16(2000 * sin(2 * .pi * pitch * side * Double(frame) / Double(rate)))
                samples += little(value)
            }
        }
        var header = Array("RIFF".utf8) + little(UInt32(36 + samples.count)) + Array("WAVEfmt ".utf8)
        header += little(UInt32(16)) + little(UInt16(1)) + little(UInt16(2)) + little(UInt32(rate))
        header += little(UInt32(rate * 4)) + little(UInt16(4)) + little(UInt16(16))
        header += Array("data".utf8) + little(UInt32(samples.count))
        let file = folder.appending(path: "\(UUID().uuidString).wav")
        try Data(header + samples).write(to: file)
        return file
    }

    private func little(_ number: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: number.littleEndian) { Array($0) }
    }
}
