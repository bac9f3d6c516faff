import Kernel
import Testing

struct DeadlineTests {
    private struct Refused: Error {}

    @Test func `what is done in time gives its value or its own error`() async throws {
        #expect(try await withDeadline(.seconds(60)) { 7 } == 7)
        await #expect(throws: Refused.self) { try await withDeadline(.seconds(60)) { throw Refused() } }
    }

    @Test func `what does not heed its cancellation is not waited for`() async throws {
        let (gate, open) = AsyncStream.makeStream(of: Void.self)
        let (endings, end) = AsyncStream.makeStream(of: Bool.self)
        await #expect(throws: DeadlinePassed.self) {
            try await withDeadline(.milliseconds(50)) {
                await Task { await gate.first { true } }.value
                end.yield(Task.isCancelled)
            }
        }
        open.yield()
        #expect(await endings.first { _ in true } == true)
    }

    @Test func `who is cancelled gives up what it waits for`() async throws {
        let (begun, begin) = AsyncStream.makeStream(of: Void.self)
        let (never, end) = AsyncStream.makeStream(of: Void.self)
        let waiting = Task {
            try await withDeadline(.seconds(3600)) {
                begin.yield()
                for await _ in never {}
                try Task.checkCancellation()
            }
        }
        await begun.first { true }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        end.finish()
    }
}
