public import Accounts
public import Audio
public import Calls
public import Database
import Foundation
public import HTTP
public import Jobs
public import Kernel
public import Logging

/// Everything that the bot works with.
public struct BotParts: Sendable {
    public var database: Database
    public var http: HTTPClient
    /// Opens the tokens of stored bots.
    public var secretKey: SecretKey
    /// Where the Bot API is, without `/bot`.
    public var telegramAddress: String
    /// What links to the panel begin with.
    public var publicURL: String
    public var leases: Leases
    public var schedule: Schedule
    public var tenants: Tenants
    public var people: People
    public var registrations: Registrations
    public var signIn: SignIn
    public var recordings: Recordings
    public var archive: CallArchive
    public var questions: Questions
    public var digests: Digests
    public var clips: Clips
    public var tokens: Tokens
    /// For recordings on their way from Telegram into the store.
    public var folders: WorkFolders
    public var clock: WallClock
    public var logger: Logger
    /// The wait before an update is handled again; it grows with each failure.
    var retryDelay = Duration.seconds(1)
    /// How long Telegram holds a question for updates that has no answer.
    var pollSeconds = 25
    package var limits = OutboxPacing.Limits()

    public init(
        database: Database,
        http: HTTPClient,
        secretKey: SecretKey,
        telegramAddress: String,
        publicURL: String,
        leases: Leases,
        schedule: Schedule,
        tenants: Tenants,
        people: People,
        registrations: Registrations,
        signIn: SignIn,
        recordings: Recordings,
        archive: CallArchive,
        questions: Questions,
        digests: Digests,
        clips: Clips,
        tokens: Tokens,
        folders: WorkFolders,
        clock: WallClock,
        logger: Logger
    ) {
        self.database = database
        self.http = http
        self.secretKey = secretKey
        self.telegramAddress = telegramAddress
        self.publicURL = publicURL
        self.leases = leases
        self.schedule = schedule
        self.tenants = tenants
        self.people = people
        self.registrations = registrations
        self.signIn = signIn
        self.recordings = recordings
        self.archive = archive
        self.questions = questions
        self.digests = digests
        self.clips = clips
        self.tokens = tokens
        self.folders = folders
        self.clock = clock
        self.logger = logger
    }

    var fleet: BotFleet {
        BotFleet(database: database, http: http, secretKey: secretKey, address: telegramAddress)
    }

    /// Sets when a company's digest is made; a new time replaces the old.
    func scheduleDigest(_ profile: TenantProfile) async throws {
        let time = DailyTime(
            hour: profile.digestTime.hour,
            minute: profile.digestTime.minute,
            zone: profile.zone.identifier
        )
        try await schedule.daily(BotJobs.daily, at: time, for: profile.id)
    }
}
