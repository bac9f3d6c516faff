import Foundation
import Wall

/// What the figures were measured on.
enum Machine {
    static func description(loadBefore: String) -> [String] {
        [
            "machine   \(processor), \(ProcessInfo.processInfo.activeProcessorCount) cores, \(memory), Linux \(kernel)",
            "load      \(loadBefore) before, \(load) after",
            "built     \(isOptimised ? "release" : "debug"), \(compiler)",
            "versions  \((["PostgreSQL \(postgres)"] + pooler + Peers.versions).joined(separator: ", "))",
            "taken     \(Date().formatted(.iso8601))",
        ]
    }

    static var load: String {
        contents("/proc/loadavg").split(separator: " ").prefix(3).joined(separator: " ")
    }

    private static var processor: String {
        let line = contents("/proc/cpuinfo").split(separator: "\n").first { $0.hasPrefix("model name") }
        return line.flatMap { $0.split(separator: ":").last }.map { $0.trimmingCharacters(in: .whitespaces) }
            ?? "processor unknown"
    }

    private static var memory: String {
        "\(Int((Double(ProcessInfo.processInfo.physicalMemory) / Double(1 << 30)).rounded())) GB"
    }

    private static var kernel: String {
        contents("/proc/sys/kernel/osrelease").trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private static var postgres: String {
        do {
            let words = try Child.output(Cluster.program("postgres"), ["--version"]).split(
                whereSeparator: \.isWhitespace
            )
            return words.count > 2 ? String(words[2]) : "unknown"
        } catch {
            return "unknown"
        }
    }

    /// Only the wall is measured through it.
    private static var pooler: [String] {
        do {
            return try Child.output(PgBouncer.program, ["--version"]).split(separator: "\n").prefix(1).map(String.init)
        } catch {
            return []
        }
    }

    private static func contents(_ path: String) -> String {
        do { return try String(contentsOfFile: path, encoding: .utf8) } catch { return "" }
    }

    private static var isOptimised: Bool {
        #if DEBUG
        false
        #else
        true
        #endif
    }

    private static var compiler: String {
        #if compiler(>=6.4)
        "Swift 6.4 or later"
        #elseif compiler(>=6.3)
        "Swift 6.3"
        #else
        "Swift 6.2"
        #endif
    }
}

/// The peers: programs in Python, in an environment of pinned versions that `deploy/bench` makes.
enum Peers {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Peers")

    /// `ZVONAR_PEERS_HOME`, or where `deploy/bench` puts it.
    static var python: String {
        let environment = ProcessInfo.processInfo.environment
        let cache = environment["XDG_CACHE_HOME"] ?? (environment["HOME"] ?? "/root") + "/.cache"
        return (environment["ZVONAR_PEERS_HOME"] ?? cache + "/zvonar/peers") + "/venv/bin/python"
    }

    /// As they are pinned, the ones that are compared with.
    static var versions: [String] {
        let names = [
            "aiogram", "asyncpg", "uvloop", "pgqueuer", "procrastinate", "fastapi", "uvicorn", "jinja2", "django",
            "django-tenants",
        ]
        let text: String
        do {
            text = try String(contentsOf: folder.appending(path: "requirements.txt"), encoding: .utf8)
        } catch {
            return []
        }
        return text.split(separator: "\n").filter { line in
            names.contains { line.lowercased().hasPrefix($0 + "==") }
        }.map { String($0.replacing("==", with: " ")) }
    }
}
