public import Database
import Foundation
public import Kernel
public import Logging
import Synchronization

/// Does the jobs: claims them in turn, renews their leases, tries again what failed, buries what is hopeless.
///
/// Any number of processes run one each. What a killed process held is done by another when the lease has ended.
public final class JobRunner: Sendable {
    private let store: JobStore
    private let schedule: ScheduleStore
    private let logger: Logger
    private let workers: [JobLane: Int]
    private let turnstiles: [JobLane: Turnstile]
    private let batch: Int
    private let registrations = Mutex<[String: JobRegistration]>([:])
    private let inHand = JobsInHand()
    private let isStopping = Mutex(false)
    private let counters = JobCounters()

    /// `workers` says how many jobs of each lane this runner does at once, `batch` how many it claims and ends at once.
    ///
    /// Runners that share turnstiles do no more at once, all together, than those have places.
    public init(
        database: Database,
        workers: [JobLane: Int],
        turnstiles: [JobLane: Turnstile] = [:],
        batch: Int = 50,
        logger: Logger
    ) {
        let name = "\(ProcessInfo.processInfo.hostName)-\(hexadecimal(randomBytes(8)))"
        store = JobStore(database: database, worker: name)
        schedule = ScheduleStore(database: database)
        self.workers = workers
        self.turnstiles = turnstiles
        self.batch = batch
        self.logger = logger
    }

    /// Names who does the jobs of a type; `whenDead` runs in the transaction that buries one, in order to tell people.
    public func register<Payload>(
        _ type: JobType<Payload>,
        work: @escaping @Sendable (JobContext, Payload) async throws -> JobOutcome,
        whenDead: (@Sendable (JobContext, Payload, TenantTransaction) async throws -> Void)? = nil
    ) {
        let decodingWork: JobRegistration.Work = { context, json in try await work(context, try decode(json)) }
        var decodingBurial: JobRegistration.Burial?
        if let whenDead {
            decodingBurial = { context, json, transaction in try await whenDead(context, try decode(json), transaction)
            }
        }
        let registration = JobRegistration(work: decodingWork, burial: decodingBurial)
        registrations.withLock { $0[type.name] = registration }
    }

    /// How many jobs ended how since the start, by type.
    public var counts: [JobCount] { counters.all }

    /// Works until `stop`, then until what is in work is done; cancelling gives back what is in hand untried.
    public func run() async {
        await withTaskGroup(of: Void.self) { group in
            let (stopped, stopping) = AsyncStream.makeStream(of: Void.self)
            let endings = JobEndings(store: store, batch: batch, logger: logger)
            group.addTask { await self.keepAlive(until: stopped) }
            group.addTask {
                await withTaskGroup(of: Void.self) { ending in
                    ending.addTask { await endings.run() }
                    await withTaskGroup(of: Void.self) { lanes in
                        for (lane, limit) in self.workers {
                            lanes.addTask { await self.loop(lane, limit, endings).run() }
                        }
                    }
                    endings.stop()
                }
                // Leases are renewed until the last job has ended.
                stopping.finish()
            }
        }
    }

    /// Takes no more jobs.
    public func stop() { isStopping.withLock { $0 = true } }

    private func loop(_ lane: JobLane, _ limit: Int, _ endings: JobEndings) -> LaneLoop {
        LaneLoop(
            lane: lane,
            limit: limit,
            turnstile: turnstiles[lane],
            batch: batch,
            store: store,
            inHand: inHand,
            performer: JobPerformer(
                store: store,
                inHand: inHand,
                endings: endings,
                counters: counters,
                logger: logger,
                registration: { type in self.registrations.withLock { $0[type] } }
            ),
            logger: logger,
            types: { self.registrations.withLock { $0.keys.sorted() } },
            isStopping: { self.isStopping.withLock { $0 } }
        )
    }

    /// Renews leases, revives what is due and runs the schedule, until nothing is left in hand.
    ///
    /// Each by itself: what is slow or broken in one does not end the leases of another.
    private func keepAlive(until stopped: AsyncStream<Void>) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.repeating("renew leases", every: jobHeartbeat) { try await self.renewLeases() } }
            group.addTask { await self.repeating("revive jobs", every: .seconds(1)) { try await self.store.revive() } }
            group.addTask {
                await self.repeating("run the schedule", every: .seconds(1)) {
                    try await self.schedule.runDue(logger: self.logger)
                }
            }
            for await _ in stopped {}
            group.cancelAll()
        }
    }

    /// Does `work` again and again until cancelled; the first of several failures is logged.
    private func repeating(_ name: String, every period: Duration, _ work: () async throws -> Void) async {
        var isBroken = false
        while !Task.isCancelled {
            var pause = period
            do {
                try await work()
                isBroken = false
            } catch is CancellationError {
                return
            } catch {
                if !isBroken { logger.warning("cannot \(name)", metadata: ["error": "\(error.loggable)"]) }
                isBroken = true
                // A lease does not wait for the next period.
                pause = .seconds(1)
            }
            do { try await Task.sleep(for: pause) } catch { return }
        }
    }

    private func renewLeases() async throws {
        let held = inHand.all
        guard !held.isEmpty else { return }
        let kept = try await store.renew(held)
        for attempt in held where !kept.contains(attempt) { inHand.lose(attempt) }
    }
}

private func decode<Payload: Decodable>(_ json: String) throws -> Payload {
    try JSONDecoder().decode(Payload.self, from: Data(json.utf8))
}
