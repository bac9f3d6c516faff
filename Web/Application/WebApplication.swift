public import Accounts
public import Calls
public import Foundation
import Hummingbird
public import Jobs
public import Kernel
public import Logging
import NIOCore
public import ServiceLifecycle

/// Where the panel listens, how it is called from outside, and where its files lie.
public struct WebConfiguration: Sendable {
    public var host: String
    /// 0 takes a free port, which `onListening` is told.
    public var port: Int
    /// What links show; behind TLS it begins with `https`.
    public var publicURL: URL?
    /// The folder of static files.
    public var publicFiles: URL
    /// How long a followed page is quiet before it is sent a sign of life.
    public var heartbeat = Duration.seconds(15)
    /// How long a connection may wait for a request, or a request for its next byte.
    public var idle = Duration.seconds(60)

    public init(host: String = "127.0.0.1", port: Int, publicURL: URL?, publicFiles: URL) {
        self.host = host
        self.port = port
        self.publicURL = publicURL
        self.publicFiles = publicFiles
    }
}

/// The panel over HTTP: the same for the product and for its tests.
public struct WebApplication: Service {
    private let configuration: WebConfiguration
    private let logger: Logger
    private let responder: RouterResponder<WebContext>
    private let onListening: @Sendable (Int) -> Void
    /// What it answers, such as `GET /calls/{id}`.
    let routes: [String]

    /// Reads the static files, so that a missing one is found at start.
    public init(
        _ configuration: WebConfiguration,
        rooms: WebRooms,
        probes: Probes,
        logger: Logger,
        onListening: @escaping @Sendable (Int) -> Void = { _ in }
    ) throws {
        self.configuration = configuration
        self.logger = logger
        self.onListening = onListening
        let assets = try Assets(folder: configuration.publicFiles)
        let origin = PublicOrigin(configuration.publicURL)
        let incidents = IncidentLog(logger: logger)
        let visits = Visits(rooms: rooms, cookies: origin.cookies)
        let router = Router(context: WebContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: SecurityHeaders())
        probes.add(to: router)
        assets.add(to: router)
        // From here on a person is looked up, and whatever fails becomes a page.
        router.add(middleware: PanelEdge(visits: visits, assets: assets.links, incidents: incidents))
        router.add(middleware: HostGuard(configuration.publicURL))
        router.add(middleware: FormGuard(origin: origin))
        SignInRoutes(signIn: rooms.signIn, cookies: origin.cookies, assets: assets.links).add(to: router)
        let calls = CallRoutes(rooms: rooms, assets: assets.links, incidents: incidents)
        calls.add(to: router)
        LiveRoutes(
            feed: rooms.live,
            visits: visits,
            incidents: incidents,
            page: calls.live,
            heartbeat: configuration.heartbeat
        ).add(to: router)
        routes = router.routes.map { "\($0.method) \($0.path)" }
        responder = router.buildResponder()
    }

    public func run() async throws {
        var quiet = logger
        // Hummingbird tells of each start and stop itself; App has said so already.
        quiet.logLevel = max(logger.logLevel, .warning)
        let onListening = onListening
        let application = Application(
            responder: responder,
            // A browser's request has a few hundred bytes of headers; the rest is for proxies and their cookies.
            server: .http1(
                configuration: .init(
                    idleTimeout: TimeAmount(configuration.idle),
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: 16 * 1024,
                        maxHeaderListSize: 32 * 1024,
                        maxHeaderFieldCount: 100
                    )
                )
            ),
            configuration: .init(address: .hostname(configuration.host, port: configuration.port)),
            onServerRunning: { channel in onListening(channel.localAddress?.port ?? 0) },
            logger: quiet
        )
        try await application.run()
    }
}

/// What the panel asks.
public struct WebRooms: Sendable {
    let signIn: SignIn
    let tenants: Tenants
    let people: People
    let calls: CallArchive
    let audio: PlayerAudio
    let live: LiveFeed
    let clock: WallClock

    public init(
        signIn: SignIn,
        tenants: Tenants,
        people: People,
        calls: CallArchive,
        audio: PlayerAudio,
        live: LiveFeed,
        clock: WallClock = .system
    ) {
        self.signIn = signIn
        self.tenants = tenants
        self.people = people
        self.calls = calls
        self.audio = audio
        self.live = live
        self.clock = clock
    }
}
