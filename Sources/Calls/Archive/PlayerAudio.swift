public import Audio
public import Database
public import Jobs
public import Kernel
import Logging

/// The sound of a call for players and clips: AAC of 48 kbit/s, made once and kept encrypted.
public struct PlayerAudio: Sendable {
    public static let mime = "audio/mp4"

    private let database: Database
    private let files: RecordingFiles
    private let audio: AudioTools

    public init(database: Database, files: RecordingFiles, audio: AudioTools) {
        self.database = database
        self.files = files
        self.audio = audio
    }

    /// Handles `call.derive`.
    public func handle(_ context: JobContext, _ job: CallJob) async throws -> JobOutcome {
        do {
            _ = try await ready(job.call, tenant: context.tenant)
        } catch ClipRefusal.audioDeleted {
            context.logger.info("no file for players is made: the audio has been deleted")
        }
        return .done
    }

    /// Bytes in the whole file, which is made when it is not there yet; nil when the company has no such call.
    public func byteCount(_ call: CallID, tenant: TenantID) async throws -> Int? {
        try await ready(call, tenant: tenant)?.playerBytes
    }

    /// A range of the file, which must lie within `byteCount`; only the blocks it touches are decrypted.
    public func read(_ range: Range<Int>, of call: CallID, tenant: TenantID) async throws -> [UInt8]? {
        guard let call = try await ready(call, tenant: tenant) else { return nil }
        return try await files.readPlayerFile(of: call.facts, range, tenant: tenant)
    }

    /// A call whose file for players exists; refused when its sound was deleted.
    func ready(_ id: CallID, tenant: TenantID) async throws -> StoredCall? {
        let found = try await database.read(tenant) { try await CallStore($0).find(id) }
        guard found?.isAudioDeleted != true else { throw ClipRefusal.audioDeleted }
        guard var call = found, call.playerBytes == nil else { return found }
        // Two that come at once make the same file; the rename of the second replaces equal by equal.
        let count = try await files.withOriginal(of: call.facts, tenant: tenant) { [call] file, folder in
            let made = try await audio.playerFile(from: file, call.facts, into: folder)
            return try await files.putPlayerFile(made, of: call.facts, tenant: tenant)
        }
        try await database.tenant(tenant) { transaction in
            try await RecordingIndexStore(transaction).setPlayerBytes(count, of: id)
            transaction.touch(.call(id))
        }
        call.playerBytes = count
        return call
    }
}
