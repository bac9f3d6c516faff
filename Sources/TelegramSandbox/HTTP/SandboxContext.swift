import Hummingbird

/// What a request brings along; the channel is there so that a planned fault can cut it.
struct SandboxContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Closes the connection without an answer.
    let closeConnection: @Sendable () async throws -> Void

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        let channel = source.channel
        closeConnection = { try await channel.close() }
    }
}
