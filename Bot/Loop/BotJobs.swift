import Accounts
import Calls
import Database
import Jobs
import Kernel
import Logging
import Telegram

/// The kinds of work that end in a chat and that only the bot asks for.
enum BotJobs {
    /// Brings a recording from Telegram into the store.
    static let fetch = JobType<FetchRecording>("recording.fetch", lane: .network)
    /// Not among the heavy ones: who wants to hear a quote must not wait behind a transcription.
    static let clip = JobType<SendClip>("clip.asked", lane: .network, maxAttempts: 5)
    static let transcript = JobType<SendCall>("transcript.asked", maxAttempts: 5)
    static let result = JobType<SendCall>("result.asked", maxAttempts: 5)
    static let digest = JobType<Reply>("digest.asked", maxAttempts: 5)
    /// Due every day at a company's hour.
    static let daily = JobType<DailyRun>("digest.daily")

    typealias Clients = @Sendable (BotID) async throws -> TelegramClient

    static func register(_ parts: BotParts, client: @escaping Clients, on jobs: JobRunner) {
        let recordings = RecordingJobs(parts: parts, client: client)
        jobs.register(fetch, work: recordings.fetch, whenDead: recordings.fetchFailed)
        jobs.register(CallJobs.progressed, work: recordings.progressed)
        jobs.register(CallJobs.analysed, work: recordings.analysed, whenDead: recordings.resultFailed)
        jobs.register(CallJobs.failed, work: recordings.progressed)
        let asked = AskedJobs(parts: parts)
        jobs.register(clip, work: asked.clip, whenDead: asked.clipFailed)
        jobs.register(transcript, work: asked.transcript, whenDead: asked.callFailed)
        jobs.register(result, work: asked.result, whenDead: asked.callFailed)
        jobs.register(CallJobs.answered, work: asked.answered, whenDead: asked.questionFailed)
        let digests = DigestJobs(parts: parts)
        jobs.register(digest, work: digests.asked, whenDead: digests.failed)
        jobs.register(daily, work: digests.due)
        jobs.register(CallJobs.digestMade, work: digests.made)
    }

    /// Says that something failed, in a transaction that buries its job; the number is in the log beside the job.
    static func tellIncident(_ context: JobContext, _ origin: CallOrigin, _ tx: TenantTransaction)
        throws
    {
        let incident = Incident.new()
        context.logger.error("A job for a chat was given up", metadata: ["incident": "\(incident)"])
        let screen = Screen(IncidentTexts.failed(incident)(origin.language))
        try tx.send(try screen.message(of: origin, rank: .reply))
    }
}

struct FetchRecording: Codable, Sendable, Hashable {
    let file: IncomingRecording
    let origin: CallOrigin
}

struct SendClip: Codable, Sendable, Hashable {
    let clip: Clip
    let origin: CallOrigin
}

struct SendCall: Codable, Sendable, Hashable {
    let call: CallID
    let origin: CallOrigin
}

struct Reply: Codable, Sendable, Hashable {
    let origin: CallOrigin
}

extension CallOrigin {
    var place: ChatPlace { ChatPlace(bot: bot, chat: chat) }

    /// Nil where nothing shows progress.
    var namedSlot: String? { slot.isEmpty ? nil : slot }
}
