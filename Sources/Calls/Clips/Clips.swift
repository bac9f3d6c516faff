public import Audio
public import Database
import Foundation
public import Kernel

/// Stretches of calls as voice messages.
public struct Clips: Sendable {
    private let database: Database
    private let files: RecordingFiles
    private let player: PlayerAudio
    private let audio: AudioTools
    private let tokens: Tokens

    public init(database: Database, files: RecordingFiles, player: PlayerAudio, audio: AudioTools, tokens: Tokens) {
        self.database = database
        self.files = files
        self.player = player
        self.audio = audio
        self.tokens = tokens
    }

    /// The clip that a button stands for; refused when it is too old or somebody else's.
    public func clip(_ token: Token, account: AccountID, tenant: TenantID) async throws -> Clip {
        let clip = try await database.tenant(tenant) { transaction in
            try await tokens.resolve(.clip, token, account: account, in: transaction)
        }
        guard let clip else { throw ClipRefusal.expired }
        return clip
    }

    /// The clip with a second before and after, as Telegram takes for a voice message.
    public func voice(_ clip: Clip, tenant: TenantID) async throws -> VoiceClip {
        guard let call = try await player.ready(clip.call, tenant: tenant) else { throw ClipRefusal.noCall }
        let (start, end) = clip.padded(duration: call.facts.duration)
        return try await files.withPlayerFile(of: call.facts, tenant: tenant) { file in
            VoiceClip(bytes: try await audio.voiceClip(from: file, start: start, end: end), seconds: end - start)
        }
    }

    /// The clip that a button stands for.
    public func voice(_ token: Token, account: AccountID, tenant: TenantID) async throws -> VoiceClip {
        try await voice(try await clip(token, account: account, tenant: tenant), tenant: tenant)
    }
}
