import Foundation
import Kernel
import Support
import Synchronization
import Testing

@testable import Audio

struct ChildProcessTests {
    private func shell(_ script: String, _ limits: ProcessLimits = ProcessLimits()) async throws -> ProcessResult {
        try await ChildProcess.run("/bin/sh", ["-c", script], limits: limits)
    }

    @Test func `output, errors and status come back`() async throws {
        let result = try await shell("echo out; echo err >&2; exit 3")
        #expect(String(decoding: result.output, as: UTF8.self) == "out\n")
        #expect(result.errors == "err\n")
        #expect(result.status == 3)
    }

    @Test func `a program that is not there is told so`() async throws {
        await #expect(throws: ProcessFault.self) { try await ChildProcess.run("/nonexistent/program", []) }
        #expect(throws: ProcessFault.self) { try ChildProcess.find("no-such-program", on: "/usr/bin:/bin") }
    }

    @Test func `nothing of ours is inherited: no environment, no descriptors, no input`() async throws {
        setenv("ZVONAR_SECRET_FOR_TEST", "secret", 1)
        let held = open("/dev/null", O_RDONLY)
        defer { close(held) }
        let result = try await shell("env; ls /proc/self/fd; cat; readlink /proc/self/fd/0")
        let output = String(decoding: result.output, as: UTF8.self)
        #expect(!output.contains("ZVONAR_SECRET_FOR_TEST"))
        // 0, 1, 2, and the one with which `ls` reads the folder.
        #expect(output.components(separatedBy: "\n").filter { Int($0) != nil } == ["0", "1", "2", "3"])
        #expect(output.contains("/dev/null"))
    }

    @Test func `a program that takes too long dies with all it started`() async throws {
        let mark = "zvonar\(UInt64.random(in: 0...UInt64.max))"
        let started = ContinuousClock.now
        await #expect(throws: ProcessFault.self) {
            try await shell(
                "sh -c 'sleep 600; : \(mark)' & sleep 600; : \(mark)",
                ProcessLimits(time: .milliseconds(300))
            )
        }
        #expect(ContinuousClock.now - started < .seconds(300))
        // Killed, but the kernel may still be burying what the program itself had started.
        try await waitUntil("all is dead") { try running(mark).isEmpty }
    }

    @Test func `a cancelled task ends its program`() async throws {
        let mark = "zvonar\(UInt64.random(in: 0...UInt64.max))"
        let (lines, continuation) = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            try await ChildProcess.run("/bin/sh", ["-c", "echo on; sleep 600; : \(mark)"]) { _ in
                continuation.yield()
                return true
            }
        }
        for await _ in lines { break }
        #expect(try !running(mark).isEmpty)
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        try await waitUntil("all is dead") { try running(mark).isEmpty }
    }

    @Test func `limits of time on the processor, memory, files and output hold`() async throws {
        // Far more time than these take: on a busy machine a second of the processor may come in many.
        let time = Duration.seconds(600)
        let cpu = try await shell("while :; do :; done", ProcessLimits(time: time, cpuSeconds: 1))
        // SIGKILL would be taken for somebody else's doing.
        #expect(cpu.status == -Int(SIGXCPU))
        let memory = try await shell(
            "head -c 60000000 /dev/zero | tail -c 59999999 | wc -c",
            ProcessLimits(time: time, memoryBytes: 30 << 20)
        )
        #expect(String(decoding: memory.output, as: UTF8.self) != "59999999\n")
        let file = FileManager.default.temporaryDirectory.appending(path: "zvonar-\(UUID().uuidString)")
        let written = try await shell(
            "head -c 3000000 /dev/zero > \(file.path)",
            ProcessLimits(time: time, fileBytes: 1 << 20)
        )
        #expect(written.status != 0)
        #expect(try Data(contentsOf: file).count <= 1 << 20)
        try FileManager.default.removeItem(at: file)
        await #expect(throws: ProcessFault.self) {
            try await shell("head -c 3000000 /dev/zero", ProcessLimits(time: time, outputBytes: 1 << 20))
        }
    }

    @Test func `a receiver that has enough ends the program`() async throws {
        let taken = Mutex(0)
        let result = try await ChildProcess.run("/bin/sh", ["-c", "while :; do echo line; done"]) { piece in
            taken.withLock { taken in
                taken += piece.count
                return taken < 100_000
            }
        }
        #expect(result.wasCutShort)
        #expect(taken.withLock { $0 } >= 100_000)
    }

    @Test func `errors without end do not fill the memory`() async throws {
        let result = try await shell("head -c 3000000 /dev/zero | tr '\\0' e >&2")
        #expect(result.errors.utf8.count == 64 << 10)
    }

    @Test func `no more than the places pass at once, and in their order`() async throws {
        let turnstile = Turnstile(places: 2)
        let counts = Counts()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    try await turnstile.pass {
                        counts.enter()
                        await Task.yield()
                        counts.leave()
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(counts.most <= 2)
        #expect(counts.done == 50)
    }

    @Test func `who is cancelled in the line leaves it and takes no place`() async throws {
        let turnstile = Turnstile(places: 1)
        let (entered, isInside) = AsyncStream.makeStream(of: Void.self)
        let (mayLeave, leave) = AsyncStream.makeStream(of: Void.self)
        let first = Task {
            try await turnstile.pass {
                isInside.yield()
                for await _ in mayLeave { break }
            }
        }
        for await _ in entered { break }
        let second = Task { try await turnstile.pass { true } }
        second.cancel()
        await #expect(throws: CancellationError.self) { try await second.value }
        leave.yield()
        try await first.value
        #expect(try await turnstile.pass { true })
    }

    /// Processes, zombies left out, whose command line has a mark.
    private func running(_ mark: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { Int($0) != nil }.filter { process in
            // A process may end between the listing and the reading.
            guard let line = FileManager.default.contents(atPath: "/proc/\(process)/cmdline") else { return false }
            return String(decoding: line, as: UTF8.self).contains(mark)
        }
    }
}

/// How many are inside at once.
private final class Counts: Sendable {
    private let state = Mutex((now: 0, most: 0, done: 0))

    var most: Int { state.withLock { $0.most } }
    var done: Int { state.withLock { $0.done } }

    func enter() {
        state.withLock { state in
            state.now += 1
            state.most = max(state.most, state.now)
        }
    }

    func leave() {
        state.withLock { state in
            state.now -= 1
            state.done += 1
        }
    }
}
