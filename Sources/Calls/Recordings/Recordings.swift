public import Audio
public import Database
public import Foundation
public import Jobs
public import Kernel

/// Takes in recordings: whatever its name says, a file becomes a call only if it decodes as audio.
///
/// The encrypted file is stored before its row, so a crash in between leaves a file that the sweep removes, never a row
/// without a file. The same bytes sent again are recognised within the company.
public struct Recordings: Sendable {
    /// What came in.
    public struct Incoming: Sendable {
        public var file: URL
        /// As the sender called it; only shown, never believed.
        public var name: String?
        public var origin: CallOrigin
        /// Where it came from, such as `telegram`.
        public var source: String
        /// When the call began, where that is known.
        public var startedAt: Date?
        public var receivedAt: Date

        public init(
            file: URL,
            name: String?,
            origin: CallOrigin,
            source: String = "telegram",
            startedAt: Date? = nil,
            receivedAt: Date
        ) {
            self.file = file
            self.name = name
            self.origin = origin
            self.source = source
            self.startedAt = startedAt
            self.receivedAt = receivedAt
        }
    }

    /// Effects that belong to the same transaction, such as the answer in the chat.
    public typealias Reply = @Sendable (TenantTransaction, Reception) async throws -> Void

    private let database: Database
    private let audio: AudioTools
    package let files: RecordingFiles
    private let clock: WallClock

    public init(database: Database, audio: AudioTools, files: RecordingFiles, clock: WallClock) {
        self.database = database
        self.audio = audio
        self.files = files
        self.clock = clock
    }

    /// Stores a recording and has it transcribed; throws a `RecordingRefusal` for what is no recording.
    @discardableResult
    public func receive(
        _ incoming: Incoming,
        tenant: TenantID,
        reply: @escaping Reply = { _, _ in }
    ) async throws -> Reception {
        let facts = try await keep(incoming, tenant: tenant)
        return try await database.tenant(tenant) { transaction in
            try await register(incoming, facts, reply: reply, in: transaction)
        }
    }

    /// Receives, and ends the job that brought the recording in the same transaction.
    public func receive(
        _ incoming: Incoming,
        finishing context: JobContext,
        reply: @escaping Reply = { _, _ in }
    ) async throws -> JobOutcome {
        let facts = try await keep(incoming, tenant: context.tenant)
        return try await context.finish { transaction in
            _ = try await register(incoming, facts, reply: reply, in: transaction)
        }
    }

    /// Decodes the file and puts it into the store, unless it is there and its call is on a good way.
    private func keep(_ incoming: Incoming, tenant: TenantID) async throws -> AudioFacts {
        let facts = try await audio.inspect(incoming.file)
        let known = try await database.tenant(tenant) { transaction in
            let index = RecordingIndexStore(transaction)
            let known = try await index.call(of: facts.sha256)
            // Before its file is stored: from here on no end of a storage time deletes it.
            if known?.state == .failed { try await index.noteAudio(of: facts.sha256, at: incoming.receivedAt) }
            return known
        }
        if known == nil || known?.state == .failed {
            // Of a failed call the stored copy may be what failed.
            try await files.put(incoming.file, facts, tenant: tenant, replacing: known != nil)
        }
        return facts
    }

    /// Removes stored files that a crash left without a row; returns how many.
    @discardableResult
    public func sweep(_ tenant: TenantID) async throws -> Int {
        let known = try await database.read(tenant) { try await RecordingIndexStore($0).allHashes() }
        return try await files.sweep(tenant, known: known, now: clock.now())
    }

    private func register(
        _ incoming: Incoming,
        _ facts: AudioFacts,
        reply: Reply,
        in transaction: TenantTransaction
    ) async throws -> Reception {
        let reception = try await reception(of: incoming, facts, in: transaction)
        if case .new(let call) = reception {
            let job = CallJob(call: call)
            try transaction.enqueue(CallJobs.transcribe, job, key: job.key)
            transaction.touch(.calls)
            transaction.touch(.call(call))
        }
        try await reply(transaction, reception)
        return reception
    }

    private func reception(
        of incoming: Incoming,
        _ facts: AudioFacts,
        in transaction: TenantTransaction
    ) async throws -> Reception {
        let (index, calls) = (RecordingIndexStore(transaction), CallStore(transaction))
        let recording = try await index.insert(
            facts,
            name: incoming.name,
            source: incoming.source,
            receivedAt: incoming.receivedAt
        )
        if let recording {
            let call = try await calls.insert(
                recording,
                origin: incoming.origin,
                startedAt: incoming.startedAt,
                receivedAt: incoming.receivedAt
            )
            return .new(call)
        }
        guard let known = try await index.call(of: facts.sha256) else {
            throw DatabaseFault.unreadable("a recording without a call")
        }
        guard known.state == .failed else { return .repeated(known.id, known.state) }
        try await index.noteAudio(of: facts.sha256, at: incoming.receivedAt)
        try await calls.restart(known.id, origin: incoming.origin)
        return .new(known.id)
    }
}
