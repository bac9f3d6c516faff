import Accounts
import Audio
import Calls
import Database
import Foundation
import Jobs
import HTTP
import Kernel
import Logging
import Telegram

/// The work on a recording that ends in its chat: bringing it in, showing how far it is, sending the result.
struct RecordingJobs: Sendable {
    let parts: BotParts
    let client: BotJobs.Clients

    /// Downloads a recording and gives it to the store; what is no recording is refused in the progress message.
    func fetch(_ context: JobContext, _ job: FetchRecording) async throws -> JobOutcome {
        do {
            return try await parts.folders.with { folder in
                let file = folder.appending(path: "telegram")
                try await download(job, to: file)
                let incoming = Recordings.Incoming(
                    file: file,
                    name: job.file.name,
                    origin: job.origin,
                    receivedAt: parts.clock.now()
                )
                let place = try await parts.archive.placeOfNext(context.tenant)
                return try await parts.recordings.receive(incoming, finishing: context) { tx, reception in
                    try await received(reception, place: place, job.origin, tx)
                }
            }
        } catch let refusal as any Refusal {
            return try await refuse(refusal.sentence(in: job.origin.language), job, context)
        } catch  where Self.isDiskFull(error) {
            return try await waitForRoom(job, context)
        }
    }

    /// Says once what is the matter, and fetches the recording when there is room again: Telegram keeps it.
    private func waitForRoom(_ job: FetchRecording, _ context: JobContext) async throws -> JobOutcome {
        context.logger.error("no room on the disk for a recording, it is fetched later")
        try await parts.database.tenant(context.tenant) { tx in
            try tx.send(try Screen(RecordingTexts.noRoom(job.origin.language)).message(of: job.origin, rank: .progress))
        }
        return .wait(for: .seconds(60), because: "the disk is full")
    }

    private static func isDiskFull(_ error: any Error) -> Bool {
        switch error {
        case let fault as RecordingStoreFault: fault.isDiskFull
        case TelegramFault.unreachable(let http): http.reason == .fileNotWritten
        default: false
        }
    }

    /// Shows where a call stands by now, however many changes came before.
    ///
    /// The call stands still until this is written: otherwise its result could be told first and then be overwritten.
    func progressed(_ context: JobContext, _ job: CallJob) async throws -> JobOutcome {
        let place = try await parts.archive.placeInQueue(job.call, tenant: context.tenant)
        return try await context.finish { tx in
            guard let progress = try await parts.archive.heldProgress(job.call, place: place, in: tx) else { return }
            // The result has its own job, which ends the progress message with it.
            guard progress.state != .done else { return }
            try show(progress, tx)
        }
    }

    /// Sends the result, once: in the transaction that ends the job.
    func analysed(_ context: JobContext, _ job: CallJob) async throws -> JobOutcome {
        try await context.finish { tx in
            guard let card = try await parts.archive.card(job.call, in: tx) else { return }
            try await sendResult(card, card.origin, tx)
            try show(card.progress, tx)
        }
    }

    func fetchFailed(_ context: JobContext, _ job: FetchRecording, _ tx: TenantTransaction)
        async throws
    {
        try BotJobs.tellIncident(context, job.origin, tx)
    }

    func resultFailed(_ context: JobContext, _ job: CallJob, _ tx: TenantTransaction) async throws {
        guard let progress = try await parts.archive.progress(job.call, in: tx) else { return }
        try BotJobs.tellIncident(context, progress.origin, tx)
    }

    /// A call's result to a chat, with new tokens for its buttons.
    func sendResult(_ card: CallCard, _ origin: CallOrigin, _ tx: TenantTransaction) async throws {
        guard let analysis = card.analysis else { return }
        let report = try await report(card, analysis, tx)
        let language = origin.language
        let ready = origin.namedSlot.map { ($0, ProgressScreens.resultReady(report.token, language)) }
        let message = try ResultScreens.result(report, language)
            .message(to: origin.place, rank: .result, replyTo: origin.message, ifAmbiguous: ready)
        try tx.send(message)
    }

    private func download(_ job: FetchRecording, to file: URL) async throws {
        let client = try await client(job.origin.bot)
        do {
            let found = try await client.call(GetFile(fileID: job.file.fileID))
            guard (found.fileSize ?? 0) <= TelegramClient.downloadLimitBytes else { throw DownloadRefusal.tooLarge }
            try await client.download(found, to: file)
        } catch let fault as TelegramFault {
            guard let refusal = DownloadRefusal(fault) else { throw fault }
            throw refusal
        }
    }

    private func received(_ reception: Reception, place: Int, _ origin: CallOrigin, _ tx: TenantTransaction)
        async throws
    {
        let language = origin.language
        switch reception {
        case .new(let call):
            guard let progress = try await parts.archive.progress(call, place: place, in: tx) else { return }
            try show(progress, tx)
        case .repeated(let call, let state):
            let text = state.isFinished ? RecordingTexts.repeated : RecordingTexts.repeatedUnfinished
            let screen = Screen(text(language))
            try tx.send(try screen.message(of: origin, rank: .progress))
            guard state == .done, let card = try await parts.archive.card(call, in: tx) else { return }
            try await sendResult(card, origin, tx)
        }
    }

    private func show(_ progress: CallProgress, _ tx: TenantTransaction) throws {
        let origin = progress.origin
        guard origin.namedSlot != nil else { return }
        let screen = ProgressScreens.progress(progress, origin.language)
        try tx.send(try screen.message(of: origin, rank: .progress))
    }

    private func refuse(_ sentence: String, _ job: FetchRecording, _ context: JobContext) async throws
        -> JobOutcome
    {
        try await context.finish { tx in
            let screen = Screen(sentence)
            try tx.send(
                try screen.message(of: job.origin, rank: .reply)
            )
        }
    }

    private func report(_ card: CallCard, _ analysis: CallAnalysis, _ tx: TenantTransaction)
        async throws -> CallReport
    {
        var items: [CallReport.Item] = []
        for criterion in card.criteria {
            guard let assessment = card.assessment(of: criterion) else { continue }
            items.append(
                CallReport.Item(
                    title: criterion.title,
                    verdict: assessment.verdict,
                    reason: assessment.reason.wording,
                    quote: assessment.quote,
                    clip: try await clip(assessment.quote, card.id, tx)
                )
            )
        }
        return CallReport(
            call: card.id,
            fileName: card.item.fileName,
            isWithoutSpeech: card.isWithoutSpeech,
            knowsSpeakers: card.transcript.knowsSpeakers,
            statistics: analysis.statistics,
            conversion: analysis.conversion,
            conversionClip: try await clip(analysis.conversion.quote, card.id, tx),
            items: items,
            token: try await parts.tokens.issue(.call, CallJob(call: card.id), account: nil, in: tx)
        )
    }

    private func clip(_ quote: Quote?, _ call: CallID, _ tx: TenantTransaction) async throws -> Token? {
        guard let quote else { return nil }
        return try await parts.tokens.issue(.clip, Clip(call: call, quote: quote), account: nil, in: tx)
    }
}

/// Why a recording cannot be brought from Telegram.
enum DownloadRefusal: Refusal, Equatable {
    case tooLarge
    /// Telegram has forgotten it.
    case gone

    /// Nil for a fault that trying again may help.
    init?(_ fault: TelegramFault) {
        if case .unreachable(let http) = fault, case .tooLarge = http.reason {
            self = .tooLarge
        } else if fault.isFileTooBig {
            self = .tooLarge
        } else if case .refused(400, _, _, _) = fault {
            self = .gone
        } else {
            return nil
        }
    }

    func sentence(in language: Language) -> String {
        switch self {
        case .tooLarge: RecordingTexts.tooLarge(RecordingLimits.downloadMegabytes)(language)
        case .gone: RecordingTexts.gone(language)
        }
    }
}
