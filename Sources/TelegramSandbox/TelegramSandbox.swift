import Foundation
import Hummingbird
import Kernel
public import Logging
import ServiceLifecycle

/// A Bot API server for development and tests, with the person's side over HTTP and a chat page.
///
/// What a client was answered survives a crash: it is in the folder's journal before the reply.
public actor TelegramSandbox {
    private let configuration: SandboxConfiguration
    private let logger: Logger
    private var running: Running?

    public init(_ configuration: SandboxConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
    }

    /// Opens the folder and listens.
    ///
    /// - Returns: The bound port.
    /// - Throws: When the folder cannot be used or the address is taken.
    public func start() async throws -> Int {
        let world = try World(
            folder: configuration.folder,
            isFlushedToDisk: configuration.isFlushedToDisk,
            hasLimits: configuration.hasLimits,
            clock: configuration.clock,
            logger: logger
        )
        let (ports, port) = AsyncThrowingStream<Int, any Error>.makeStream()
        let responder = SandboxResponder(
            world: world,
            doorkeeper: Doorkeeper(trustedHosts: configuration.trustedHosts),
            page: PageFiles(folder: configuration.publicFolder),
            logger: logger
        )
        // Hummingbird's own lines at the info level say nothing that ours do not.
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        let application = Application(
            responder: responder,
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port),
                serverName: "TelegramSandbox"
            ),
            onServerRunning: { channel in port.yield(channel.localAddress?.port ?? 0) },
            logger: quiet
        )
        var lifecycle = ServiceGroupConfiguration(services: [application], logger: quiet)
        // A client that never finishes its request must not keep the sandbox from stopping.
        lifecycle.maximumGracefulShutdownDuration = .seconds(5)
        let group = ServiceGroup(configuration: lifecycle)
        let (ended, end) = AsyncStream<Never>.makeStream()
        let server = Task {
            defer { end.finish() }
            do {
                try await group.run()
                port.finish(throwing: CancellationError())
            } catch {
                port.finish(throwing: error)
                throw error
            }
        }
        for try await bound in ports {
            running = Running(world: world, group: group, server: server, ended: ended)
            logger.info("telegram sandbox listens", metadata: ["port": "\(bound)"])
            return bound
        }
        throw CancellationError()
    }

    /// Starts and serves until a graceful shutdown, a cancellation or a failure of the server.
    ///
    /// - Throws: What `start()` throws, and what ended the server.
    public func run() async throws {
        _ = try await start()
        guard let running else { return }
        await cancelWhenGracefulShutdown { for await _ in running.ended {} }
        await stop()
        if case .failure(let error) = await running.server.result, !(error is CancellationError) { throw error }
    }

    /// Whether a bot waits for updates at this moment.
    var hasPoll: Bool {
        get async { await running?.world.currentPolls.isEmpty == false }
    }

    /// Answers those who wait, then closes; the state stays in the folder.
    public func stop() async {
        guard let running else { return }
        self.running = nil
        await running.world.close()
        await running.group.triggerGracefulShutdown()
        if case .failure(let error) = await running.server.result, !(error is CancellationError) {
            logger.warning("telegram sandbox stopped with an error", metadata: ["error": "\(error)"])
        }
    }

    private struct Running: Sendable {
        let world: World
        let group: ServiceGroup
        let server: Task<Void, any Error>
        let ended: AsyncStream<Never>
    }
}
