/// Work that is done concurrently over chats, and in order within each.
///
/// Workers ask for the next piece; a chat whose piece is in hand gives no other, and goes to the end of the line after
/// it, so that a talkative chat does not keep the others waiting. A piece that waits or is in hand is not taken again.
actor ChatQueues<Work: Sendable & Identifiable> where Work.ID: Sendable {
    private var queues: [Int64: [Work]] = [:]
    private var ready: [Int64] = []
    /// What each chat has in hand.
    private var busy: [Int64: Work.ID] = [:]
    private var known: Set<Work.ID> = []
    private var isFinished = false
    private var idleWorkers: [CheckedContinuation<(chat: Int64, work: Work)?, Never>] = []
    private var waitingForRoom: [CheckedContinuation<Void, Never>] = []
    private let capacity: Int
    private(set) var count = 0

    /// `capacity` is how much may wait before `room()` does.
    init(capacity: Int) { self.capacity = capacity }

    func add(_ work: Work, to chat: Int64) {
        guard !isFinished, known.insert(work.id).inserted else { return }
        count += 1
        let isNew = queues[chat] == nil
        queues[chat, default: []].append(work)
        if isNew, busy[chat] == nil { ready.append(chat) }
        serve()
    }

    /// The next piece of work; nil once it is finished, for a worker to end.
    func next() async -> (chat: Int64, work: Work)? {
        if isFinished { return nil }
        return await withCheckedContinuation { continuation in
            idleWorkers.append(continuation)
            serve()
        }
    }

    /// The piece that a chat gave is done.
    func done(_ chat: Int64) {
        if let id = busy.removeValue(forKey: chat) { known.remove(id) }
        if queues[chat] != nil { ready.append(chat) }
        serve()
    }

    /// Returns once less than the capacity waits.
    func room() async {
        guard count >= capacity, !isFinished else { return }
        await withCheckedContinuation { waitingForRoom.append($0) }
    }

    /// Gives out nothing more; what waits is in the inbox and is handled after the next start.
    func finish() {
        isFinished = true
        for worker in idleWorkers { worker.resume(returning: nil) }
        idleWorkers = []
        for waiter in waitingForRoom { waiter.resume() }
        waitingForRoom = []
    }

    private func serve() {
        while !isFinished, !ready.isEmpty, !idleWorkers.isEmpty {
            let chat = ready.removeFirst()
            guard var queue = queues[chat], !queue.isEmpty else { continue }
            let work = queue.removeFirst()
            queues[chat] = queue.isEmpty ? nil : queue
            busy[chat] = work.id
            count -= 1
            idleWorkers.removeFirst().resume(returning: (chat, work))
        }
        guard count < capacity else { return }
        for waiter in waitingForRoom { waiter.resume() }
        waitingForRoom = []
    }
}
