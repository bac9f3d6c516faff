public import Database
import Foundation
import Kernel
public import Logging
import Synchronization

/// Does the jobs: claims them in turn, renews their leases, tries again what failed, buries what is hopeless.
///
/// Any number of processes run one each. What a killed process held is done by another when the lease has ended.
public final class JobRunner: Sendable {
    typealias Work = @Sendable (JobContext, String) async throws -> JobOutcome
    typealias Burial = @Sendable (JobContext, String, TenantTransaction) async throws -> Void

    private struct Registration {
        let work: Work
        let burial: Burial?
    }

    private let store: JobStore
    private let schedule: ScheduleStore
    private let logger: Logger
    private let workers: [JobLane: Int]
    private let registrations = Mutex<[String: Registration]>([:])
    private let inHand = Mutex<[JobAttempt: Task<JobOutcome, any Error>]>([:])
    private let isStopping = Mutex(false)
    private let counters = JobCounters()

    /// `workers` says how many jobs of each lane this process does at once.
    public init(database: Database, workers: [JobLane: Int], logger: Logger) {
        let name = "\(ProcessInfo.processInfo.hostName)-\(hexadecimal(randomBytes(8)))"
        store = JobStore(database: database, worker: name)
        schedule = ScheduleStore(database: database)
        self.workers = workers
        self.logger = logger
    }

    /// Names who does the jobs of a type; `whenDead` runs in the transaction that buries one, in order to tell people.
    public func register<Payload>(
        _ type: JobType<Payload>,
        work: @escaping @Sendable (JobContext, Payload) async throws -> JobOutcome,
        whenDead: (@Sendable (JobContext, Payload, TenantTransaction) async throws -> Void)? = nil
    ) {
        let decodingWork: Work = { context, json in try await work(context, try decode(json)) }
        var decodingBurial: Burial?
        if let whenDead {
            decodingBurial = { context, json, transaction in try await whenDead(context, try decode(json), transaction)
            }
        }
        let registration = Registration(work: decodingWork, burial: decodingBurial)
        registrations.withLock { $0[type.name] = registration }
    }

    /// How many jobs ended how since the start, by type.
    public var counts: [JobCount] { counters.all }

    /// Works until `stop`, then until what is in hand is done; cancelling gives back what is in hand untried.
    public func run() async {
        await withTaskGroup(of: Void.self) { group in
            let (stopped, stopping) = AsyncStream.makeStream(of: Void.self)
            group.addTask { await self.keepAlive(until: stopped) }
            group.addTask {
                await withTaskGroup(of: Void.self) { lanes in
                    for (lane, limit) in self.workers { lanes.addTask { await self.runLane(lane, limit: limit) } }
                }
                // Leases are renewed until the last job has ended.
                stopping.finish()
            }
        }
    }

    /// Takes no more jobs.
    public func stop() { isStopping.withLock { $0 = true } }

    private func runLane(_ lane: JobLane, limit: Int) async {
        let (signals, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let running = RunningCount()
        await withDiscardingTaskGroup { group in
            group.addTask {
                for await _ in self.store.database.wakeUps(on: .jobs) {
                    signal.yield()
                    if self.isStopping.withLock({ $0 }) { break }
                }
                signal.finish()
            }
            for await _ in signals {
                while !isStopping.withLock({ $0 }), case let free = limit - running.value, free > 0 {
                    let jobs = await claim(lane, free)
                    for job in jobs {
                        running.add(1)
                        group.addTask {
                            await self.perform(job)
                            running.add(-1)
                            signal.yield()
                        }
                    }
                    if jobs.count < free { break }
                }
            }
        }
    }

    private func claim(_ lane: JobLane, _ limit: Int) async -> [ClaimedJob] {
        let types = registrations.withLock { $0.keys.sorted() }
        guard !types.isEmpty else { return [] }
        do {
            return try await store.claim(lane, types: types, limit: limit)
        } catch is CancellationError {
            return []
        } catch {
            logger.warning("cannot claim jobs", metadata: ["lane": "\(lane)", "error": "\(error)"])
            return []
        }
    }

    private func perform(_ job: ClaimedJob) async {
        var logger = logger
        logger[metadataKey: "job"] = "\(job.type) \(job.id)"
        logger[metadataKey: "tenant"] = "\(job.tenant)"
        let context = JobContext(
            tenant: job.tenant,
            attempt: job.attempt,
            maxAttempts: job.maxAttempts,
            logger: logger,
            job: job,
            store: store
        )
        // Only registered types are claimed.
        guard let registration = registrations.withLock({ $0[job.type] }) else { return }
        let task = Task {
            // It may be the job that kills its workers.
            guard job.attempt <= job.maxAttempts else {
                return JobOutcome.giveUp(reason: "its worker was lost too often")
            }
            return try await registration.work(context, job.payload)
        }
        inHand.withLock { $0[job.inHand] = task }
        let result = await withTaskCancellationHandler {
            await task.result
        } onCancel: {
            task.cancel()
        }
        inHand.withLock { $0[job.inHand] = nil }
        guard !context.ending.isCommitted.withLock({ $0 }) else { return counters.add(job.type, .done) }
        // Ending a job must not be cut off by the shutdown that cancelled it, so it has a task of its own, waited for.
        await Task { await end(context, result, registration) }.value
    }

    private func end(_ context: JobContext, _ result: Result<JobOutcome, any Error>, _ registration: Registration) async
    {
        let job = context.job
        do {
            switch result {
            case .success(.done):
                try await store.finish(job)
                counters.add(job.type, .done)
            case .success(.again(let delay, let reason)):
                guard job.attempt < job.maxAttempts else { return try await bury(context, reason, registration) }
                try await store.putOff(job, for: delay, error: reason)
                counters.add(job.type, .putOff)
            case .success(.giveUp(let reason)): try await bury(context, reason, registration)
            case .failure(is CancellationError): try await store.release(job)
            case .failure(let refusal as any Refusal):
                try await bury(context, refusal.sentence(in: .english), registration)
            case .failure(let error): try await endFailed(context, error, registration)
            }
        } catch DatabaseFault.closingRefused {
            context.logger.notice("the lease of a job was lost before it ended")
        } catch {
            // The lease ends by itself and the job comes back.
            context.logger.warning("cannot end a job", metadata: ["error": "\(error)"])
        }
    }

    private func endFailed(_ context: JobContext, _ error: any Error, _ registration: Registration) async throws {
        let incident = Incident.new()
        context.logger.error(
            "a job failed",
            metadata: ["incident": "\(incident)", "error": "\(error)", "attempt": "\(context.attempt)"]
        )
        counters.add(context.job.type, .failed)
        let text = "\(error) (incident \(incident))"
        guard context.attempt < context.maxAttempts else { return try await bury(context, text, registration) }
        try await store.putOff(context.job, for: backoff(after: context.attempt), error: text)
    }

    /// Puts a job among the dead with what its room does then; a job whose room cannot do it is buried all the same.
    private func bury(_ context: JobContext, _ reason: String, _ registration: Registration) async throws {
        context.logger.error("a job was given up", metadata: ["reason": "\(reason)"])
        do {
            try await store.database.tenant(context.tenant) { tx in
                try await registration.burial?(context, context.job.payload, tx)
                store.bury(context.job, because: reason, in: tx)
            }
        } catch DatabaseFault.closingRefused {
            throw DatabaseFault.closingRefused
        } catch  where !((error as? any Fault)?.isPassing ?? false) {
            // Without its effects, or it would come back for ever: the tenant is gone, the payload unreadable.
            context.logger.error("nobody was told of a job that was given up", metadata: ["error": "\(error)"])
            try await store.bury(context.job, because: reason)
        }
        counters.add(context.job.type, .dead)
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
                if !isBroken { logger.warning("cannot \(name)", metadata: ["error": "\(error)"]) }
                isBroken = true
                // A lease does not wait for the next period.
                pause = .seconds(1)
            }
            do { try await Task.sleep(for: pause) } catch { return }
        }
    }

    private func renewLeases() async throws {
        let held = inHand.withLock { Array($0.keys) }
        guard !held.isEmpty else { return }
        let kept = try await store.renew(held)
        for attempt in held where !kept.contains(attempt) {
            // Ended meanwhile, or given to somebody else: in both cases our attempt counts no more.
            inHand.withLock { $0[attempt] }?.cancel()
        }
    }
}

private final class RunningCount: Sendable {
    private let count = Mutex(0)

    var value: Int { count.withLock { $0 } }

    func add(_ change: Int) { count.withLock { $0 += change } }
}

private func decode<Payload: Decodable>(_ json: String) throws -> Payload {
    try JSONDecoder().decode(Payload.self, from: Data(json.utf8))
}
