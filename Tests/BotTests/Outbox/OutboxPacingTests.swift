import Testing

@testable import Bot

@Suite struct OutboxPacingTests {
    /// Sends to one chat as fast as allowed and gives the moments.
    private func moments(of count: Int, to chat: Int64, limits: OutboxPacing.Limits = .init()) -> [Double] {
        var pacing = OutboxPacing(limits: limits)
        var now = 0.0
        var moments: [Double] = []
        while moments.count < count {
            if case .claim(_, let busy) = pacing.next(at: now), !busy.contains(chat) {
                pacing.started(chat, at: now)
                pacing.finished(chat)
                moments.append(now)
            } else {
                now = pacing.nextRelease(after: now) ?? now + 0.001
            }
        }
        return moments
    }

    @Test func `a chat gets a short burst and then a message a second`() {
        let moments = moments(of: 6, to: 7)
        #expect(moments.prefix(3).allSatisfy { $0 == 0 })
        for (earlier, later) in zip(moments.dropFirst(2), moments.dropFirst(3)) {
            #expect(abs(later - earlier - 1) < 0.01)
        }
    }

    @Test func `in a crowd messages are claimed several at once, else each at once`() {
        var pacing = OutboxPacing()
        for chat in 1...8 { pacing.started(Int64(chat), at: 0) }
        pacing.claimed(8, of: 8)
        for chat in 1...3 {
            pacing.finished(Int64(chat))
            #expect(pacing.next(at: 0) == .full)
        }
        pacing.finished(4)
        #expect(pacing.next(at: 0) == .claim(limit: 4, notTo: [5, 6, 7, 8]))
        // Less than was asked for: nobody else waits, and who comes next is not kept waiting.
        pacing.claimed(2, of: 4)
        pacing.started(20, at: 0)
        pacing.started(21, at: 0)
        #expect(pacing.next(at: 0) == .claim(limit: 2, notTo: [5, 6, 7, 8, 20, 21]))
    }

    @Test func `a group gets twenty messages in any minute`() {
        let moments = moments(of: 45, to: -100)
        for (index, moment) in moments.enumerated() where index >= 20 {
            #expect(moment - moments[index - 20] >= 60)
        }
        #expect(moments.prefix(20).allSatisfy { $0 == 0 })
    }

    @Test func `a bot sends thirty messages in any second over all chats`() {
        var pacing = OutboxPacing()
        var now = 0.0
        var moments: [Double] = []
        var chat: Int64 = 0
        while moments.count < 100 {
            switch pacing.next(at: now) {
            case .claim(let limit, _):
                #expect(limit <= 8)
                for _ in 0..<limit {
                    chat += 1
                    pacing.started(chat, at: now)
                    pacing.finished(chat)
                    moments.append(now)
                }
            case .wait(let moment): now = moment
            case .full:
                Issue.record("nothing is in flight")
                return
            }
        }
        for (index, moment) in moments.enumerated() where index >= 30 { #expect(moment - moments[index - 30] >= 1) }
        #expect(moments[29] == 0)
    }

    @Test func `a chat whose message is on its way gives no other`() {
        var pacing = OutboxPacing()
        pacing.started(7, at: 0)
        #expect(pacing.next(at: 0) == .claim(limit: 7, notTo: [7]))
        pacing.finished(7)
        #expect(pacing.next(at: 0) == .claim(limit: 8, notTo: []))
    }

    @Test func `no more than so many are on their way at once`() {
        var pacing = OutboxPacing()
        for chat in 1...8 { pacing.started(Int64(chat), at: 0) }
        #expect(pacing.next(at: 0) == .full)
        pacing.finished(3)
        #expect(pacing.next(at: 0) == .claim(limit: 1, notTo: [1, 2, 4, 5, 6, 7, 8]))
    }

    @Test func `a chat that Telegram limits waits as long as it said, the others do not`() {
        var pacing = OutboxPacing()
        pacing.started(7, at: 0)
        pacing.limited(7, retryAfter: 5, at: 0)
        pacing.finished(7)
        #expect(pacing.next(at: 4.9) == .claim(limit: 8, notTo: [7]))
        #expect(pacing.nextRelease(after: 4.9) == 5)
        #expect(pacing.next(at: 5) == .claim(limit: 8, notTo: []))
    }

    @Test func `two limited chats mean that the whole bot is meant`() {
        var pacing = OutboxPacing()
        pacing.limited(7, retryAfter: 5, at: 0)
        pacing.limited(8, retryAfter: 3, at: 1)
        #expect(pacing.next(at: 1) == .wait(until: 4))
        #expect(pacing.next(at: 4) == .claim(limit: 8, notTo: [7]))
    }

    @Test func `a bot that had sent its thirty was not looked at again when its second was over`() {
        var pacing = OutboxPacing()
        for chat in 1...30 {
            pacing.started(Int64(chat), at: Double(chat) / 100)
            pacing.finished(Int64(chat))
        }
        #expect(pacing.next(at: 0.5) == .wait(until: 1.01))
        #expect(pacing.nextRelease(after: 0.5) == 1.01)
        #expect(pacing.next(at: 1.01) == .claim(limit: 1, notTo: []))
        #expect(pacing.nextRelease(after: 1.01) == nil)
    }

    @Test func `a bot that Telegram limits as a whole is looked at again when that is over`() {
        var pacing = OutboxPacing()
        pacing.limited(7, retryAfter: 5, at: 0)
        pacing.limited(8, retryAfter: 3, at: 1)
        #expect(pacing.nextRelease(after: 1) == 4)
    }

    @Test func `a sender whose cell did not answer took the turns of all others`() {
        var pacing = OutboxPacing(senders: 3)
        #expect(pacing.reserve(at: 0) == .claim(limit: 2, notTo: []))
        #expect(pacing.reserve(at: 0) == .claim(limit: 2, notTo: []))
        #expect(pacing.reserve(at: 0) == .claim(limit: 2, notTo: []))
        var many = OutboxPacing(senders: 40)
        #expect(many.reserve(at: 0) == .claim(limit: 1, notTo: []))
    }

    @Test func `turns were free for a moment between their claim and their use`() {
        var pacing = OutboxPacing(senders: 1)
        #expect(pacing.reserve(at: 0) == .claim(limit: 8, notTo: []))
        pacing.take([1, 2, 3, 4, 5, 6], of: 8, at: 0)
        #expect(pacing.next(at: 0) == .claim(limit: 2, notTo: [1, 2, 3, 4, 5, 6]))
        #expect(pacing.reserve(at: 0) == .claim(limit: 2, notTo: [1, 2, 3, 4, 5, 6]))
        // Another cell has a message for a chat to which one is on its way.
        pacing.take([1, 7], of: 2, at: 0)
        #expect(pacing.next(at: 0) == .full)
        pacing.finished(1)
        pacing.finished(2)
        pacing.finished(3)
        pacing.finished(4)
        #expect(pacing.next(at: 0) == .claim(limit: 4, notTo: [1, 5, 6, 7]))
    }
}
