public import Database
import Foundation
public import Jobs
import Kernel
public import Language
public import Logging

/// What was said, ready to be asked: passages by their words and, where an engine for it is there, by their meaning.
public struct SearchIndex: Sendable {
    /// Texts sent to the engine in one request.
    private static let batch = 64

    private let database: Database
    private let embedding: (any EmbeddingModel)?
    private let logger: Logger

    public init(database: Database, embedding: (any EmbeddingModel)?, logger: Logger) {
        self.database = database
        self.embedding = embedding
        self.logger = logger
    }

    /// Puts a call's passages in the place of older ones; their meaning follows by the job `call.embed`.
    ///
    /// So the result of a call never waits for the engine that gives passages their meaning.
    func store(_ passages: [Passage], of call: CallID, in transaction: TenantTransaction) async throws {
        try await PassageStore(transaction).replace(passages, of: call)
        guard embedding != nil, !passages.isEmpty else { return }
        let job = CallJob(call: call)
        try transaction.enqueue(CallJobs.embed, job, key: job.key)
    }

    /// Handles `call.embed`: gives a meaning to the passages of a call that lack it.
    public func handle(_ context: JobContext, _ job: CallJob) async throws -> JobOutcome {
        guard let embedding else { return .done }
        while true {
            try Task.checkCancellation()
            let passages = try await database.read(context.tenant) { transaction in
                try await PassageStore(transaction)
                    .withoutEmbedding(by: embedding.name, call: job.call, limit: Self.batch)
            }
            guard !passages.isEmpty else { return .done }
            let vectors: [[Float]]
            do {
                vectors = try await embedding.embed(passages.map(\.text))
            } catch let fault as any Fault {
                logger.warning("no embeddings", metadata: ["call": "\(job.call)", "reason": "\(fault)"])
                return .again(after: TranscribeJob.pause(attempt: context.attempt), because: "\(fault)")
            }
            let stored = zip(passages, vectors).compactMap { passage, vector in
                StoredEmbedding(vector).map { (passage.id, $0) }
            }
            // An engine that answers less than it was asked would be asked for ever.
            guard stored.count == passages.count else {
                return .again(after: TranscribeJob.pause(attempt: context.attempt), because: "embeddings are missing")
            }
            try await database.tenant(context.tenant) { transaction in
                for (passage, vector) in stored {
                    try await PassageStore(transaction).setEmbedding(vector, by: embedding.name, of: passage)
                }
            }
        }
    }
}
