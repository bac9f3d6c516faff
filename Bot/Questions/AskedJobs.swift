import Accounts
import Calls
import Database
import Foundation
import Jobs
import Kernel
import Telegram

/// The work that a person asked for by a press or a question and that ends in their chat.
struct AskedJobs: Sendable {
    let parts: BotParts

    func clip(_ context: JobContext, _ job: SendClip) async throws -> JobOutcome {
        do {
            let voice = try await parts.clips.voice(job.clip, tenant: context.tenant)
            let body = try OutgoingBody(
                SendVoice(
                    chatID: job.origin.chat,
                    voice: .new(name: "quote.ogg", type: "audio/ogg", bytes: voice.bytes),
                    duration: max(1, Int(voice.seconds.rounded()))
                )
            )
            return try await context.finish { tx in try tx.send(message(body, job.origin)) }
        } catch let refusal as any Refusal {
            return try await say(refusal, job.origin, context)
        }
    }

    func clipFailed(_ context: JobContext, _ job: SendClip, _ tx: TenantTransaction) async throws {
        try BotJobs.tellIncident(context, job.origin, tx)
    }

    func transcript(_ context: JobContext, _ job: SendCall) async throws -> JobOutcome {
        let zone = try await parts.tenants.profile(context.tenant).zone
        return try await context.finish { tx in
            guard let card = try await parts.archive.card(job.call, in: tx) else {
                try tx.send(
                    try Screen(ClipRefusal.noCall.sentence(in: job.origin.language)).message(
                        to: job.origin.place,
                        rank: .reply
                    )
                )
                return
            }
            let text = TranscriptText(language: job.origin.language).render(card, zone: zone)
            let name = TranscriptText.fileName(of: job.call)
            let document = InputFile.new(
                name: name,
                type: "text/plain; charset=utf-8",
                bytes: Array(text.utf8)
            )
            try tx.send(
                message(
                    try OutgoingBody(SendDocument(chatID: job.origin.chat, document: document)),
                    job.origin
                )
            )
        }
    }

    func result(_ context: JobContext, _ job: SendCall) async throws -> JobOutcome {
        let recordings = RecordingJobs(parts: parts, client: { throw BotFault.unknown($0) })
        return try await context.finish { tx in
            guard let card = try await parts.archive.card(job.call, in: tx) else { return }
            try await recordings.sendResult(card, job.origin, tx)
        }
    }

    func callFailed(_ context: JobContext, _ job: SendCall, _ tx: TenantTransaction) async throws {
        try BotJobs.tellIncident(context, job.origin, tx)
    }

    /// The answer takes the place of the "searching" message.
    func answered(_ context: JobContext, _ job: QuestionJob) async throws -> JobOutcome {
        let zone = try await parts.tenants.profile(context.tenant).zone
        return try await context.finish { tx in
            guard let question = try await parts.questions.question(job.question, in: tx),
                let answer = question.answer
            else { return }
            var clips: [Token] = []
            for citation in answer.citations {
                let clip = Clip(call: citation.call, quote: citation.quote)
                clips.append(try await parts.tokens.issue(.clip, clip, account: question.account, in: tx))
            }
            let origin = question.origin
            let screen = AnswerScreens.answer(
                to: question.text,
                answer,
                clips: clips,
                zone: zone,
                origin.language
            )
            try tx.send(try screen.message(of: origin, rank: .result))
        }
    }

    func questionFailed(_ context: JobContext, _ job: QuestionJob, _ tx: TenantTransaction) async throws {
        guard let question = try await parts.questions.question(job.question, in: tx) else { return }
        try BotJobs.tellIncident(context, question.origin, tx)
    }

    private func say(_ refusal: any Refusal, _ origin: CallOrigin, _ context: JobContext) async throws
        -> JobOutcome
    {
        try await context.finish { tx in
            try tx.send(
                try Screen(refusal.sentence(in: origin.language)).message(to: origin.place, rank: .reply)
            )
        }
    }

    private func message(_ body: OutgoingBody, _ origin: CallOrigin) -> OutgoingMessage {
        OutgoingMessage(bot: origin.bot, chat: origin.chat, rank: .reply, body: body)
    }
}
