import Foundation

/// Plans faults of Telegram without end: cut connections, limits, conflicts, a proxy's pages, half and slow answers.
actor FaultMaker {
    private let sandbox: SandboxSide
    private let seed: UInt64
    private var planned: [String: Int] = [:]
    private var unused: [String: Int] = [:]

    init(sandbox: SandboxSide, seed: UInt64) {
        self.sandbox = sandbox
        self.seed = seed
    }

    /// How many calls have met each kind, once it has ended.
    var met: [(kind: String, count: Int)] {
        Self.kinds.map { ($0.name, planned[$0.name, default: 0] - unused[$0.name, default: 0]) }
    }

    /// Goes on until cancelled, and takes back what was not used up by then.
    func run() async throws {
        var dice = Dice(seed: seed &+ 3)
        while !Task.isCancelled {
            let (name, fault) = Self.fault(&dice)
            try await Task { [sandbox] in try await sandbox.plan(fault) }.value
            planned[name, default: 0] += 1
            do { try await Task.sleep(for: .milliseconds(Int.random(in: 300...1200, using: &dice))) } catch { break }
        }
        unused = try await Task { [sandbox] in
            let left = try await sandbox.plannedFaults()
            try await sandbox.clearFaults()
            return left
        }.value
    }

    private static func fault(_ dice: inout Dice) -> (name: String, fault: [String: any Sendable]) {
        let methods = [
            "sendMessage", "sendMessage", "sendMessage", "editMessageText", "getUpdates", "getUpdates", "getFile",
            "file",
            "answerCallbackQuery", "setMyCommands",
        ]
        let method = methods.randomElement(using: &dice) ?? "*"
        let (name, kind) = kinds.randomElement(using: &dice) ?? ("", [:])
        var fault = kind
        fault["method"] = method
        fault["count"] = 1
        // Nothing but the question for updates is ever in conflict.
        if fault["status"] as? Int == 409 { fault["method"] = "getUpdates" }
        return (name, fault)
    }

    private static let kinds: [(name: String, fault: [String: any Sendable])] = [
        ("cut before the effect", ["drop": "before"]), ("cut after the effect", ["drop": "after"]),
        ("429", ["status": 429, "retry_after": 1]), ("409", ["status": 409]),
        ("502 with HTML", ["body": "html"]), ("502", ["status": 502]), ("garbage", ["body": "garbage"]),
        ("slow bytes", ["slow_ms": 1500]), ("late answer", ["delay_ms": 800]),
    ]

    /// The kind of a fault as the sandbox lists it.
    static func kind(of listed: [String: Any]) -> String? {
        func number(_ name: String) -> Int { listed[name] as? Int ?? 0 }
        return kinds.first { kind in
            kind.fault["drop"] as? String == listed["drop"] as? String
                && kind.fault["body"] as? String == listed["body"] as? String
                && kind.fault["status"] as? Int ?? 0 == number("status")
                && kind.fault["slow_ms"] as? Int ?? 0 == number("slow_ms")
                && kind.fault["delay_ms"] as? Int ?? 0 == number("delay_ms")
        }?.name
    }
}
