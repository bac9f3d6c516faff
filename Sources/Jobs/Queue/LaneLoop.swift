import Database
import Kernel
import Logging
import Synchronization

/// Claims the jobs of one lane and hands them to its workers.
struct LaneLoop: Sendable {
    let lane: JobLane
    let limit: Int
    /// Passed by every job of the lane in this process, whichever cell it is of.
    let turnstile: Turnstile?
    let batch: Int
    let store: JobStore
    let inHand: JobsInHand
    let performer: JobPerformer
    let logger: Logger
    let types: @Sendable () -> [String]
    let isStopping: @Sendable () -> Bool

    /// Works until told to stop, or cancelled; what has not begun then is given back.
    func run() async {
        let (signals, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let buffer = LaneBuffer(limit: limit, batch: batch)
        await withDiscardingTaskGroup { group in
            group.addTask {
                for await _ in store.database.wakeUps(on: lane.channel) {
                    // Everybody who could begin them is stuck; another process may not be.
                    let stuck = buffer.takeOut(claimedBefore: .now - .seconds(1))
                    if !stuck.isEmpty { await Task { await giveBack(stuck, buffer) }.value }
                    signal.yield()
                    if isStopping() { break }
                }
                signal.finish()
            }
            var depths = ClaimDepths()
            var planned: ContinuousClock.Instant?
            for await _ in signals {
                let isAllSeen = await claimWhatIsWanted(buffer, &depths, signal, in: &group)
                guard !isAllSeen, let next = depths.nextWhole, planned.map({ $0 <= .now }) ?? true else { continue }
                planned = next
                group.addTask {
                    do { try await Task.sleep(until: next, clock: .continuous) } catch { return }
                    signal.yield()
                }
            }
            let left = buffer.close()
            await Task { await giveBack(left, buffer) }.value
        }
    }

    /// Claims until the lane has enough or no more is found; false when the last look was not at the whole queue.
    private func claimWhatIsWanted(
        _ buffer: LaneBuffer,
        _ depths: inout ClaimDepths,
        _ signal: AsyncStream<Void>.Continuation,
        in group: inout DiscardingTaskGroup
    ) async -> Bool {
        while !isStopping(), case let wanted = claimable(buffer), wanted > 0 {
            let start = ContinuousClock.now
            let depth = depths.depth(at: start)
            guard let jobs = await claim(wanted, looking: depth) else { return true }
            depths.looked(depth, from: start, to: .now)
            inHand.add(jobs)
            for _ in 0..<buffer.add(jobs, at: start) {
                group.addTask { await work(buffer, signal) }
            }
            if jobs.count < wanted { return depth == .whole }
        }
        return true
    }

    /// How many jobs to claim: those that could begin now, and where other cells have taken every place, one.
    ///
    /// That one stands in the line, so that no cell starves beside the long queue of another.
    private func claimable(_ buffer: LaneBuffer) -> Int {
        guard let turnstile else { return buffer.wanted }
        return min(buffer.wanted, max(turnstile.freePlaces, buffer.isIdle ? 1 : 0))
    }

    /// One worker: does what is there, one after the other.
    private func work(_ buffer: LaneBuffer, _ signal: AsyncStream<Void>.Continuation) async {
        while let job = buffer.take() {
            guard let turnstile else {
                await perform(job, buffer, signal)
                continue
            }
            do {
                try await turnstile.pass {
                    // It may have stood in the line for long.
                    if isStopping() { return await Task { await giveBack([job], buffer) }.value }
                    await perform(job, buffer, signal)
                }
            } catch {
                // Cancelled in the line.
                await Task { await giveBack([job], buffer) }.value
            }
            // The place is free only now.
            signal.yield()
        }
    }

    private func perform(_ job: ClaimedJob, _ buffer: LaneBuffer, _ signal: AsyncStream<Void>.Continuation) async {
        let start = ContinuousClock.now
        await performer.perform(job) {
            buffer.ended()
            signal.yield()
        }
        buffer.worked(for: .now - start)
    }

    /// Nil when the claim failed; the next signal, a second later at most, tries again.
    private func claim(_ limit: Int, looking depth: ClaimDepth) async -> [ClaimedJob]? {
        let types = types()
        guard !types.isEmpty else { return [] }
        do {
            return try await store.claim(lane, types: types, limit: limit, looking: depth)
        } catch is CancellationError {
            return nil
        } catch {
            logger.warning("cannot claim jobs", metadata: ["lane": "\(lane)", "error": "\(error.loggable)"])
            return nil
        }
    }

    private func giveBack(_ jobs: [ClaimedJob], _ buffer: LaneBuffer) async {
        for job in jobs {
            // First: once it is given back, this process may claim it again.
            inHand.remove(job.inHand)
            do {
                try await store.release(job)
            } catch {
                // Its lease ends by itself.
                logger.warning("cannot give a job back", metadata: ["job": "\(job.id)", "error": "\(error.loggable)"])
            }
            buffer.ended()
        }
    }
}
