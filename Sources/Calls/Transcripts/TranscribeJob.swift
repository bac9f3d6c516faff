public import Audio
public import Database
import Foundation
public import Jobs
public import Kernel
public import Logging
public import Speech

/// Turns a recording into turns, one window of one channel at a time.
///
/// Every finished window is stored, so after a crash, a restart or an outage of the speech service the work goes on with
/// the next one. While the service is away the job waits for hours, and the person is told once.
public struct TranscribeJob: Sendable {
    /// An engine that will not read a window after so many tries never will; everything else may pass.
    private static let refusalAttempts = 5

    private let database: Database
    private let files: RecordingFiles
    private let audio: AudioTools
    private let speech: any SpeechEngine
    /// What people speak in the recordings.
    private let language: Kernel.Language
    private let clock: WallClock
    private let logger: Logger

    public init(
        database: Database,
        files: RecordingFiles,
        audio: AudioTools,
        speech: any SpeechEngine,
        language: Kernel.Language = .russian,
        clock: WallClock,
        logger: Logger
    ) {
        self.database = database
        self.files = files
        self.audio = audio
        self.speech = speech
        self.language = language
        self.clock = clock
        self.logger = logger
    }

    /// Handles `call.transcribe`.
    public func handle(_ context: JobContext, _ job: CallJob) async throws -> JobOutcome {
        guard let call = try await begin(job.call, tenant: context.tenant) else { return .done }
        let windows = try await storedWindows(call, tenant: context.tenant)
        if windows?.allSatisfy(\.isFinished) != true {
            do {
                if let pause = try await work(call, windows, context) { return pause }
            } catch let fault as RecordingStoreFault where fault.isOfFile {
                return try await fail(call, .recordingUnreadable, context)
            }
        }
        return try await finish(call, context)
    }

    /// Handles the end of all tries, in the transaction that ends them.
    public func handleDead(_ context: JobContext, _ job: CallJob, _ transaction: TenantTransaction) async throws {
        try await transaction.fail(job.call, .recogniserUnavailable, at: clock.now())
    }

    /// Nil when the call is past this stage already.
    private func begin(_ id: CallID, tenant: TenantID) async throws -> StoredCall? {
        try await database.tenant(tenant) { transaction in
            let calls = CallStore(transaction)
            guard let call = try await calls.find(id) else { return nil }
            if call.state == .received {
                guard try await calls.move(id, from: [.received], to: .transcribing) else { return nil }
                try transaction.reportProgress(of: id)
                // Those behind have moved up a place.
                for waiting in try await ArchiveStore(transaction).waiting(limit: 20) {
                    try transaction.reportProgress(of: waiting)
                }
            }
            return call.state == .received || call.state == .transcribing ? call : nil
        }
    }

    /// Nil when the recording was not cut yet.
    private func storedWindows(_ call: StoredCall, tenant: TenantID) async throws -> [TranscriptWindow]? {
        guard call.totalSeconds != nil else { return nil }
        return try await database.read(tenant) { try await TranscriptStore($0).windows(of: call.id) }
    }

    private func plan(
        _ channels: [URL],
        _ stored: [TranscriptWindow]?,
        _ call: StoredCall,
        tenant: TenantID
    ) async throws -> [TranscriptWindow] {
        if let stored { return stored }
        var windows: [TranscriptWindow] = []
        for (channel, file) in channels.enumerated() {
            for (number, window) in try await audio.windows(of: file).enumerated() {
                windows.append(.init(channel: channel, number: number, start: window.start, end: window.end))
            }
        }
        return try await database.tenant(tenant) { [windows] transaction in
            let transcripts = TranscriptStore(transaction)
            try await transcripts.plan(windows, of: call.id)
            return try await transcripts.windows(of: call.id)
        }
    }

    /// Nil when all windows are done, otherwise when to try again.
    private func work(
        _ call: StoredCall,
        _ stored: [TranscriptWindow]?,
        _ context: JobContext
    ) async throws -> JobOutcome? {
        try await files.withOriginal(of: call.facts, tenant: context.tenant) { file, folder in
            let channels = try await audio.splitChannels(file, call.facts, into: folder)
            let windows = try await plan(channels, stored, call, tenant: context.tenant)
            return try await transcribe(windows, channels, call, folder: folder, context: context)
        }
    }

    private func transcribe(
        _ windows: [TranscriptWindow],
        _ channels: [URL],
        _ call: StoredCall,
        folder: URL,
        context: JobContext
    ) async throws -> JobOutcome? {
        for window in windows where !window.isFinished {
            try Task.checkCancellation()
            let piece = try await audio.cut(
                channels[window.channel],
                AudioWindow(start: window.start, end: window.end),
                into: folder
            )
            let recognition: Recognition
            do {
                recognition = try await speech.transcribe(
                    piece,
                    seconds: window.end - window.start,
                    language: language
                ).moved(by: window.start)
            } catch let fault as SpeechFault {
                if fault == .refused(.audio), context.attempt >= Self.refusalAttempts {
                    return try await fail(call, .recordingUnreadable, context)
                }
                return try await wait(call, fault, context)
            }
            try FileManager.default.removeItem(at: piece)
            try await database.tenant(context.tenant) { transaction in
                try await TranscriptStore(transaction).finish(
                    window,
                    of: call.id,
                    words: recognition.words,
                    isSuspicious: recognition.isSuspicious
                )
                try transaction.reportProgress(of: call.id)
            }
        }
        return nil
    }

    private func wait(_ call: StoredCall, _ fault: SpeechFault, _ context: JobContext) async throws -> JobOutcome {
        try await database.tenant(context.tenant) { transaction in
            guard try await CallStore(transaction).setWaiting(true, call.id) else { return }
            try transaction.reportProgress(of: call.id)
        }
        logger.warning(
            "waiting for the speech service",
            metadata: ["tenant": "\(context.tenant)", "call": "\(call.id)", "reason": "\(fault)"]
        )
        var pause = Self.pause(attempt: context.attempt)
        if case .busy(let wished?) = fault { pause = min(max(pause, wished), .seconds(300)) }
        return .again(after: pause, because: "\(fault)")
    }

    private func fail(_ call: StoredCall, _ failure: CallFailure, _ context: JobContext) async throws -> JobOutcome {
        try await context.finish { transaction in
            try await transaction.fail(call.id, failure, at: clock.now())
        }
    }

    /// Doubles from five seconds to five minutes.
    static func pause(attempt: Int) -> Duration { .seconds(min(300, 5 << min(max(0, attempt - 1), 6))) }

    private func finish(_ call: StoredCall, _ context: JobContext) async throws -> JobOutcome {
        try await context.finish { transaction in
            let transcripts = TranscriptStore(transaction)
            guard try await CallStore(transaction).move(call.id, from: [.transcribing], to: .analysing) else { return }
            let words = try await transcripts.words(of: call.id)
            let transcript = Transcript(
                words: words,
                channels: call.facts.speakerChannels,
                duration: call.facts.duration
            )
            try await transcripts.replaceTurns(transcript.turns, of: call.id)
            let job = CallJob(call: call.id)
            try transaction.enqueue(CallJobs.analyse, job, key: job.key)
            try transaction.enqueue(CallJobs.derive, job, key: job.key)
            try transaction.reportProgress(of: call.id)
        }
    }
}
