import Foundation
import Kernel
import Logging

/// The sandbox's Telegram: who exists, what was said, and who waits for news.
///
/// Every change is in the journal before anybody is answered or woken, so what a client has seen survives a restart.
/// Faults, rate limits and chat actions are not kept: they belong to a run.
actor World {
    private(set) var state = State()
    private let journal: Journal
    private let folder: URL
    let clock: WallClock
    let logger: Logger
    var bells = Bells()
    var faults = Faults()
    var limits: RateLimits
    var actions: [DialogID: ChatAction] = [:]
    /// The number of the poll that may wait for a bot's updates; an older one ends with 409.
    var currentPolls: [Int: Int] = [:]
    private var lastSerial: Int
    private(set) var isClosing = false
    private var changesSinceCompaction = 0

    init(folder: URL, isFlushedToDisk: Bool, hasLimits: Bool, clock: WallClock, logger: Logger) throws {
        self.folder = folder
        self.clock = clock
        self.logger = logger
        limits = RateLimits(isEnabled: hasLimits)
        // Milliseconds since 1970: serial numbers keep rising over restarts without being stored.
        lastSerial = Int(clock.now().timeIntervalSince1970 * 1_000)
        journal = try Journal(folder: folder, isFlushedToDisk: isFlushedToDisk)
        try FileManager.default.createDirectory(
            at: folder.appending(path: "files"),
            withIntermediateDirectories: true
        )
        let changes = try journal.read(logger)
        for change in changes { state.apply(change) }
        let needed = state.changes(at: Int(clock.now().timeIntervalSince1970))
        if changes.count > needed.count * 2 + 1_000 { try journal.replace(with: needed) }
    }

    /// Unix seconds, as Telegram dates things.
    var now: Int { Int(time) }

    /// Unix seconds with their fraction.
    var time: Double { clock.now().timeIntervalSince1970 }

    /// Writes changes and makes them.
    func record(_ changes: Change...) throws { try record(changes) }

    func record(_ changes: [Change]) throws {
        try journal.append(changes)
        for change in changes { state.apply(change) }
        changesSinceCompaction += changes.count
        if changesSinceCompaction > 200_000 {
            changesSinceCompaction = 0
            try journal.replace(with: state.changes(at: now))
        }
    }

    /// A number larger than any before, for what needs no meaning.
    func nextSerial() -> Int {
        lastSerial += 1
        return lastSerial
    }

    func fileURL(_ file: StoredFile) -> URL { folder.appending(path: "files").appending(path: file.uniqueID) }

    /// Waits for news of a topic; returns at the deadline, too.
    func wait(for topic: Topic, until deadline: ContinuousClock.Instant) async throws {
        let ear = bells.listen(topic)
        defer { bells.forget(ear) }
        try await ear.wait(until: deadline)
    }

    /// Forgets everything, or everything but the bots, whose tokens may be in somebody's settings.
    func reset(keepingBots: Bool) throws {
        var fresh = State()
        if keepingBots {
            for var bot in state.bots.values {
                bot.updates = []
                bot.allowedUpdates = nil
                fresh.apply(.bot(bot))
            }
        }
        try journal.replace(with: fresh.changes(at: now))
        let files = state.files.values
        state = fresh
        for file in files { try FileManager.default.removeItem(at: fileURL(file)) }
        faults = Faults()
        limits = RateLimits(isEnabled: limits.isEnabled)
        actions = [:]
        bells.ringAll()
    }

    /// Ends all waiting, so that a server can stop without cutting anybody off.
    func close() {
        isClosing = true
        bells.ringAll()
    }
}
