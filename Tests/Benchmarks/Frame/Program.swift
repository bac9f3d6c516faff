import Foundation
import Synchronization

/// A program under measurement: a peer in Python, or a role of ours.
///
/// Both are spoken to alike: it gets one JSON object as its argument, answers in lines of JSON, and may be told lines.
struct Program: Sendable {
    let executable: String
    let arguments: [String]
    /// Besides what this process has.
    var environment: [String: String] = [:]

    init(_ executable: String, _ arguments: [String]) {
        self.executable = executable
        self.arguments = arguments
    }

    /// `Peers/<script>`.
    static func peer(_ script: String) throws -> Program {
        guard FileManager.default.isExecutableFile(atPath: Peers.python) else {
            throw Wrong("\(Peers.python) is missing; deploy/bench makes it")
        }
        return Program(Peers.python, ["-u", Peers.folder.appending(path: script).path])
    }

    /// A part of the product in a process of its own.
    static func role(_ name: String) -> Program { Program(own, ["--role", name]) }

    /// The product's command from the same build.
    static var zvonar: String {
        URL(filePath: own).deletingLastPathComponent().appending(path: "zvonar").path
    }

    private static var own: String {
        do {
            return try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        } catch {
            return CommandLine.arguments[0]
        }
    }
}

/// A program that runs.
final class RunningProgram: Sendable {
    let process: pid_t
    private let name: String
    private let child: Child
    private let input: FileHandle
    private let errors: URL
    private let lines: Lines

    /// What it has said and nobody has read.
    private actor Lines {
        private var said: [String] = []
        private var isOver = false
        private var waiting: [CheckedContinuation<Void, Never>] = []

        func add(_ line: String?) {
            if let line { said.append(line) } else { isOver = true }
            let all = waiting
            waiting = []
            for one in all { one.resume() }
        }

        func next() async -> String? {
            while said.isEmpty {
                if isOver { return nil }
                await withCheckedContinuation { waiting.append($0) }
            }
            return said.removeFirst()
        }
    }

    init(_ program: Program, _ arguments: some Encodable, folder: URL) throws {
        let json = String(decoding: try JSONEncoder().encode(arguments), as: UTF8.self)
        name = ([program.executable] + program.arguments).map { $0.split(separator: "/").last.map(String.init) ?? $0 }
            .joined(separator: " ")
        errors = folder.appending(path: "errors-\(UUID().uuidString)")
        let pipe = Pipe()
        input = pipe.fileHandleForWriting
        let lines = Lines()
        self.lines = lines
        let (stream, said) = AsyncStream.makeStream(of: String?.self)
        child = try Child(
            program.executable,
            program.arguments + [json],
            errors: errors,
            input: pipe,
            environment: program.environment
        ) { said.yield($0) }
        process = child.process
        // Ends with the program, whose output is over then.
        Task {
            for await line in stream {
                await lines.add(line)
                if line == nil { said.finish() }
            }
        }
    }

    /// What it says next; fails with its own errors when it has ended instead.
    func next<Answer: Decodable>(_ type: Answer.Type = Answer.self) async throws -> Answer {
        guard let line = await lines.next() else { throw Wrong("\(name) ended without an answer: \(said)") }
        do {
            return try JSONDecoder().decode(type, from: Data(line.utf8))
        } catch {
            throw Wrong("\(name) answered \(line.prefix(300)): \(error)")
        }
    }

    func tell(_ line: String) throws { try input.write(contentsOf: Data((line + "\n").utf8)) }

    var usage: Usage { get throws { try Usage.of(process) } }

    /// Waits until it has ended by itself, which closing its input asks for; another code than 0 is an error.
    func end() async throws {
        try input.close()
        let child = child
        let status = await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: child.waitForEnd()) }
        }
        guard status == 0 else { throw Wrong("\(name) ended with \(status): \(said)") }
    }

    /// Ends it with SIGTERM and waits.
    func stop() async {
        child.signal(SIGTERM)
        let child = child
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                child.waitForEnd()
                continuation.resume()
            }
        }
    }

    private var said: String {
        do {
            return String(try String(contentsOf: errors, encoding: .utf8).suffix(3000))
        } catch {
            return "\(error)"
        }
    }
}

/// What a role has at hand: the other side of a `RunningProgram`.
struct Stage: Sendable {
    private let arguments: String

    init(arguments: String) { self.arguments = arguments }

    func decode<Arguments: Decodable>(_ type: Arguments.Type = Arguments.self) throws -> Arguments {
        try JSONDecoder().decode(type, from: Data(arguments.utf8))
    }

    func answer(_ value: some Encodable) throws {
        say(String(decoding: try JSONEncoder().encode(value), as: UTF8.self))
    }

    /// The next line that it is told; nil when it should end.
    func nextLine() async -> String? {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: readLine()) }
        }
    }
}
