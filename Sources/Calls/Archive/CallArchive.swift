public import Database
import Foundation
import Jobs
public import Kernel

/// The company's calls as people look at them.
public struct CallArchive: Sendable {
    private let database: Database

    public init(database: Database) { self.database = database }

    /// A page of the list, newest first.
    public func page(_ tenant: TenantID, after cursor: CallCursor? = nil, limit: Int = 50) async throws -> CallPage {
        let items = try await database.read(tenant) {
            try await ArchiveStore($0).items(after: cursor, limit: limit + 1)
        }
        let shown = Array(items.prefix(limit))
        let next = items.count > limit ? shown.last.map { CallCursor(happenedAt: $0.happenedAt, id: $0.id) } : nil
        return CallPage(items: shown, next: next)
    }

    /// One line of the list; nil when the company has no such call.
    public func item(_ call: CallID, tenant: TenantID) async throws -> CallListItem? {
        try await database.read(tenant) { try await $0.read(ArchiveStore.item(call)) }
    }

    /// Everything about a call; nil when the company has no such call.
    public func card(_ call: CallID, tenant: TenantID) async throws -> CallCard? {
        guard var card = try await database.read(tenant, { try await card(call, in: $0) }) else { return nil }
        if card.progress.state == .received {
            card.progress.standBehind(try await placeInQueue(call, tenant: tenant))
        }
        return card
    }

    public func card(_ call: CallID, in transaction: TenantTransaction) async throws -> CallCard? {
        let (item, details, turns, assessed, criteria) = try await transaction.read(
            together: ArchiveStore.item(call),
            ArchiveStore.details(call),
            TranscriptStore.turns(of: call, hasWords: false),
            AssessmentStore.assessments(of: call),
            ScriptStore.names(ofScriptOf: call)
        )
        guard let item, let details else { return nil }
        var analysis: CallAnalysis?
        if let conversion = details.conversion, let statistics = details.statistics {
            analysis = CallAnalysis(assessments: assessed.found, conversion: conversion, statistics: statistics)
        }
        return CallCard(
            item: item,
            receivedAt: details.receivedAt,
            channels: details.channels,
            progress: details.progress(of: item),
            origin: details.origin,
            transcript: Transcript(duration: item.duration, channels: details.channels, turns: turns),
            criteria: criteria,
            analysis: analysis,
            details: assessed.details
        )
    }

    /// Where a call stands among those of all companies that wait for the recogniser; nil when it does not wait.
    ///
    /// Asked outside of a transaction of the company, which must not see what others have brought.
    public func placeInQueue(_ call: CallID, tenant: TenantID) async throws -> Int? {
        try await JobList(database: try await database.home(of: tenant))
            .position(of: CallJobs.transcribe, key: CallJob(call: call).key, tenant: tenant)
    }

    /// Where a call would stand that the company brought now.
    public func placeOfNext(_ tenant: TenantID) async throws -> Int {
        try await JobList(database: try await database.home(of: tenant))
            .position(ofNext: CallJobs.transcribe, tenant: tenant)
    }

    /// What the progress message says; nil when the company has no such call.
    ///
    /// `place` is where it stands among those of all companies, where that is known.
    public func progress(_ call: CallID, place: Int? = nil, in transaction: TenantTransaction) async throws
        -> CallProgress?
    {
        let (item, details) = try await transaction.read(
            together: ArchiveStore.item(call),
            ArchiveStore.details(call)
        )
        guard let item, let details else { return nil }
        var progress = details.progress(of: item)
        progress.standBehind(place)
        return progress
    }

    /// What the progress message says, of a call that cannot move on until the transaction has ended.
    ///
    /// Whoever moves it on waits, and has it told after this: an older state never replaces a newer one.
    public func heldProgress(_ call: CallID, place: Int? = nil, in transaction: TenantTransaction) async throws
        -> CallProgress?
    {
        try await CallStore(transaction).hold(call)
        return try await progress(call, place: place, in: transaction)
    }

    public func progress(_ call: CallID, tenant: TenantID) async throws -> CallProgress? {
        let place = try await placeInQueue(call, tenant: tenant)
        return try await database.tenant(tenant) { try await progress(call, place: place, in: $0) }
    }
}
