/// Work that is done concurrently over chats, and in order within each.
///
/// Workers ask for the next piece; a chat whose piece is in hand gives no other, and goes to the end of the line after
/// it, so that a talkative chat does not keep the others waiting. A piece that waits or is in hand is not taken again.
/// A chat whose piece failed is held up until that piece is done; what waits behind it leaves the others their room.
actor ChatQueues<Work: Sendable & Identifiable> where Work.ID: Sendable {
    private var queues: [Int64: [Work]] = [:]
    private var ready: [Int64] = []
    /// What each chat has in hand.
    private var busy: [Int64: Work.ID] = [:]
    private var known: Set<Work.ID> = []
    private var heldUp: Set<Int64> = []
    private var isFinished = false
    private var idleWorkers: [CheckedContinuation<(chat: Int64, work: Work)?, Never>] = []
    private var waitingForRoom: [CheckedContinuation<Void, Never>] = []
    private let capacity: Int
    private let heldUpCapacity: Int
    /// What waits for a worker only.
    private(set) var count = 0
    /// What waits in chats that are held up.
    private(set) var heldUpCount = 0

    /// `capacity` is how much may wait before `room()` does, `heldUpCapacity` the same for chats that are held up.
    init(capacity: Int, heldUpCapacity: Int = 10_000) {
        self.capacity = capacity
        self.heldUpCapacity = heldUpCapacity
    }

    func add(_ work: Work, to chat: Int64) {
        guard !isFinished, known.insert(work.id).inserted else { return }
        count(1, in: chat)
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
        let behind = queues[chat]?.count ?? 0
        if heldUp.remove(chat) != nil {
            heldUpCount -= behind
            count += behind
        }
        if behind > 0 { ready.append(chat) }
        serve()
    }

    /// The piece that a chat gave failed and will be tried again: until `putBack` the chat gives nothing.
    func hold(_ chat: Int64) {
        guard heldUp.insert(chat).inserted else { return }
        let behind = queues[chat]?.count ?? 0
        count -= behind
        heldUpCount += behind
        serve()
    }

    /// A piece that a chat gave is to be done again, before all that waits behind it.
    ///
    /// Until then nobody calls `done`, so that the chat waits and none of its pieces overtakes.
    func putBack(_ work: Work, of chat: Int64) {
        guard !isFinished, busy[chat] == work.id else { return }
        busy[chat] = nil
        count(1, in: chat)
        queues[chat, default: []].insert(work, at: 0)
        ready.append(chat)
        serve()
    }

    /// Returns once less than the capacity waits.
    func room() async {
        guard !hasRoom, !isFinished else { return }
        await withCheckedContinuation { waitingForRoom.append($0) }
    }

    /// Gives out nothing more; what waits is in the inbox and is handled after the next start.
    func finish() {
        isFinished = true
        for worker in idleWorkers { worker.resume(returning: nil) }
        idleWorkers = []
        letIn()
    }

    private var hasRoom: Bool { count < capacity && heldUpCount < heldUpCapacity }

    private func count(_ change: Int, in chat: Int64) {
        if heldUp.contains(chat) { heldUpCount += change } else { count += change }
    }

    private func serve() {
        while !isFinished, !ready.isEmpty, !idleWorkers.isEmpty {
            let chat = ready.removeFirst()
            guard var queue = queues[chat], !queue.isEmpty else { continue }
            let work = queue.removeFirst()
            queues[chat] = queue.isEmpty ? nil : queue
            busy[chat] = work.id
            count(-1, in: chat)
            idleWorkers.removeFirst().resume(returning: (chat, work))
        }
        if hasRoom { letIn() }
    }

    private func letIn() {
        for waiter in waitingForRoom { waiter.resume() }
        waitingForRoom = []
    }
}
