import Testing

@testable import Bot

@Suite struct PollPacingTests {
    @Test func `after updates the next question follows at once`() {
        var pacing = PollPacing()
        #expect(pacing.next(after: .updates, jitter: 0.5) == .poll(afterSeconds: 0))
    }

    @Test func `failures wait ever longer up to half a minute, and a success forgets them`() {
        var pacing = PollPacing()
        let waits = (0..<7).map { _ in pacing.next(after: .unreachable, jitter: 1) }
        #expect(waits == [1, 2, 4, 8, 16, 30, 30].map { .poll(afterSeconds: $0) })
        #expect(pacing.next(after: .updates, jitter: 1) == .poll(afterSeconds: 0))
        #expect(pacing.next(after: .unreachable, jitter: 0) == .poll(afterSeconds: 0.5))
    }

    @Test func `a conflict gives way to the other poller first`() {
        var pacing = PollPacing()
        #expect(pacing.next(after: .conflict, jitter: 1) == .poll(afterSeconds: 3))
        #expect(pacing.next(after: .conflict, jitter: 1) == .poll(afterSeconds: 6))
    }

    @Test func `a limit is kept, a refused token ends it`() {
        var pacing = PollPacing()
        #expect(pacing.next(after: .limited(retryAfter: 7), jitter: 0.5) == .poll(afterSeconds: 7.5))
        #expect(pacing.next(after: .tokenRefused, jitter: 0) == .stop)
    }
}

private struct Piece: Identifiable {
    let id: Int
}

@Suite struct ChatQueuesTests {
    @Test func `what waits or is in hand is not queued a second time`() async throws {
        let queues = ChatQueues<Piece>(capacity: 100)
        for id in [1, 2, 1, 2] { await queues.add(Piece(id: id), to: 7) }
        #expect(await queues.count == 2)
        let first = try #require(await queues.next())
        await queues.add(first.work, to: 7)
        #expect(await queues.count == 1)
        await queues.done(7)
        let second = try #require(await queues.next())
        #expect(second.work.id == 2)
        #expect(await queues.count == 0)
    }

    @Test func `a chat is handled in order while others go on`() async throws {
        let queues = ChatQueues<Piece>(capacity: 100)
        for number in 0..<3 { await queues.add(Piece(id: number), to: 7) }
        await queues.add(Piece(id: 10), to: 8)
        let first = try #require(await queues.next())
        let second = try #require(await queues.next())
        #expect((first.chat, first.work.id) == (7, 0))
        #expect((second.chat, second.work.id) == (8, 10))
        await queues.done(7)
        let third = try #require(await queues.next())
        #expect((third.chat, third.work.id) == (7, 1))
    }

    @Test func `what is tried again comes before what its chat said after it, and others do not wait`() async throws {
        let queues = ChatQueues<Piece>(capacity: 100)
        for number in 0..<3 { await queues.add(Piece(id: number), to: 7) }
        let failed = try #require(await queues.next())
        await queues.hold(7)
        await queues.add(Piece(id: 3), to: 7)
        await queues.add(Piece(id: 10), to: 8)
        let other = try #require(await queues.next())
        #expect(other.work.id == 10)
        await queues.putBack(failed.work, of: 7)
        for number in 0..<4 {
            let next = try #require(await queues.next())
            #expect(next.work.id == number)
            await queues.done(7)
        }
        #expect(await queues.count == 0)
        #expect(await queues.heldUpCount == 0)
    }

    @Test func `what waited behind a failing update took the room of all others`() async throws {
        let queues = ChatQueues<Piece>(capacity: 3, heldUpCapacity: 5)
        for number in 0..<4 { await queues.add(Piece(id: number), to: 7) }
        let failed = try #require(await queues.next())
        await queues.hold(7)
        #expect(await queues.count == 0)
        await queues.room()
        await queues.add(Piece(id: 4), to: 7)
        #expect(await queues.heldUpCount == 4)
        // Once it is done, what was held up waits for a worker like the rest.
        await queues.putBack(failed.work, of: 7)
        _ = try #require(await queues.next())
        await queues.done(7)
        #expect(await queues.count == 4)
        #expect(await queues.heldUpCount == 0)
    }

    @Test func `no two workers ever have one chat in hand`() async {
        let queues = ChatQueues<Piece>(capacity: 10_000)
        for number in 0..<300 { await queues.add(Piece(id: number), to: Int64(number % 5)) }
        let handled = await withTaskGroup(of: [Int].self) { group in
            for _ in 0..<4 {
                group.addTask {
                    var mine: [Int] = []
                    while let (chat, work) = await queues.next() {
                        mine.append(work.id)
                        await queues.done(chat)
                        if await queues.count == 0 { await queues.finish() }
                    }
                    return mine
                }
            }
            return await group.reduce(into: [Int]()) { $0 += $1 }
        }
        // Each worker saw a chat's work in rising order, and nothing was lost or given twice.
        #expect(handled.sorted() == Array(0..<300))
    }

    @Test func `whoever waits for room or for work is let go at the end`() async {
        let queues = ChatQueues<Piece>(capacity: 1)
        await queues.add(Piece(id: 1), to: 7)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await queues.room() }
            group.addTask {
                _ = await queues.next()
                _ = await queues.next()
            }
            group.addTask { await queues.finish() }
            await group.waitForAll()
        }
        #expect(await queues.next() == nil)
    }
}
