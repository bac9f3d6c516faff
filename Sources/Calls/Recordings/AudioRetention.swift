public import Database
import Foundation
import Jobs
public import Kernel

/// Deletes the sound of calls after a time, original and derived; transcripts and scores stay.
///
/// The row is changed first: from then on nobody is offered the sound, and a file that a crash leaves is swept as an
/// orphan.
public struct AudioRetention: Sendable {
    private let database: Database
    private let files: RecordingFiles
    private let clock: WallClock

    private static let batch = 100

    public init(database: Database, files: RecordingFiles, clock: WallClock) {
        self.database = database
        self.files = files
        self.clock = clock
    }

    /// Deletes what was received more than so many days ago and is no longer worked on; 0 days keeps for ever.
    @discardableResult
    public func sweep(_ tenant: TenantID, days: Int) async throws -> Int {
        guard days > 0 else { return 0 }
        var count = 0
        while true {
            let expired = try await expire(tenant, days: days)
            try await deleteFiles(of: expired, tenant: tenant)
            count += expired.count
            guard expired.count == Self.batch else { return count }
        }
    }

    /// Says of some recordings that their sound is gone, and gives their checksums.
    func expire(_ tenant: TenantID, days: Int) async throws -> [[UInt8]] {
        let now = clock.now()
        let before = now.addingTimeInterval(-Double(days) * 86_400)
        return try await database.tenant(tenant) { tx in
            let expired = try await RecordingIndexStore(tx).expireAudio(before: before, at: now, limit: Self.batch)
            for recording in expired { tx.touch(.call(recording.call)) }
            return expired.map(\.sha256)
        }
    }

    /// Deletes the files of sound that is said to be gone, unless it was sent again meanwhile.
    func deleteFiles(of expired: [[UInt8]], tenant: TenantID) async throws {
        for sha256 in expired {
            try await database.tenant(tenant) { tx in
                // Held until the files are gone: who sends the recording again waits, and then stores it anew.
                guard try await RecordingIndexStore(tx).holdDeletedAudio(of: sha256) else { return }
                try await files.delete(sha256, tenant: tenant)
            }
        }
    }
}
