/// Work that is done concurrently over chats, and in order within each.
///
/// Workers ask for the next piece; a chat whose piece is in hand gives no other, and goes to the end of the line after
/// it, so that a talkative chat does not keep the others waiting.
actor ChatQueues<Work: Sendable> {
    private var queues: [Int64: [Work]] = [:]
    private var ready: [Int64] = []
    private var busy: Set<Int64> = []
    private var isFinished = false
    private var idleWorkers: [CheckedContinuation<(chat: Int64, work: Work)?, Never>] = []
    private var waitingForRoom: [CheckedContinuation<Void, Never>] = []
    private let capacity: Int
    private(set) var count = 0

    /// `capacity` is how much may wait before `room()` does.
    init(capacity: Int) { self.capacity = capacity }

    func add(_ work: Work, to chat: Int64) {
        guard !isFinished else { return }
        count += 1
        let isNew = queues[chat] == nil
        queues[chat, default: []].append(work)
        if isNew, !busy.contains(chat) { ready.append(chat) }
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
        busy.remove(chat)
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
            busy.insert(chat)
            count -= 1
            idleWorkers.removeFirst().resume(returning: (chat, work))
        }
        guard count < capacity else { return }
        for waiter in waitingForRoom { waiter.resume() }
        waitingForRoom = []
    }
}
