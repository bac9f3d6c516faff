import Synchronization

/// Does at once what was asked for while the last was being done.
///
/// At rest nobody waits: what comes first is done alone. Under load a round trip and a commit are shared by many. Each
/// asker gets its own answer; where a batch fails for a reason that does not pass, each is done by itself, so that nobody
/// fails because of another.
public final class Gathering<Item: Sendable, Answer: Sendable>: Sendable {
    private enum Turn: Sendable {
        case answered(Result<Answer, any Error>)
        /// To do what has come, one's own with it.
        case lead
    }

    private struct Asker {
        let item: Item
        let continuation: CheckedContinuation<Turn, Never>
    }

    private struct State {
        var isAtWork = false
        var askers: [Asker] = []
    }

    private let limit: Int
    private let perform: @Sendable ([Item]) async throws -> [Answer]
    private let state = Mutex(State())

    /// `perform` gives an answer to each item, in their order; it gets up to `limit` at once, at least one.
    public init(limit: Int, _ perform: @escaping @Sendable ([Item]) async throws -> [Answer]) {
        self.limit = limit
        self.perform = perform
    }

    /// What `perform` answers to an item.
    ///
    /// A cancellation of the caller is not handed on: others may depend on the batch.
    public func ask(_ item: Item) async throws -> Answer {
        let turn = await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                guard state.isAtWork else {
                    state.isAtWork = true
                    return true
                }
                state.askers.append(Asker(item: item, continuation: continuation))
                return false
            }
            if isFree { continuation.resume(returning: .lead) }
        }
        switch turn {
        case .answered(let result): return try result.get()
        case .lead: return try await lead(with: item, others: state.withLock { Self.take(limit - 1, from: &$0) })
        }
    }

    /// How many wait for a batch that is being done.
    package var waitingCount: Int { state.withLock { $0.askers.count } }

    private func lead(with item: Item, others: [Asker]) async throws -> Answer {
        let items = [item] + others.map(\.item)
        let results = await Task { await self.results(of: items) }.value
        for (asker, result) in zip(others, results.dropFirst()) {
            asker.continuation.resume(returning: .answered(result))
        }
        // The next leads with what has come meanwhile.
        let next = state.withLock { state -> Asker? in
            state.isAtWork = !state.askers.isEmpty
            return state.askers.isEmpty ? nil : state.askers.removeFirst()
        }
        next?.continuation.resume(returning: .lead)
        return try results[0].get()
    }

    private static func take(_ count: Int, from state: inout State) -> [Asker] {
        let taken = Array(state.askers.prefix(count))
        state.askers.removeFirst(taken.count)
        return taken
    }

    private func results(of items: [Item]) async -> [Result<Answer, any Error>] {
        do {
            let answers = try await perform(items)
            guard answers.count == items.count else { throw GatheringFault.unanswered }
            return answers.map { .success($0) }
        } catch {
            guard items.count > 1, !((error as? any Fault)?.isPassing ?? false) else {
                return items.map { _ in .failure(error) }
            }
            var results: [Result<Answer, any Error>] = []
            for item in items { results += await self.results(of: [item]) }
            return results
        }
    }
}

enum GatheringFault: Fault {
    /// A batch had more or fewer answers than items.
    case unanswered

    var isPassing: Bool { false }

    var description: String { "a batch was not answered item by item" }
}
