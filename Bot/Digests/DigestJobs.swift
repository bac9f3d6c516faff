import Accounts
import Calls
import Database
import Foundation
import Jobs
import Kernel

/// The digest that somebody asks for, and the one that comes by itself.
struct DigestJobs: Sendable {
    let parts: BotParts

    /// Today so far, in place of the message that says it is being counted.
    func asked(_ context: JobContext, _ job: Reply) async throws -> JobOutcome {
        let zone = try await parts.tenants.profile(context.tenant).zone
        let summary = try await parts.digests.today(context.tenant, zone: zone)
        return try await context.finish { tx in
            let screen = try await screen(summary, job.origin.language, tx)
            try tx.send(
                try screen.message(of: job.origin, rank: .reply)
            )
        }
    }

    func failed(_ context: JobContext, _ job: Reply, _ tx: TenantTransaction) async throws {
        try BotJobs.tellIncident(context, job.origin, tx)
    }

    /// Asks for the digest of the day before the one on which it is due.
    func due(_ context: JobContext, _ run: DailyRun) async throws -> JobOutcome {
        let zone = try await parts.tenants.profile(context.tenant).zone.identifier
        return try await context.finish { tx in
            let due = DigestDue(kind: .daily, day: run.day.adding(days: -1), zone: zone)
            try tx.enqueue(CallJobs.digestDue, due)
        }
    }

    /// Sends a digest to everybody who wants it, each in the language of their chat.
    func made(_ context: JobContext, _ job: DigestMade) async throws -> JobOutcome {
        let readers = try await parts.people.digestReaders(of: context.tenant)
        let summary = try await parts.digests.made(job.digest, tenant: context.tenant)
        return try await context.finish { tx in
            guard let summary else { return }
            for reader in readers {
                let screen = try await screen(summary, reader.language, tx)
                let place = ChatPlace(bot: reader.bot, chat: reader.chat)
                try tx.send(try screen.message(to: place, rank: .mass))
            }
        }
    }

    private func screen(_ summary: DigestSummary, _ language: Language, _ tx: TenantTransaction)
        async throws -> Screen
    {
        DigestScreens.digest(
            summary,
            best: try await token(summary.best, tx),
            worst: try await token(summary.worst, tx),
            language
        )
    }

    private func token(_ call: DigestSummary.RankedCall?, _ tx: TenantTransaction) async throws
        -> Token?
    {
        guard let call else { return nil }
        return try await parts.tokens.issue(.call, CallJob(call: call.id), account: nil, in: tx)
    }
}
