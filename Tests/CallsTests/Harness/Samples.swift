import Audio
import Database
import Foundation
import Kernel
import Speech

@testable import Calls

/// Rows of calls as the jobs would leave them, without their audio.
extension Bench {
    /// A call at some stage; `seed` makes its recording differ from others.
    @discardableResult
    func addCall(
        _ seed: Int,
        at receivedAt: Date,
        startedAt: Date? = nil,
        state: CallState = .received,
        name: String? = nil
    ) async throws -> CallID {
        let facts = AudioFacts.sample(seed)
        return try await database.tenant(tenant) { transaction in
            let recording = try await RecordingIndexStore(transaction)
                .insert(facts, name: name, source: "test", receivedAt: receivedAt)
            guard let recording else { throw SampleExists() }
            let calls = CallStore(transaction)
            let call = try await calls.insert(
                recording,
                origin: .sample(message: Int64(seed)),
                startedAt: startedAt,
                receivedAt: receivedAt
            )
            if state == .failed {
                _ = try await calls.fail(call, .recogniserUnavailable, at: receivedAt)
            } else if state != .received {
                _ = try await calls.move(call, from: [.received], to: state)
            }
            return call
        }
    }

    /// A call with a score: verdicts by criterion in their order.
    @discardableResult
    func addAnalysed(
        _ seed: Int,
        at receivedAt: Date,
        startedAt: Date? = nil,
        conversion: Verdict = .undecided,
        _ verdicts: KeyValuePairs<String, Verdict> = [:],
        name: String? = nil
    ) async throws -> CallID {
        let call = try await addCall(seed, at: receivedAt, startedAt: startedAt, state: .analysing, name: name)
        let analysis = CallAnalysis(
            assessments: verdicts.map { Assessment(criterion: $0.key, verdict: $0.value, quote: nil, reason: .said) },
            conversion: ConversionFinding(verdict: conversion, quote: nil, reason: .unclear),
            statistics: .sample
        )
        try await database.tenant(tenant) { transaction in
            let script = try await Scripts().active(in: transaction)
            _ = try await AssessmentStore(transaction).replace(analysis, by: script.id, of: call, at: receivedAt)
        }
        return call
    }

    /// Puts turns of a call and its passages into the index.
    func addTurns(_ turns: [Turn], to call: CallID) async throws {
        try await database.tenant(tenant) { transaction in
            try await TranscriptStore(transaction).replaceTurns(turns, of: call)
            let transcript = Transcript(duration: 60, channels: 2, turns: turns)
            try await PassageStore(transaction).replace(Passage.cut(transcript), of: call)
        }
    }
}

struct SampleExists: Error {}

extension AudioFacts {
    static func sample(_ seed: Int) -> AudioFacts {
        AudioFacts(
            container: "wav",
            codec: "pcm_s16le",
            sampleRate: 8000,
            channels: 2,
            speakerChannels: 2,
            duration: 60,
            mime: "audio/x-wav",
            byteCount: 960_044,
            sha256: Kernel.sha256(Array("recording \(seed)".utf8))
        )
    }
}

extension TalkStatistics {
    static let sample = TalkStatistics(
        duration: 60,
        operatorSeconds: 25,
        clientSeconds: 20,
        unknownSeconds: 0,
        silenceSeconds: 15,
        longestSilenceSeconds: 4,
        operatorInterruptions: 1,
        clientInterruptions: 2
    )
}

extension Turn {
    /// A turn of two seconds in its place, its words spread over it.
    static func sample(_ number: Int, _ speaker: Speaker, _ text: String) -> Turn {
        let words = text.split(separator: " ").map(String.init)
        let start = Double(number) * 3
        return Turn(
            number: number,
            channel: speaker == .client ? 1 : 0,
            speaker: speaker,
            start: start,
            end: start + 2,
            text: text,
            words: words.enumerated().map { index, word in
                let begin = start + 2 * Double(index) / Double(words.count)
                return RecognizedWord(text: word, start: begin, end: begin + 2 / Double(words.count))
            }
        )
    }
}
